/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which spans of IOVA have been reported.  Pure: allocates nothing, takes no
 * lock, builds in userspace.
 */
#ifndef MIGCAP_VFIO_DIRTY_SPANS_H
#define MIGCAP_VFIO_DIRTY_SPANS_H

#include <linux/types.h>

/**
 * struct migcap_vfio_dirty_span - one span, in pages
 * @first: its first page
 * @last: its last page
 */
struct migcap_vfio_dirty_span {
	u64 first;
	u64 last;
};

/**
 * struct migcap_vfio_dirty_spans - a set of pages
 * @span: disjoint spans in ascending order that do not touch each other
 * @count: how many there are
 * @max: how many there is room for
 */
struct migcap_vfio_dirty_spans {
	struct migcap_vfio_dirty_span *span;
	u32 count;
	u32 max;
};

bool migcap_vfio_dirty_spans_add(struct migcap_vfio_dirty_spans *spans,
				 u64 first, u64 last);
bool migcap_vfio_dirty_spans_gap(const struct migcap_vfio_dirty_spans *spans,
				 u64 *first, u64 last, u64 *gap_last);

#endif /* MIGCAP_VFIO_DIRTY_SPANS_H */
