/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much RAM is pending, told by when a VMM asks, and so when the guest is to be
 * asked.  Pure: knows no clock, takes no lock, builds in userspace.
 */
#ifndef MIGCAP_PENDING_H
#define MIGCAP_PENDING_H

#include <linux/types.h>

/**
 * struct migcap_pending - a VMM's queries in one migration
 * @since: when the last one came, in nanoseconds
 * @interval: the time from the one before to it, in nanoseconds, 0 if there was
 *	none
 * @in_vain: sum of the intervals that were not notably shorter than the one
 *	before, in nanoseconds
 */
struct migcap_pending {
	u64 since;
	u64 interval;
	u64 in_vain;
};

void migcap_pending_begin(struct migcap_pending *pending, u64 now);
bool migcap_pending_query(struct migcap_pending *pending, u64 now);

#endif /* MIGCAP_PENDING_H */
