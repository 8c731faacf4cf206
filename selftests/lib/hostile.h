/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What hostile tests share: how long they go on, and where their random numbers
 * start from.
 *
 *	MIGCAP_HOSTILE_SECONDS	how long each test goes on, instead of its
 *				usual share of `make check`
 *	MIGCAP_SEED		the seed that an earlier run has printed
 */
#ifndef SELFTESTS_LIB_HOSTILE_H
#define SELFTESTS_LIB_HOSTILE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"

/* 0: nothing was said. */
static inline int hostile_seconds(void)
{
	const char *given = getenv("MIGCAP_HOSTILE_SECONDS");

	return given ? atoi(given) : 0;
}

/* How long to go on, in milliseconds, if @ms is the usual share. */
static inline int hostile_ms(int ms)
{
	return hostile_seconds() ? hostile_seconds() * 1000 : stretch_ms(ms);
}

/* The limit in seconds of a test that has @seconds with its usual share. */
static inline int hostile_limit(int seconds)
{
	return clock_slowness() * seconds + hostile_seconds();
}

static inline unsigned int hostile_seed(void)
{
	const char *given = getenv("MIGCAP_SEED");
	unsigned int seed = time(NULL);

	if (given)
		seed = strtoul(given, NULL, 0);
	printf("# MIGCAP_SEED=%u\n", seed);
	fflush(stdout);
	return seed;
}

#endif /* SELFTESTS_LIB_HOSTILE_H */
