// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM's passes over RAM.
 *
 * From READY until it runs on the other host, the guest has no network.  In that
 * time the VMM sends what was written during the pass before, so that the guest
 * is asked after a short one.  While each pass is notably shorter than the one
 * before it, another one is worth its while.  Where they do not get shorter,
 * RAM changes as fast as it is sent: waiting would be of no use, and perhaps
 * it is the device that writes.
 */
#include <linux/time64.h>
#include <linux/types.h>

#include "passes.h"

/* In comparison with what stopping and starting a VM takes. */
#define MIGCAP_PASS_SHORT	(100 * NSEC_PER_MSEC)

/**
 * migcap_passes_begin() - the first pass begins
 * @passes: the passes
 * @now: the time in nanoseconds
 */
void migcap_passes_begin(struct migcap_passes *passes, u64 now)
{
	passes->began = now;
	passes->took = 0;
}

/**
 * migcap_passes_end() - a pass is over, the next one begins
 * @passes: the passes
 * @now: the time in nanoseconds
 *
 * Each pass that is not the last takes at most three quarters of the one
 * before: there are not many, whatever the guest does.
 *
 * Return: true if the guest should be asked now, since the next pass will be
 * short or no shorter than this one.
 */
bool migcap_passes_end(struct migcap_passes *passes, u64 now)
{
	u64 took = now - passes->began;
	bool shrinks = !passes->took || took <= passes->took / 4 * 3;

	passes->began = now;
	passes->took = took;
	return took < MIGCAP_PASS_SHORT || !shrinks;
}
