// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free space in configuration space.
 *
 * Owns the search for a place that no capability covers.  Does not own where
 * the map of owners comes from, nor whose choice wins: that is cap_place.c.
 */
#include <linux/errno.h>
#include <linux/types.h>

#include "cap_gap.h"

/* Capabilities are doubleword aligned and lie between the header and 100h. */
#define MIGCAP_GAP_ALIGN	4
#define MIGCAP_GAP_FIRST	0x40
#define MIGCAP_GAP_END		0x100

/**
 * migcap_vfio_cap_gap_hide() - note a capability of the hardware's own list
 * @owners: a byte for each byte of configuration space
 * @pos: where it begins
 *
 * One that the map has an owner for is left alone.  Others are there, but hidden
 * from the guest.  To be followed by migcap_vfio_cap_gap_spread().
 */
void migcap_vfio_cap_gap_hide(u8 *owners, u16 pos)
{
	if (owners[pos] == MIGCAP_GAP_FREE)
		owners[pos] = MIGCAP_GAP_HIDDEN;
}

/**
 * migcap_vfio_cap_gap_spread() - let hidden capabilities have what may be theirs
 * @owners: a byte for each byte of configuration space
 * @end: the length of @owners
 *
 * Nobody knows how long they are, so each goes on until the next capability.
 */
void migcap_vfio_cap_gap_spread(u8 *owners, u16 end)
{
	u16 i;

	for (i = 1; i < end; i++) {
		if (owners[i] == MIGCAP_GAP_FREE &&
		    owners[i - 1] == MIGCAP_GAP_HIDDEN)
			owners[i] = MIGCAP_GAP_HIDDEN;
	}
}

/**
 * migcap_vfio_cap_gap_next() - the next run of free bytes
 * @owners: a byte for each byte of configuration space
 * @from: where to begin
 * @end: the length of @owners
 *
 * Return: the run, of size 0 if there is no other.
 */
struct migcap_vfio_cap_gap migcap_vfio_cap_gap_next(const u8 *owners, u16 from,
						    u16 end)
{
	struct migcap_vfio_cap_gap gap = {};

	while (from < end && owners[from] != MIGCAP_GAP_FREE)
		from++;
	gap.offset = from;
	while (from < end && owners[from] == MIGCAP_GAP_FREE)
		from++;
	gap.size = from - gap.offset;
	return gap;
}

/**
 * migcap_vfio_cap_gap_fits() - whether a capability can be put at an offset
 * @owners: a byte for each of the first 256 bytes of configuration space
 * @bytes: what the device itself reads there, or NULL to take its word for it
 * @offset: where
 * @size: of the capability in bytes
 *
 * A gap in the list is no proof that no register lives there.  A byte that is
 * not zero is a proof of the contrary.
 *
 * Return: true if it fits.
 */
bool migcap_vfio_cap_gap_fits(const u8 *owners, const u8 *bytes, u16 offset,
			      u16 size)
{
	u16 i;

	if (offset % MIGCAP_GAP_ALIGN || offset < MIGCAP_GAP_FIRST ||
	    offset >= MIGCAP_GAP_END || size > MIGCAP_GAP_END - offset)
		return false;
	for (i = offset; i < offset + size; i++) {
		if (owners[i] != MIGCAP_GAP_FREE || (bytes && bytes[i]))
			return false;
	}
	return true;
}

/**
 * migcap_vfio_cap_gap_find() - find a place for a capability
 * @owners: a byte for each of the first 256 bytes of configuration space
 * @bytes: what the device itself reads there
 * @size: of the capability in bytes
 *
 * Searches downwards: devices keep what they do not list near the header.
 *
 * Return: the offset, or -ENOSPC.
 */
int migcap_vfio_cap_gap_find(const u8 *owners, const u8 *bytes, u16 size)
{
	int offset;

	for (offset = MIGCAP_GAP_END - MIGCAP_GAP_ALIGN;
	     offset >= MIGCAP_GAP_FIRST; offset -= MIGCAP_GAP_ALIGN) {
		if (migcap_vfio_cap_gap_fits(owners, bytes, offset, size))
			return offset;
	}
	return -ENOSPC;
}
