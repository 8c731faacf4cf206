// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much RAM is pending.
 *
 * What is left to be sent when the guest is READY is sent while it has no network.
 * So the guest is to be asked when little is left.  How much a VMM does not tell.
 * But it asks the devices about theirs when its own could be sent while the VM is
 * stopped, and again each time that it has sent some of it, since it looks then for
 * what was written meanwhile.  QEMU sends RAM for 50 ms at a time: if it asks
 * sooner, it had no more.
 *
 * A query that comes no sooner than the one before may be one of those, of a VMM
 * that began with 300 ms' worth of RAM or more.  Or RAM is written as fast as it is
 * sent, perhaps by the device, and to wait is of no use.  So there is a limit to
 * the patience with these.
 */
#include <linux/time64.h>
#include <linux/types.h>

#include "start_policy.h"

/* Less than QEMU takes while there is RAM to be sent. */
#define MIGCAP_PENDING_LITTLE	(40 * NSEC_PER_MSEC)

/* How long to wait in all where intervals do not become shorter. */
#define MIGCAP_PENDING_PATIENCE	(2000 * NSEC_PER_MSEC)

/**
 * migcap_vfio_start_policy_begin() - RAM begins to be sent
 * @pending: the queries
 * @now: the time in nanoseconds
 */
void migcap_vfio_start_policy_begin(struct migcap_vfio_start_policy *pending,
				    u64 now)
{
	pending->since = now;
	pending->interval = 0;
	pending->in_vain = 0;
}

/**
 * migcap_vfio_start_policy_query() - a VMM asks how much of the device's state is pending
 * @pending: the queries
 * @now: the time in nanoseconds
 *
 * Fewer than 150 queries do not give true, even if the first comes after an
 * hour: each interval is a quarter shorter than the one before, or uses up some of
 * the patience.
 *
 * Return: true if the guest should be asked now, since little RAM is pending, or
 * it does not become less.
 */
bool migcap_vfio_start_policy_query(struct migcap_vfio_start_policy *pending,
				    u64 now)
{
	u64 interval = now - pending->since;

	if (pending->interval && interval > pending->interval / 4 * 3)
		pending->in_vain += interval;
	pending->since = now;
	pending->interval = interval;
	return interval < MIGCAP_PENDING_LITTLE ||
	       pending->in_vain >= MIGCAP_PENDING_PATIENCE;
}
