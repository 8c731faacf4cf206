/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in a device's configuration space the capability is put.
 */
#ifndef MIGCAP_VFIO_CAP_PLACE_H
#define MIGCAP_VFIO_CAP_PLACE_H

#include <linux/types.h>

struct migcap_vfio_stats;
struct vfio_pci_core_device;

/* No operator's choice: look for a place. */
#define MIGCAP_PLACE_AUTO	0

/**
 * enum migcap_vfio_cap_place_source - who chose the place
 * @MIGCAP_PLACE_NONE: nobody, the device is not open
 * @MIGCAP_PLACE_TABLE: the table of known devices
 * @MIGCAP_PLACE_SEARCH: the search for free space
 * @MIGCAP_PLACE_OVERRIDE: the operator
 */
enum migcap_vfio_cap_place_source {
	MIGCAP_PLACE_NONE,
	MIGCAP_PLACE_TABLE,
	MIGCAP_PLACE_SEARCH,
	MIGCAP_PLACE_OVERRIDE,
};

/**
 * struct migcap_vfio_cap_place - a place in configuration space
 * @offset: of the capability
 * @source: who chose it
 */
struct migcap_vfio_cap_place {
	u16 offset;
	enum migcap_vfio_cap_place_source source;
};

u8 *migcap_vfio_cap_place_owners(const struct vfio_pci_core_device *core);
int migcap_vfio_cap_place_choose(struct migcap_vfio_cap_place *place,
				 struct vfio_pci_core_device *core,
				 struct migcap_vfio_stats *stats, u16 override);

#endif /* MIGCAP_VFIO_CAP_PLACE_H */
