// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often the registers are looked at.
 *
 * One look costs two configuration reads, that is two exits to the VMM.  While
 * a device is down for a migration each millisecond of delay is a millisecond
 * of outage, and the agent looks often even if it has an interrupt.  Not so
 * where a standby carries the traffic: looking often would only slow that down.
 *
 * START costs no outage, but a VMM that waits for READY sends nothing, may take
 * its network for slow, and then hesitates to stop the VM.
 */
#include <linux/minmax.h>
#include <linux/module.h>

#include "poll.h"

/* An interrupt may be lost where the VMM has no eventfd for the vector yet. */
#define POLL_IRQ_FACTOR		10

#define POLL_MIGRATING_DIVISOR	10
#define POLL_MIN_MS		1UL
#define POLL_MAX_MS		10000UL
#define POLL_MIN_US		100U
#define POLL_MAX_US		100000U

static unsigned int poll_ms = 100;
module_param(poll_ms, uint, 0644);
MODULE_PARM_DESC(poll_ms,
		 "Milliseconds between two looks for START without an interrupt, ten times that with one, a tenth during a migration (default 100)");

static unsigned int ready_poll_us = 1000;
module_param(ready_poll_us, uint, 0644);
MODULE_PARM_DESC(ready_poll_us, "Microseconds between two looks for END while the device is down (default 1000)");

static ktime_t
migcap_guest_poll_start(const struct migcap_guest_outlook *outlook)
{
	unsigned long ms = READ_ONCE(poll_ms);

	ms = clamp(ms, POLL_MIN_MS, POLL_MAX_MS);
	if (outlook->has_irq)
		ms *= POLL_IRQ_FACTOR;
	else if (outlook->migrating)
		ms = max(ms / POLL_MIGRATING_DIVISOR, POLL_MIN_MS);
	return ms_to_ktime(min(ms, outlook->verify_ms));
}

/**
 * migcap_guest_poll_interval() - how long to sleep until the next look
 * @outlook:	what is to be expected
 *
 * Return: the interval, KTIME_MAX if there is nothing to look for.
 */
ktime_t migcap_guest_poll_interval(const struct migcap_guest_outlook *outlook)
{
	unsigned int us = clamp(READ_ONCE(ready_poll_us), POLL_MIN_US,
				POLL_MAX_US);

	if (outlook->state == MIGCAP_PARKED)
		return KTIME_MAX;
	if (outlook->state == MIGCAP_QUIESCED && !outlook->carried)
		return ns_to_ktime((u64)us * NSEC_PER_USEC);
	return migcap_guest_poll_start(outlook);
}
