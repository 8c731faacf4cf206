// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI functions through sysfs.  It knows the sysfs files of the PCI core and
 * nothing about a particular driver's own attributes.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "nic.h"
#include "pci.h"
#include "sysfs.h"

#define PCI_DEVICES	"/sys/bus/pci/devices"
#define PCI_DRIVERS	"/sys/bus/pci/drivers"
#define DISK_DRIVER	"nvme"

const char *pci_dir(const char *bdf, char *dir)
{
	snprintf(dir, PCI_DIR_SIZE, PCI_DEVICES "/%s", bdf);
	return dir;
}

int pci_first_entry(const char *dir, const char *sub, char *name, size_t size)
{
	char path[SYSFS_PATH_MAX];
	struct dirent *entry;
	int err = -ENOENT;
	DIR *handle;

	snprintf(path, sizeof(path), "%s/%s", dir, sub);
	handle = opendir(path);
	if (!handle)
		return -errno;
	while (err && (entry = readdir(handle))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, size, "%.*s", (int)size - 1, entry->d_name);
		err = 0;
	}
	closedir(handle);
	return err;
}

static void load_module(const char *name)
{
	const char *const argv[] = { "modprobe", "-q", name, NULL };
	pid_t pid;

	if (!posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv,
			  environ))
		waitpid(pid, NULL, 0);
}

/* Loaded modules have registered their driver by the time modprobe returns. */
static void want_driver(const char *driver)
{
	char dir[SYSFS_PATH_MAX];

	snprintf(dir, sizeof(dir), PCI_DRIVERS "/%s", driver);
	if (access(dir, F_OK))
		load_module(driver);
}

/* Each bound function is a link in the driver's directory. */
static int find_pf(struct pci_pf *pf, const char *driver, bool is_nic)
{
	char path[SYSFS_PATH_MAX];
	struct dirent *entry;
	DIR *handle;
	long total;
	int err = -ENODEV;

	snprintf(path, sizeof(path), PCI_DRIVERS "/%s", driver);
	handle = opendir(path);
	while (err && handle && (entry = readdir(handle))) {
		if (!strchr(entry->d_name, ':'))
			continue;
		snprintf(pf->bdf, sizeof(pf->bdf), "%.*s",
			 (int)sizeof(pf->bdf) - 1, entry->d_name);
		pci_dir(pf->bdf, pf->dir);
		if (sysfs_read_number(pf->dir, "sriov_totalvfs", &total) ||
		    total < 1)
			continue;
		err = is_nic ? pci_first_entry(pf->dir, "net", pf->netdev,
					       sizeof(pf->netdev)) : 0;
	}
	if (handle)
		closedir(handle);
	return err;
}

int pci_find_pf(struct pci_pf *pf)
{
	int err = find_pf(pf, NIC_PF_DRIVER, true);

	return err ? failure(err, "no " NIC_PF_DRIVER " NIC with SR-IOV") : 0;
}

int pci_find_disk(struct pci_pf *pf)
{
	int err;

	want_driver(DISK_DRIVER);
	err = find_pf(pf, DISK_DRIVER, false);
	return err ? failure(err, "no " DISK_DRIVER " controller with SR-IOV") : 0;
}

/* The VF is link virtfn<N> of its PF. */
static int vf_index(const struct pci_pf *pf, const char *vf)
{
	char bdf[PCI_BDF_SIZE];
	int index;

	for (index = 0; !pci_vf_bdf(pf, index, bdf); index++)
		if (!strcmp(bdf, vf))
			return index;
	return -ENOENT;
}

int pci_pf_of(const char *vf, struct pci_pf *pf)
{
	char dir[PCI_DIR_SIZE];
	int err = sysfs_link(pci_dir(vf, dir), "physfn", pf->bdf,
			     sizeof(pf->bdf));

	if (err)
		return failure(-ENODEV, "%s is no VF", vf);
	pci_dir(pf->bdf, pf->dir);
	err = pci_first_entry(pf->dir, "net", pf->netdev, sizeof(pf->netdev));
	return err ? failure(-ENODEV, "%s: its PF has no network device", vf) :
		     vf_index(pf, vf);
}

int pci_remove_vfs(const struct pci_pf *pf)
{
	return sysfs_write_number(pf->dir, "sriov_numvfs", 0);
}

int pci_make_vfs(const struct pci_pf *pf, int count)
{
	int err = pci_remove_vfs(pf);

	if (!err)
		err = sysfs_write_number(pf->dir, "sriov_drivers_autoprobe", 0);
	if (!err)
		err = sysfs_write_number(pf->dir, "sriov_numvfs", count);
	if (err)
		return failure(err, "%s: cannot make %d VFs: %s", pf->bdf,
			       count, strerror(-err));
	return 0;
}

int pci_vf_bdf(const struct pci_pf *pf, int index, char *bdf)
{
	char attr[24];

	snprintf(attr, sizeof(attr), "virtfn%d", index);
	return sysfs_link(pf->dir, attr, bdf, PCI_BDF_SIZE);
}

int pci_driver(const char *bdf, char *name, size_t size)
{
	char dir[PCI_DIR_SIZE];
	int err = sysfs_link(pci_dir(bdf, dir), "driver", name, size);

	if (err == -ENOENT) {
		name[0] = '\0';
		return 0;
	}
	return err;
}

int pci_is_master(const char *bdf)
{
	char path[SYSFS_PATH_MAX];
	unsigned char command;
	FILE *config;
	int ret = -EIO;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/config", bdf);
	config = fopen(path, "rb");
	if (!config)
		return -errno;
	if (!fseek(config, PCI_COMMAND, SEEK_SET) &&
	    fread(&command, 1, 1, config) == 1)
		ret = !!(command & PCI_COMMAND_MASTER);
	fclose(config);
	return ret;
}

int pci_unbind(const char *bdf)
{
	char dir[PCI_DIR_SIZE], driver[PCI_NAME_SIZE];
	int err;

	err = pci_driver(bdf, driver, sizeof(driver));
	if (!err && driver[0])
		err = sysfs_write(pci_dir(bdf, dir), "driver/unbind", bdf);
	if (!err)
		err = sysfs_write(pci_dir(bdf, dir), "driver_override", "\n");
	return err;
}

int pci_bind(const char *bdf, const char *driver)
{
	char dir[PCI_DIR_SIZE], bound[PCI_NAME_SIZE];
	int err;

	want_driver(driver);
	err = pci_unbind(bdf);
	if (!err)
		err = sysfs_write(pci_dir(bdf, dir), "driver_override", driver);
	if (!err)
		err = sysfs_write("/sys/bus/pci", "drivers_probe", bdf);
	if (!err)
		err = pci_driver(bdf, bound, sizeof(bound));
	if (!err && strcmp(bound, driver))
		err = -ENODEV;
	if (err)
		return failure(err, "%s: cannot bind to %s: %s", bdf, driver,
			       strerror(-err));
	return 0;
}
