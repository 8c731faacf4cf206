/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often to send.  A guest answers in interrupts, before its programs run: one
 * that is sent to at a fixed rate on a slow machine does nothing else.  So whoever
 * sends waits several times as long as the last answer took.
 */
#ifndef MIGCAP_TEST_PACE_H
#define MIGCAP_TEST_PACE_H

#include "clock.h"

#define PACE_MIN_NS	(10 * NSEC_PER_MSEC)
#define PACE_MAX_NS	(100 * NSEC_PER_MSEC)
#define PACE_REST	4

/* The pause between what is sent, if the last answer took @took_ns. */
static inline long long pace_ns(long long took_ns)
{
	long long pause = PACE_REST * took_ns;

	if (pause < PACE_MIN_NS)
		return PACE_MIN_NS;
	return pause < PACE_MAX_NS ? pause : PACE_MAX_NS;
}

#endif /* MIGCAP_TEST_PACE_H */
