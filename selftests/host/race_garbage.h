/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What garbage is made of.
 */
#ifndef SELFTESTS_HOST_RACE_GARBAGE_H
#define SELFTESTS_HOST_RACE_GARBAGE_H

#include "race.h"

#define PAGE		4096UL
/*
 * What is mapped at random, and bitmaps: some memory, and behind it what none is
 * and never will be, up to what the longest query's bitmap could touch.
 */
#define MEMORY_SIZE	0x100000UL
#define NOTHING_SIZE	(16UL << 40)

/* Often one at which something changes. */
uint64_t any_number(unsigned int *seed);
/* Memory to be copied from or to: some, none, or some that ends too soon. */
void *any_buffer(struct race *race, unsigned int *seed);
size_t any_argsz(unsigned int *seed, size_t right);

#endif /* SELFTESTS_HOST_RACE_GARBAGE_H */
