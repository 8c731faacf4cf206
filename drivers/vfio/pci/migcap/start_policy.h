/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When START is due: how much RAM is pending, told by when a VMM asks.  Pure:
 * knows no clock, takes no lock, builds in userspace.
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
 * @not_before: START is not due before that time, in nanoseconds
 */
struct migcap_vfio_start_policy {
	u64 since;
	u64 interval;
	u64 in_vain;
	u64 not_before;
};

void migcap_vfio_start_policy_begin(struct migcap_vfio_start_policy *policy,
				    u64 now);
void migcap_vfio_start_policy_postpone(struct migcap_vfio_start_policy *policy,
				       u64 now, u32 times);
bool
migcap_vfio_start_policy_may_ask(const struct migcap_vfio_start_policy *policy,
				 u64 now);
bool migcap_vfio_start_policy_query(struct migcap_vfio_start_policy *policy,
				    u64 now);

#endif /* MIGCAP_VFIO_START_POLICY_H */
