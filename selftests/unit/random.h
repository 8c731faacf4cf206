/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers for bounded, repeatable fuzzing: the same seed gives the same run.
 */
#ifndef SELFTESTS_UNIT_RANDOM_H
#define SELFTESTS_UNIT_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

struct random {
	uint64_t state;
};

/* An xorshift generator; the state is never zero. */
static inline uint32_t random_next(struct random *rnd)
{
	uint64_t x = rnd->state ? rnd->state : 0x9e3779b97f4a7c15ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	rnd->state = x;
	return x >> 16;
}

/* From 0 to @below - 1. */
static inline uint32_t random_below(struct random *rnd, uint32_t below)
{
	return random_next(rnd) % below;
}

/* MIGCAP_FUZZ_ROUNDS of the environment, or @rounds. */
static inline unsigned long random_rounds(unsigned long rounds)
{
	const char *env = getenv("MIGCAP_FUZZ_ROUNDS");

	return env ? strtoul(env, NULL, 0) : rounds;
}

#endif /* SELFTESTS_UNIT_RANDOM_H */
