/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instants on CLOCK_MONOTONIC in nanoseconds, and the arithmetic of waiting.
 * Everything in the library that carries a time carries it in this form.
 */
#ifndef MIGCAP_TEST_CLOCK_H
#define MIGCAP_TEST_CLOCK_H

#include <stdlib.h>
#include <time.h>

#define NSEC_PER_USEC	1000LL
#define NSEC_PER_MSEC	1000000LL
#define NSEC_PER_SEC	1000000000LL

static inline long long clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static inline long long now_ns(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* How many times as long as elsewhere everything takes here. */
static inline int clock_slowness(void)
{
	const char *given = getenv("MIGCAP_SLOWNESS");
	int slowness = given ? atoi(given) : 1;

	return slowness > 1 ? slowness : 1;
}

/* A time in which as much gets done here as in @ms elsewhere. */
static inline int stretch_ms(int ms)
{
	return clock_slowness() * ms;
}

/* For what takes @ms at most elsewhere. */
static inline long long deadline_in(int ms)
{
	return now_ns() + stretch_ms(ms) * NSEC_PER_MSEC;
}

/* Milliseconds left, rounded up; 0 once the deadline has passed. */
static inline int ms_until(long long deadline)
{
	long long left = deadline - now_ns();

	return left > 0 ? (left + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC : 0;
}

static inline void sleep_ms(int ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * NSEC_PER_MSEC,
	};

	nanosleep(&ts, NULL);
}

static inline double ns_to_ms(long long ns)
{
	return (double)ns / NSEC_PER_MSEC;
}

#endif /* MIGCAP_TEST_CLOCK_H */
