/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Free space in configuration space.  Pure: works on a map of owners, knows no
 * device, takes no lock, builds in userspace.
 */
#ifndef MIGCAP_VFIO_CAP_GAP_H
#define MIGCAP_VFIO_CAP_GAP_H

#include <linux/types.h>

/* In a map of owners, the mark of a byte that belongs to no capability. */
#define MIGCAP_GAP_FREE		0xff
/* The mark of one that belongs to a capability which the guest does not see. */
#define MIGCAP_GAP_HIDDEN	0xfc

/**
 * struct migcap_vfio_cap_gap - one run of free bytes
 * @offset: first byte
 * @size: in bytes, 0 if there is none
 */
struct migcap_vfio_cap_gap {
	u16 offset;
	u16 size;
};

void migcap_vfio_cap_gap_hide(u8 *owners, u16 pos);
void migcap_vfio_cap_gap_spread(u8 *owners, u16 end);
struct migcap_vfio_cap_gap migcap_vfio_cap_gap_next(const u8 *owners, u16 from,
						    u16 end);
bool migcap_vfio_cap_gap_fits(const u8 *owners, const u8 *bytes, u16 offset,
			      u16 size);
int migcap_vfio_cap_gap_find(const u8 *owners, const u8 *bytes, u16 size);

#endif /* MIGCAP_VFIO_CAP_GAP_H */
