/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where in a device's configuration space the capability is put.
 */
#ifndef MIGCAP_PLACE_H
#define MIGCAP_PLACE_H

#include <linux/types.h>

struct migcap_report;
struct vfio_pci_core_device;

/* No operator's choice: look for a place. */
#define MIGCAP_PLACE_AUTO	0

/**
 * enum migcap_place_source - who chose the place
 * @MIGCAP_PLACE_NONE: nobody, the device is not open
 * @MIGCAP_PLACE_TABLE: the table of known devices
 * @MIGCAP_PLACE_SEARCH: the search for free space
 * @MIGCAP_PLACE_OVERRIDE: the operator
 */
enum migcap_place_source {
	MIGCAP_PLACE_NONE,
	MIGCAP_PLACE_TABLE,
	MIGCAP_PLACE_SEARCH,
	MIGCAP_PLACE_OVERRIDE,
};

/**
 * struct migcap_place - a place in configuration space
 * @offset: of the capability
 * @source: who chose it
 */
struct migcap_place {
	u16 offset;
	enum migcap_place_source source;
};

int migcap_place_choose(struct migcap_place *place,
			struct vfio_pci_core_device *core,
			struct migcap_report *report, u16 override);

#endif /* MIGCAP_PLACE_H */
