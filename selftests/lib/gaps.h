/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Times at which something arrived, and the gaps in between.  Whoever fills in
 * the times has them in order.
 */
#ifndef MIGCAP_TEST_GAPS_H
#define MIGCAP_TEST_GAPS_H

#include <stddef.h>

struct gap {
	long long from, to;	/* the last before, the first after */
};

struct times {
	long long *when;
	size_t count;
};

/* The longest time between @from and @to in which nothing arrived. */
struct gap gaps_longest(const struct times *times, long long from,
			long long to);

/* All gaps there that are longer than @floor, together. */
long long gaps_sum(const struct times *times, long long from, long long to,
		   long long floor);

/* Put times in order that came in any. */
void times_sort(struct times *times);
void times_free(struct times *times);

static inline long long gap_length(struct gap gap)
{
	return gap.to - gap.from;
}

#endif /* MIGCAP_TEST_GAPS_H */
