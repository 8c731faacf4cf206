/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFs of this host: which there are, whose they are, and which driver has them.
 * Knows sysfs, nothing of migration or of the network.
 */
#ifndef MIGCAP_TOOL_VF_H
#define MIGCAP_TOOL_VF_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#define VF_BDF_SIZE	16
#define VF_DIR_SIZE	64
#define VF_DRIVER	"migcap_vfio_pci"

struct vf {
	char bdf[VF_BDF_SIZE];
	char dir[VF_DIR_SIZE];		/* in sysfs */
	char pf_bdf[VF_BDF_SIZE];
	char pf[IFNAMSIZ];		/* its network device, "" if it has none */
	int index;			/* among the PF's VFs, -1 if unknown */
	char driver[64];		/* "" if there is none */
	int group;			/* of the IOMMU, -1 if there is none */
};

/*
 * Fill in what there is to know of the VF with that address, with or without
 * a domain.  -ENODEV if there is no such device, -ENXIO if it is no VF, -EINVAL
 * if that is no address.
 */
int vf_find(struct vf *vf, const char *address);
/* The driver may have changed since. */
void vf_refresh(struct vf *vf);
/* Whether our driver has it. */
bool vf_is_bound(const struct vf *vf);

/* All VFs of this host by address; the caller frees them. */
int vf_all(struct vf **vfs, size_t *count);

/* vf_find(); 0, or an exit code of the tool after it was said why. */
int vf_must_find(struct vf *vf, const char *address);
/* The same, and our driver must have it. */
int vf_must_be_bound(struct vf *vf, const char *address);

#endif /* MIGCAP_TOOL_VF_H */
