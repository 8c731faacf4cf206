// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFs of this host, see vf.h.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "tool.h"
#include "vf.h"

#define DEVICES		"/sys/bus/pci/devices"

/* dddd:bb:dd.f; a domain may be longer than four digits, or be left out. */
static bool spell_address(char *bdf, const char *address)
{
	unsigned int domain, bus, device, function;
	char end;

	if (sscanf(address, "%x:%x:%x.%x%c", &domain, &bus, &device, &function,
		   &end) != 4) {
		domain = 0;
		if (sscanf(address, "%x:%x.%x%c", &bus, &device, &function,
			   &end) != 3)
			return false;
	}
	if (domain > 0xffffff || bus > 0xff || device > 0x1f || function > 7)
		return false;
	snprintf(bdf, VF_BDF_SIZE, "%04x:%02x:%02x.%x", domain, bus, device,
		 function);
	return true;
}

/* A PF with several network devices: the first one rules its VFs. */
static void find_pf_netdev(struct vf *vf)
{
	char path[ATTR_PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/physfn/net", vf->dir);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= IFNAMSIZ)
			continue;
		if (!vf->pf[0] || strcmp(entry->d_name, vf->pf) < 0)
			snprintf(vf->pf, sizeof(vf->pf), "%s", entry->d_name);
	}
	closedir(dir);
}

static void find_index(struct vf *vf)
{
	char path[ATTR_PATH_MAX], name[32], target[VF_BDF_SIZE];
	long total = 0;
	int i;

	snprintf(path, sizeof(path), "%s/physfn", vf->dir);
	attr_read_number(path, "sriov_numvfs", &total);
	for (i = 0; i < total; i++) {
		snprintf(name, sizeof(name), "virtfn%d", i);
		if (!attr_link(path, name, target, sizeof(target)) &&
		    !strcmp(target, vf->bdf)) {
			vf->index = i;
			return;
		}
	}
}

void vf_refresh(struct vf *vf)
{
	char group[16];

	if (attr_link(vf->dir, "driver", vf->driver, sizeof(vf->driver)))
		vf->driver[0] = 0;
	vf->group = -1;
	if (!attr_link(vf->dir, "iommu_group", group, sizeof(group)))
		vf->group = atoi(group);
}

int vf_find(struct vf *vf, const char *address)
{
	*vf = (struct vf){ .index = -1, .group = -1 };
	if (!spell_address(vf->bdf, address))
		return -EINVAL;
	snprintf(vf->dir, sizeof(vf->dir), DEVICES "/%s", vf->bdf);
	if (access(vf->dir, F_OK))
		return -ENODEV;
	if (attr_link(vf->dir, "physfn", vf->pf_bdf, sizeof(vf->pf_bdf)))
		return -ENXIO;
	find_pf_netdev(vf);
	find_index(vf);
	vf_refresh(vf);
	return 0;
}

bool vf_is_bound(const struct vf *vf)
{
	return !strcmp(vf->driver, VF_DRIVER);
}

int vf_all(struct vf **vfs, size_t *count)
{
	struct dirent **names;
	struct vf vf, *more;
	int total, i, ret = 0;

	*vfs = NULL;
	*count = 0;
	total = scandir(DEVICES, &names, NULL, alphasort);
	if (total < 0)
		return -errno;
	for (i = 0; i < total; i++) {
		if (!ret && !vf_find(&vf, names[i]->d_name)) {
			more = realloc(*vfs, (*count + 1) * sizeof(vf));
			if (more) {
				*vfs = more;
				more[(*count)++] = vf;
			} else {
				ret = -ENOMEM;
			}
		}
		free(names[i]);
	}
	free(names);
	return ret;
}

int vf_must_find(struct vf *vf, const char *address)
{
	switch (vf_find(vf, address)) {
	case 0:
		return TOOL_OK;
	case -EINVAL:
		tool_say("'%s' is no PCI address, such as 0000:01:10.0",
			 address);
		return TOOL_USAGE;
	case -ENXIO:
		tool_say_vf(vf->bdf, "is no SR-IOV virtual function");
		return TOOL_NO_VF;
	default:
		tool_say_vf(vf->bdf, "no such device on this host");
		return TOOL_NO_VF;
	}
}

int vf_must_be_bound(struct vf *vf, const char *address)
{
	int ret = vf_must_find(vf, address);

	if (ret || vf_is_bound(vf))
		return ret;
	tool_say_vf(vf->bdf, "bound to %s; needs " VF_DRIVER
		    ", see \"Binding\" in the admin guide",
		    vf->driver[0] ? vf->driver : "no driver");
	return TOOL_NO_VF;
}
