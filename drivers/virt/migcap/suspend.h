/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Consent while the guest is suspended.
 *
 * Owns: the moment.  Does not own: what holds the agent's hands until then and
 * from then on (main.c), nor the registers (publish.c).
 */
#ifndef MIGCAP_GUEST_SUSPEND_H
#define MIGCAP_GUEST_SUSPEND_H

#include <linux/types.h>

struct device;
struct device_link;
struct migcap_guest_agent;

/**
 * struct migcap_guest_suspend - what is known of the guest's suspends
 * @dev:	suspended after the function, resumed before it; NULL if there is
 *		none
 * @link:	from the function to it
 * @asleep:	the guest is suspended, and has consented; under the device_lock
 * @epoch:	EPOCH by then
 * @master_cleared: Bus Master Enable was set by then
 */
struct migcap_guest_suspend {
	struct device *dev;
	struct device_link *link;
	bool asleep;
	u8 epoch;
	bool master_cleared;
};

void migcap_guest_suspend_init(struct migcap_guest_agent *agent);
void migcap_guest_suspend_exit(struct migcap_guest_agent *agent);

#endif /* MIGCAP_GUEST_SUSPEND_H */
