// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM's passes over RAM.
 *
 * From READY until it runs on the other host, the guest has no network.  What is
 * still to be sent then makes that time longer, so that the guest is asked when
 * little is.  How much is left a VMM does not tell, but it looks for what was
 * written meanwhile, and asks the devices, when it has sent nearly all that it
 * knew of.  So there is little if it comes to ask soon after it did the last time.
 *
 * QEMU looks each time that it has sent RAM for 50 ms, from the moment when what
 * is left could be sent while the VM is stopped: up to 300 ms' worth of it by
 * default.  A look that comes no sooner than the one before may be one of these,
 * or RAM changes as fast as it is sent, perhaps by the device, and waiting is of no
 * use.  So there is an end to the patience with these.
 */
#include <linux/time64.h>
#include <linux/types.h>

#include "passes.h"

/* Less than QEMU sends RAM at a time: it had nothing more to send. */
#define MIGCAP_PASS_SHORT	(40 * NSEC_PER_MSEC)

/* What passes may take together that are not notably shorter than the last. */
#define MIGCAP_PASS_PATIENCE	(2000 * NSEC_PER_MSEC)

/**
 * migcap_passes_begin() - the first pass begins
 * @passes: the passes
 * @now: the time in nanoseconds
 */
void migcap_passes_begin(struct migcap_passes *passes, u64 now)
{
	passes->began = now;
	passes->took = 0;
	passes->in_vain = 0;
}

/**
 * migcap_passes_end() - a pass is over, the next one begins
 * @passes: the passes
 * @now: the time in nanoseconds
 *
 * There are fewer than 150 of those that are not the last, even if the first one
 * takes an hour: each is a quarter shorter than the one before, or uses up some
 * of the patience.
 *
 * Return: true if the guest should be asked now, since the next pass will be
 * short, or no shorter than this one.
 */
bool migcap_passes_end(struct migcap_passes *passes, u64 now)
{
	u64 took = now - passes->began;

	if (passes->took && took > passes->took / 4 * 3)
		passes->in_vain += took;
	passes->began = now;
	passes->took = took;
	return took < MIGCAP_PASS_SHORT ||
	       passes->in_vain >= MIGCAP_PASS_PATIENCE;
}
