/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often the registers are looked at.
 *
 * Owns: the intervals and their module parameters.  Does not own: the sleeping
 * and the looking (agent.c).
 */
#ifndef _MIGCAP_GUEST_POLL_H
#define _MIGCAP_GUEST_POLL_H

#include <linux/ktime.h>

#include "target.h"

/**
 * struct migcap_outlook - what the next look depends on
 * @state:	of the agent
 * @has_irq:	an interrupt announces START and END in this state
 * @migrating:	the host has begun to migrate, START will come
 * @carried:	a standby does the device's work
 */
struct migcap_outlook {
	enum migcap_state state;
	bool has_irq;
	bool migrating;
	bool carried;
};

ktime_t migcap_poll_interval(const struct migcap_outlook *outlook);

#endif /* _MIGCAP_GUEST_POLL_H */
