// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of the device's DMA.
 *
 * Owns what is reported: nobody knows which pages the device wrote, so nothing
 * is dirty while it runs, and every logged page is dirty once after it has
 * stopped.  A guest that takes its device back into use makes all of it dirty
 * again.  A migration cannot end in between, since it waits for READY.
 * If the guest tracks the DMA itself, its own writes tell all there is to tell,
 * until it withdraws that promise.
 *
 * Lock: log->lock.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/interval_tree.h>
#include <linux/iova_bitmap.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dirty_log.h"
#include "guest.h"

/*
 * The unit of the log, whatever page size was asked for: no bit of a query can
 * stand for less, so that a VMM may split its queries as it likes.
 */
#define UNIT_SHIFT	12
/* Reported at a stretch; bitmap_set() cannot count further than 32 bits. */
#define STRETCH		SZ_1M

/**
 * migcap_vfio_dirty_log_init() - begin without a log
 * @log: the log
 * @guest: the guest
 */
void migcap_vfio_dirty_log_init(struct migcap_vfio_dirty_log *log,
				struct migcap_vfio_guest *guest)
{
	log->guest = guest;
	mutex_init(&log->lock);
}

static void
migcap_vfio_dirty_log_free_ranges(struct migcap_vfio_dirty_log_range *ranges,
				  u32 nr_ranges)
{
	u32 i;

	for (i = 0; i < nr_ranges; i++)
		kvfree(ranges[i].reported);
	kvfree(ranges);
}

