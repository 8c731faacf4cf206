/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the machine under test has with SR-IOV: its physical function, making and
 * removing virtual functions, and which driver a function is bound to.
 */
#ifndef MIGCAP_TEST_PCI_H
#define MIGCAP_TEST_PCI_H

#include <net/if.h>
#include <stddef.h>

#define PCI_BDF_SIZE	16
#define PCI_DIR_SIZE	64
#define PCI_NAME_SIZE	64

struct pci_pf {
	char bdf[PCI_BDF_SIZE];
	char dir[PCI_DIR_SIZE];		/* in sysfs */
	char netdev[IFNAMSIZ];		/* of a NIC */
};

/* Find the function of NIC_PF_DRIVER that has virtual functions to give: -ENODEV if none. */
int pci_find_pf(struct pci_pf *pf);

/* The same for an NVMe controller. */
int pci_find_disk(struct pci_pf *pf);

/* The PF of a VF; returns the VF's number.  -ENODEV: it has no PF with a network. */
int pci_pf_of(const char *vf, struct pci_pf *pf);

/* Make @count VFs that no driver grabs; those that exist are removed first. */
int pci_make_vfs(const struct pci_pf *pf, int count);
int pci_remove_vfs(const struct pci_pf *pf);

/* Address of VF @index. */
int pci_vf_bdf(const struct pci_pf *pf, int index, char *bdf);

/* Directory of a function in sysfs, filled into @dir of PCI_DIR_SIZE. */
const char *pci_dir(const char *bdf, char *dir);

/* The first entry of directory @dir/@sub that is not hidden: -ENOENT if none. */
int pci_first_entry(const char *dir, const char *sub, char *name, size_t size);

/* Name of the bound driver, "" when there is none. */
int pci_driver(const char *bdf, char *name, size_t size);

/*
 * Bind through driver_override and drivers_probe; success means that this
 * driver really has the device.  The driver's module is loaded if it is known
 * to modprobe and not there yet.
 */
int pci_bind(const char *bdf, const char *driver);

/* Unbind whatever driver there is and clear the override. */
int pci_unbind(const char *bdf);

/* Whether the hardware has Bus Master Enable set: 0, 1 or -errno. */
int pci_is_master(const char *bdf);

#endif /* MIGCAP_TEST_PCI_H */
