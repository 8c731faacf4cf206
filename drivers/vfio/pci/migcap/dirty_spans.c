// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which spans of IOVA have been reported.
 *
 * Owns a set of pages in memory of a fixed size.  A VMM asks for whole sections
 * of memory, or for pieces one after the other, and both join into few spans.
 * One that asks for scattered pages runs out of room: what finds none is not
 * noted and so reported once more, which costs time and loses nothing.
 */
#include <linux/string.h>
#include <linux/types.h>

#include "dirty_spans.h"

/* Index of the first span that ends at @page or later. */
static u32 migcap_vfio_dirty_spans_find(const struct migcap_vfio_dirty_spans *spans,
					u64 page)
{
	u32 low = 0, high = spans->count;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (spans->span[mid].last < page)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * migcap_vfio_dirty_spans_add() - note pages
 * @spans: the set
 * @first: first page, below 2^63
 * @last: last page, not below @first
 *
 * Return: false if there was no room, and the set is as before.
 */
bool migcap_vfio_dirty_spans_add(struct migcap_vfio_dirty_spans *spans,
				 u64 first, u64 last)
{
	struct migcap_vfio_dirty_span *span = spans->span;
	u32 from = migcap_vfio_dirty_spans_find(spans, first ? first - 1 : 0);
	u32 to = from;

	/* All that overlap or touch become one. */
	while (to < spans->count && span[to].first <= last + 1) {
		first = span[to].first < first ? span[to].first : first;
		last = span[to].last > last ? span[to].last : last;
		to++;
	}
	if (from == to && spans->count == spans->max)
		return false;
	memmove(&span[from + 1], &span[to],
		(spans->count - to) * sizeof(*span));
	spans->count = spans->count - (to - from) + 1;
	span[from].first = first;
	span[from].last = last;
	return true;
}

/**
 * migcap_vfio_dirty_spans_gap() - find the next pages that have not been noted
 * @spans: the set
 * @first: where to begin; set to the gap's first page
 * @last: where to end
 * @gap_last: set to the gap's last page
 *
 * Return: true if there is a gap.
 */
bool migcap_vfio_dirty_spans_gap(const struct migcap_vfio_dirty_spans *spans,
				 u64 *first, u64 last, u64 *gap_last)
{
	u32 i = migcap_vfio_dirty_spans_find(spans, *first);

	if (i < spans->count && spans->span[i].first <= *first) {
		*first = spans->span[i].last + 1;
		i++;
	}
	if (*first > last)
		return false;
	*gap_last = last;
	if (i < spans->count && spans->span[i].first <= last)
		*gap_last = spans->span[i].first - 1;
	return true;
}
