// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of the device's DMA.
 *
 * Owns what is reported: nobody knows which pages the device wrote, so nothing
 * is reported while it may write, and every logged page once after it has
 * stopped.  A device that may write again makes all of it dirty again.  A
 * migration cannot end in between, since it waits for READY.  If the guest has
 * tracked the DMA since the log began, and is READY, its own writes tell all
 * there is to tell.
 *
 * The memory that a log takes does not depend on what a VMM asks for: ranges are
 * as many as core lets through, and what has been reported is a bounded number
 * of spans.
 *
 * Lock: log->lock.
 */
#include <linux/err.h>
#include <linux/interval_tree.h>
#include <linux/iommu.h>
#include <linux/iova_bitmap.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "dirty_log.h"
#include "guest.h"

/*
 * The unit of the log, whatever page size was asked for: no bit of a query can
 * stand for less, so that a VMM may split its queries as it likes.
 */
#define UNIT_SHIFT	12
/* Memory reported before another task may run: 4 GiB. */
#define BLOCK_SHIFT	32
#define STRETCH		BIT_ULL(BLOCK_SHIFT - UNIT_SHIFT)
/* 64 KiB of memory. */
#define MAX_REPORTED	4096

static bool log_beside_iommu;
module_param(log_beside_iommu, bool, 0444);
MODULE_PARM_DESC(log_beside_iommu, "Offer the driver's log of DMA even where the IOMMU tracks dirty pages, for VMMs that know no other (default off)");

/**
 * migcap_vfio_dirty_log_wanted() - whether to offer the log for a device
 * @dev: the device
 *
 * A VMM prefers a device's log to the IOMMU's dirty bits.  But those are exact,
 * and this log is not.
 *
 * Return: true if log_ops should be set.
 */
bool migcap_vfio_dirty_log_wanted(struct device *dev)
{
	return migcap_vfio_dirty_log_possible() &&
	       (log_beside_iommu ||
		!device_iommu_capable(dev, IOMMU_CAP_DIRTY_TRACKING));
}

/**
 * migcap_vfio_dirty_log_init() - begin without a log
 * @log: the log
 * @guest: has the account
 */
void migcap_vfio_dirty_log_init(struct migcap_vfio_dirty_log *log,
				struct migcap_vfio_guest *guest)
{
	log->guest = guest;
	mutex_init(&log->lock);
}

static int migcap_vfio_dirty_log_alloc(struct migcap_vfio_dirty_spans *spans,
				       u32 max)
{
	*spans = (struct migcap_vfio_dirty_spans){
		.span = kvcalloc(max, sizeof(*spans->span), GFP_KERNEL_ACCOUNT),
		.max = max,
	};
	return spans->span ? 0 : -ENOMEM;
}

static void migcap_vfio_dirty_log_free_locked(struct migcap_vfio_dirty_log *log)
{
	lockdep_assert_held(&log->lock);

	kvfree(log->ranges.span);
	kvfree(log->reported.span);
	log->ranges = (struct migcap_vfio_dirty_spans){};
	log->reported = (struct migcap_vfio_dirty_spans){};
}

/* Core lets an empty range pass, whose last byte is nonsense. */
static int
migcap_vfio_dirty_log_copy_locked(struct migcap_vfio_dirty_log *log,
				  struct rb_root_cached *tree, u32 nr_ranges)
{
	struct interval_tree_node *node;
	u32 left = nr_ranges;

	lockdep_assert_held(&log->lock);

	if (migcap_vfio_dirty_log_alloc(&log->ranges, nr_ranges) ||
	    migcap_vfio_dirty_log_alloc(&log->reported, MAX_REPORTED))
		return -ENOMEM;
	for (node = interval_tree_iter_first(tree, 0, ULONG_MAX); node && left;
	     node = interval_tree_iter_next(node, 0, ULONG_MAX), left--) {
		if (!((node->last - node->start + 1) >> UNIT_SHIFT))
			return -EINVAL;
		migcap_vfio_dirty_spans_add(&log->ranges,
					    node->start >> UNIT_SHIFT,
					    node->last >> UNIT_SHIFT);
	}
	return 0;
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
	struct migcap_vfio_guest_view view;
	int ret;

	if (*page_size < SZ_4K || !is_power_of_2(*page_size) || !nr_ranges)
		return -EINVAL;

	mutex_lock(&log->lock);
	if (log->ranges.span) {
		mutex_unlock(&log->lock);
		return -EINVAL;
	}
	ret = migcap_vfio_dirty_log_copy_locked(log, ranges, nr_ranges);
	if (ret) {
		migcap_vfio_dirty_log_free_locked(log);
	} else {
		migcap_vfio_guest_track(log->guest, MIGCAP_TRACK_LOG);
		migcap_vfio_guest_snapshot(log->guest, &view);
		log->mark = migcap_vfio_account_mark(&view.account);
		log->writes = view.account.writes;
	}
	mutex_unlock(&log->lock);
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
	migcap_vfio_dirty_log_free_locked(log);
	migcap_vfio_guest_untrack(log->guest, MIGCAP_TRACK_LOG);
	mutex_unlock(&log->lock);
	return 0;
}

