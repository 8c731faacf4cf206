// SPDX-License-Identifier: GPL-2.0-only
/*
 * When START is due.
 *
 * RAM that is left to be sent when the guest is READY is sent while the guest has
 * no network.  So the guest should be asked when little is left.  A VMM does not
 * tell how much that is.  But it asks the devices about theirs when its own could
 * be sent while the VM is stopped, and again each time that it has sent some of
 * it, since it looks then for what was written meanwhile.  QEMU sends RAM for
 * 50 ms at a time: if it asks sooner, it had no more.
 *
 * A query that comes no sooner than the one before may be one of those, of a VMM
 * that began with 300 ms' worth of RAM or more.  Or RAM is written as fast as it is
 * sent, and waiting is of no use.  So the time spent on such queries is limited.
 *
 * Intervals of seconds are another matter.  Then whole passes over RAM lie between
 * the queries: RAM does not converge, or a VMM slows the guest down until it does.
 * A guest without network would not change that, so it keeps its device.
 */
#include <linux/time64.h>
#include <linux/types.h>

#include "start_policy.h"

/* Less than QEMU takes while there is RAM to be sent. */
#define START_LITTLE		(40 * NSEC_PER_MSEC)

/* How long to wait in all where intervals do not become shorter. */
#define START_IN_VAIN_MAX	(2000 * NSEC_PER_MSEC)

/* Intervals of this length and more say that RAM does not converge. */
#define START_HOPELESS		(1000 * NSEC_PER_MSEC)

/* After the guest has been READY for too long, times how often that was. */
#define START_BACKOFF		(10ULL * NSEC_PER_SEC)
#define START_BACKOFF_TIMES	30

/**
 * migcap_vfio_start_policy_begin() - RAM begins to be sent
 * @policy: the queries
 * @now: the time in nanoseconds
 */
void migcap_vfio_start_policy_begin(struct migcap_vfio_start_policy *policy,
				    u64 now)
{
	*policy = (struct migcap_vfio_start_policy){ .since = now };
}

/**
 * migcap_vfio_start_policy_postpone() - the guest was asked too early
 * @policy: the queries
 * @now: the time in nanoseconds
 * @times: how often that has happened
 *
 * The guest gets some time with its device before it is asked again.
 */
void migcap_vfio_start_policy_postpone(struct migcap_vfio_start_policy *policy,
				       u64 now, u32 times)
{
	if (times > START_BACKOFF_TIMES)
		times = START_BACKOFF_TIMES;
	migcap_vfio_start_policy_begin(policy, now);
	policy->not_before = now + times * START_BACKOFF;
}

/**
 * migcap_vfio_start_policy_may_ask() - whether the guest may be asked yet
 * @policy: the queries
 * @now: the time in nanoseconds
 *
 * Return: false while it has its device back for some time.
 */
bool
migcap_vfio_start_policy_may_ask(const struct migcap_vfio_start_policy *policy,
				 u64 now)
{
	return now >= policy->not_before;
}

/**
 * migcap_vfio_start_policy_query() - a VMM asks how much is pending
 * @policy: the queries
 * @now: the time in nanoseconds
 *
 * Where intervals stay below a second, fewer than 150 queries do not give true:
 * each interval is a quarter shorter than the one before, or uses up some of the
 * time that such queries have.
 *
 * Return: true if the guest should be asked now, since little RAM is pending, or
 * it does not become less.
 */
bool migcap_vfio_start_policy_query(struct migcap_vfio_start_policy *policy,
				    u64 now)
{
	u64 interval = now - policy->since;

	if (policy->interval && interval < START_HOPELESS &&
	    interval > policy->interval / 4 * 3)
		policy->in_vain += interval;
	policy->since = now;
	policy->interval = interval;
	if (!migcap_vfio_start_policy_may_ask(policy, now))
		return false;
	return interval < START_LITTLE || policy->in_vain >= START_IN_VAIN_MAX;
}
