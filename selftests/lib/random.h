/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers for bounded, repeatable fuzzing: the same seed gives the same run.
 */
#ifndef SELFTESTS_LIB_RANDOM_H
#define SELFTESTS_LIB_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

/* Seeds that are near each other give runs that are not. */
static inline struct random random_from(uint32_t seed)
{
	return (struct random){ (seed + 1ULL) * 0x9e3779b97f4a7c15ULL };
}

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

#endif /* SELFTESTS_LIB_RANDOM_H */
