/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers for unit tests, and how many rounds they make.
 */
#ifndef SELFTESTS_UNIT_RANDOM_H
#define SELFTESTS_UNIT_RANDOM_H

#include <stdlib.h>

#include "../lib/random.h"

/* MIGCAP_FUZZ_ROUNDS of the environment, or @rounds. */
static inline unsigned long random_rounds(unsigned long rounds)
{
	const char *env = getenv("MIGCAP_FUZZ_ROUNDS");

	return env ? strtoul(env, NULL, 0) : rounds;
}

#endif /* SELFTESTS_UNIT_RANDOM_H */