/*
 * Set the bits of [first, last], in bytes, of a query that begins at @iova.
 *
 * iova_bitmap_set() never comes to an end where a range ends amid a bit and the
 * VMM's bitmap ends before that: it goes back by the part of the bit that the
 * range lacks, again and again.  How much memory a bit stands for is not known
 * here.  So a range is cut into aligned blocks.  Of bits that are no larger than
 * a block, whole ones lie before its end; a larger one holds all of the block.
 */
static void migcap_vfio_dirty_log_set_bits(struct iova_bitmap *dirty, u64 iova,
					   u64 first, u64 last)
{
	u64 at = first - iova, end = last - iova;

	for (;;) {
		unsigned int shift = BLOCK_SHIFT;
		u64 to;

		while (shift > UNIT_SHIFT && (at | (BIT_ULL(shift) - 1)) > end)
			shift--;
		to = min(at | (BIT_ULL(shift) - 1), end);
		iova_bitmap_set(dirty, iova + at, to - at + 1);
		if (to == end)
			break;
		at = to + 1;
	}
}

/*
 * Report what has not been reported of [first, last], in bytes.  A page that the
 * query covers in part is reported in part, and stays to be reported:
 * iova_bitmap_set() drops all of what begins ahead of the query, and writes past
 * its end.
 */
static int
migcap_vfio_dirty_log_report_locked(struct migcap_vfio_dirty_log *log,
				    u64 iova, u64 first, u64 last,
				    struct iova_bitmap *dirty)
{
	u64 page = first >> UNIT_SHIFT, end = last >> UNIT_SHIFT, to;
	u64 whole = (first + BIT(UNIT_SHIFT) - 1) >> UNIT_SHIFT;
	u64 whole_end = (last + 1) >> UNIT_SHIFT;

	lockdep_assert_held(&log->lock);

	while (migcap_vfio_dirty_spans_gap(&log->reported, &page, end, &to)) {
		u64 begin, until;

		to = min(to, page + STRETCH - 1);
		begin = max(first, page << UNIT_SHIFT);
		until = min(last, ((to + 1) << UNIT_SHIFT) - 1);
		migcap_vfio_dirty_log_set_bits(dirty, iova, begin, until);
		begin = max(page, whole);
		until = min(to + 1, whole_end);
		if (begin < until)
			migcap_vfio_dirty_spans_add(&log->reported, begin,
						    until - 1);
		page = to + 1;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* Whether a report has anything to say; forgets what was said before a write. */
static bool
migcap_vfio_dirty_log_is_due_locked(struct migcap_vfio_dirty_log *log)
{
	struct migcap_vfio_guest_view view;

	lockdep_assert_held(&log->lock);

	migcap_vfio_guest_verify(log->guest, &view);
	if (!view.quiesced ||
	    migcap_vfio_account_tracked(&view.account, &log->mark))
		return false;
	if (log->writes != view.account.writes) {
		log->writes = view.account.writes;
		log->reported.count = 0;
	}
	return true;
}

/**
 * migcap_vfio_dirty_log_report() - report the dirty pages of a range, and forget them
 * @log: the log
 * @iova: first byte
 * @length: in bytes
 * @dirty: where to report
 *
 * A page that the query covers in part is reported, and will be again.
 *
 * Context: process, takes the log's lock and inside of it the guest's.
 * Return: 0, -EINVAL if no log is running, -EINTR if the caller is being killed.
 */
int migcap_vfio_dirty_log_report(struct migcap_vfio_dirty_log *log,
				 unsigned long iova, unsigned long length,
				 struct iova_bitmap *dirty)
{
	u64 last = iova + length - 1;
	int ret = 0;
	u32 i;

	if (!length)
		return 0;
	mutex_lock(&log->lock);
	if (!log->ranges.span)
		ret = -EINVAL;
	if (ret || !migcap_vfio_dirty_log_is_due_locked(log))
		goto unlock;
	for (i = 0; i < log->ranges.count && !ret; i++) {
		const struct migcap_vfio_dirty_span *range =
			&log->ranges.span[i];
		u64 begin = range->first << UNIT_SHIFT;
		u64 end = ((range->last + 1) << UNIT_SHIFT) - 1;

		if (last < begin || iova > end)
			continue;
		ret = migcap_vfio_dirty_log_report_locked(log, iova,
							  max_t(u64, iova, begin),
							  min(last, end), dirty);
	}
unlock:
	mutex_unlock(&log->lock);
	return ret;
}
