// SPDX-License-Identifier: GPL-2.0-only
/*
 * One walk over the times, for the longest gap as well as for the sum.
 */
#include <stdlib.h>

#include "gaps.h"

/* The first gap from @from on that ends after it, cut at @to. */
static struct gap next_gap(const struct times *times, size_t *i, long long from,
			   long long to)
{
	while (*i < times->count && times->when[*i] <= from)
		(*i)++;
	if (*i == times->count || times->when[*i] > to)
		return (struct gap){ from, to };
	return (struct gap){ from, times->when[*i] };
}

struct gap gaps_longest(const struct times *times, long long from,
			long long to)
{
	struct gap longest = { from, from }, gap;
	size_t i = 0;

	for (; from < to; from = gap.to) {
		gap = next_gap(times, &i, from, to);
		if (gap_length(gap) > gap_length(longest))
			longest = gap;
	}
	return longest;
}

long long gaps_sum(const struct times *times, long long from, long long to,
		   long long floor)
{
	long long sum = 0;
	struct gap gap;
	size_t i = 0;

	for (; from < to; from = gap.to) {
		gap = next_gap(times, &i, from, to);
		if (gap_length(gap) > floor)
			sum += gap_length(gap);
	}
	return sum;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

void times_sort(struct times *times)
{
	qsort(times->when, times->count, sizeof(*times->when), compare);
}

void times_free(struct times *times)
{
	free(times->when);
	*times = (struct times){ .when = NULL };
}
