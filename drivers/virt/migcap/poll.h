/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often the registers are looked at.
 *
 * Owns: the intervals and their module parameters.  Does not own: the sleeping
 * and the looking (agent.c).
 */
#ifndef MIGCAP_GUEST_POLL_H
#define MIGCAP_GUEST_POLL_H

#include <linux/ktime.h>

#include "policy.h"

/**
 * struct migcap_guest_outlook - what the next look depends on
 * @state:	of the agent
 * @has_irq:	an interrupt announces START and END in this state
 * @migrating:	the host has begun to migrate, START will come
 * @carried:	a standby does the device's work
 * @verify_ms:	when the link must be back, ULONG_MAX if none is missed
 */
struct migcap_guest_outlook {
	enum migcap_guest_state state;
	bool has_irq;
	bool migrating;
	bool carried;
	unsigned long verify_ms;
};

ktime_t migcap_guest_poll_interval(const struct migcap_guest_outlook *outlook);

#endif /* MIGCAP_GUEST_POLL_H */