/* However long a VMM says that a range is: too long is no news for the log. */
static unsigned long *migcap_vfio_dirty_log_alloc_bits(u64 nr_bits)
{
	return kvcalloc(BITS_TO_LONGS(nr_bits), sizeof(unsigned long),
			GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
}

static struct migcap_vfio_dirty_log_range *
migcap_vfio_dirty_log_copy_ranges(struct rb_root_cached *tree, u32 nr_ranges)
{
	struct interval_tree_node *node;
	struct migcap_vfio_dirty_log_range *ranges;
	int ret = -ENOMEM;
	u32 i = 0;

	ranges = kvcalloc(nr_ranges, sizeof(*ranges), GFP_KERNEL_ACCOUNT);
	if (!ranges)
		return ERR_PTR(-ENOMEM);
	for (node = interval_tree_iter_first(tree, 0, ULONG_MAX);
	     node && i < nr_ranges;
	     node = interval_tree_iter_next(node, 0, ULONG_MAX), i++) {
		ranges[i].iova = node->start;
		ranges[i].nr_units = (node->last - node->start + 1) >>
				     UNIT_SHIFT;
		/* Core lets an empty one pass, whose last byte is nonsense. */
		if (!ranges[i].nr_units) {
			ret = -EINVAL;
			goto free;
		}
		ranges[i].reported =
			migcap_vfio_dirty_log_alloc_bits(ranges[i].nr_units);
		if (!ranges[i].reported)
			goto free;
	}
	return ranges;

free:
	migcap_vfio_dirty_log_free_ranges(ranges, nr_ranges);
	return ERR_PTR(ret);
}

/**
 * migcap_vfio_dirty_log_start() - begin to log
 * @log: the log
 * @ranges: what to log, an interval tree
 * @nr_ranges: how many there are
 * @page_size: in bytes, kept as asked for; the log is finer
 *
 * Context: process, takes the log's lock.
 * Return: 0, -EINVAL for a page size that is none, an empty range or a log that
 * is running, -ENOMEM.
 */
int migcap_vfio_dirty_log_start(struct migcap_vfio_dirty_log *log,
				struct rb_root_cached *ranges, u32 nr_ranges,
				u64 *page_size)
{
	struct migcap_vfio_dirty_log_range *copy;
	struct migcap_vfio_guest_view view;
	int ret = 0;

	if (*page_size < SZ_4K || !is_power_of_2(*page_size))
		return -EINVAL;
	copy = migcap_vfio_dirty_log_copy_ranges(ranges, nr_ranges);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	migcap_vfio_guest_look(log->guest, &view);

	mutex_lock(&log->lock);
	if (log->nr_ranges) {
		ret = -EINVAL;
	} else {
		swap(log->ranges, copy);
		log->nr_ranges = nr_ranges;
		log->tracked = view.tracked;
		log->promise_seq = view.promise_seq;
		log->dma_seq = view.dma_seq;
		migcap_vfio_guest_track(log->guest);
	}
	mutex_unlock(&log->lock);
	if (ret)
		migcap_vfio_dirty_log_free_ranges(copy, nr_ranges);
	return ret;
}

/**
 * migcap_vfio_dirty_log_stop() - end the log, if one is running
 * @log: the log
 *
 * Context: process, takes the log's lock.
 * Return: 0.
 */
int migcap_vfio_dirty_log_stop(struct migcap_vfio_dirty_log *log)
{
	mutex_lock(&log->lock);
	migcap_vfio_dirty_log_free_ranges(log->ranges, log->nr_ranges);
	log->ranges = NULL;
	log->nr_ranges = 0;
	migcap_vfio_guest_untrack(log->guest);
	mutex_unlock(&log->lock);
	return 0;
}

static void
migcap_vfio_dirty_log_all_dirty_locked(struct migcap_vfio_dirty_log *log)
{
	u32 i;

	lockdep_assert_held(&log->lock);

	for (i = 0; i < log->nr_ranges; i++)
		memset(log->ranges[i].reported, 0,
		       BITS_TO_LONGS(log->ranges[i].nr_units) *
		       sizeof(unsigned long));
}

/* A promise that was given later, or not kept all the time, is none. */
static bool
migcap_vfio_dirty_log_is_tracked_locked(const struct migcap_vfio_dirty_log *log,
					const struct migcap_vfio_guest_view
						*view)
{
	lockdep_assert_held(&log->lock);

	return log->tracked && log->promise_seq == view->promise_seq;
}

/*
 * Report what has not been reported of [first, last], in bytes of the range.
 * A unit that the query covers in part is reported in part, and stays to be
 * reported: iova_bitmap_set() drops all of what begins ahead of the query, and
 * writes past its end.
 */
static void
migcap_vfio_dirty_log_report_locked(struct migcap_vfio_dirty_log *log,
				    struct migcap_vfio_dirty_log_range *range,
				    u64 first, u64 last,
				    struct iova_bitmap *dirty)
{
	unsigned long from = first >> UNIT_SHIFT, to;
	unsigned long end = (last >> UNIT_SHIFT) + 1;
	unsigned long whole = (first + BIT(UNIT_SHIFT) - 1) >> UNIT_SHIFT;
	unsigned long whole_end = (last + 1) >> UNIT_SHIFT;

	lockdep_assert_held(&log->lock);

	while ((from = find_next_zero_bit(range->reported, end, from)) < end) {
		u64 begin, until;

		to = find_next_bit(range->reported, min(end, from + STRETCH),
				   from);
		begin = max(first, (u64)from << UNIT_SHIFT);
		until = min(last, ((u64)to << UNIT_SHIFT) - 1);
		iova_bitmap_set(dirty, range->iova + begin, until - begin + 1);
		from = max(from, whole);
		if (from < min(to, whole_end))
			bitmap_set(range->reported, from,
				   min(to, whole_end) - from);
		from = to;
		cond_resched();
	}
}

/**
 * migcap_vfio_dirty_log_read() - report the dirty pages of a range, and forget them
 * @log: the log
 * @iova: first byte
 * @length: in bytes
 * @dirty: where to report
 *
 * What the query covers in part is reported, and will be again.
 *
 * Context: process, takes the log's lock and inside of it the guest's.
 * Return: 0, or -EINVAL if no log is running.
 */
int migcap_vfio_dirty_log_read(struct migcap_vfio_dirty_log *log,
			       unsigned long iova, unsigned long length,
			       struct iova_bitmap *dirty)
{
	struct migcap_vfio_guest_view view;
	u64 last = iova + length - 1;
	int ret = 0;
	u32 i;

	if (!length)
		return 0;
	mutex_lock(&log->lock);
	migcap_vfio_guest_look(log->guest, &view);
	if (!log->nr_ranges)
		ret = -EINVAL;
	if (ret || !view.quiesced ||
	    migcap_vfio_dirty_log_is_tracked_locked(log, &view))
		goto unlock;
	if (log->dma_seq != view.dma_seq) {
		log->dma_seq = view.dma_seq;
		migcap_vfio_dirty_log_all_dirty_locked(log);
	}
	for (i = 0; i < log->nr_ranges; i++) {
		struct migcap_vfio_dirty_log_range *range = &log->ranges[i];
		u64 end = range->iova + (range->nr_units << UNIT_SHIFT) - 1;

		if (last < range->iova || iova > end)
			continue;
		migcap_vfio_dirty_log_report_locked(log, range,
						    max_t(u64, iova,
							  range->iova) -
							    range->iova,
						    min(last, end) -
							    range->iova,
						    dirty);
	}
unlock:
	mutex_unlock(&log->lock);
	return ret;
}
