/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much RAM is pending, told by when a VMM asks, and so when the guest is to be
 * asked.  Pure: knows no clock, takes no lock, builds in userspace.
 */
#ifndef MIGCAP_VFIO_START_POLICY_H
#define MIGCAP_VFIO_START_POLICY_H

#include <linux/types.h>

/**
 * struct migcap_vfio_start_policy - a VMM's queries in one migration
 * @since: when the last one came, in nanoseconds
 * @interval: the time from the one before to it, in nanoseconds, 0 if there was
 *	none
 * @in_vain: sum of the intervals that were not notably shorter than the one
 *	before, in nanoseconds
 */
struct migcap_vfio_start_policy {
	u64 since;
	u64 interval;
	u64 in_vain;
};

void migcap_vfio_start_policy_begin(struct migcap_vfio_start_policy *pending,
				    u64 now);
bool migcap_vfio_start_policy_query(struct migcap_vfio_start_policy *pending,
				    u64 now);

#endif /* MIGCAP_VFIO_START_POLICY_H */
