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

ktime_t migcap_poll_interval(enum migcap_state state, bool has_irq,
			     bool carried);

#endif /* _MIGCAP_GUEST_POLL_H */
