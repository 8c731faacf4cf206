/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of the device's DMA, for kernels with CONFIG_IOMMUFD_DRIVER.
 */
#ifndef MIGCAP_VFIO_DIRTY_LOG_H
#define MIGCAP_VFIO_DIRTY_LOG_H

#include <linux/mutex.h>
#include <linux/types.h>

struct iova_bitmap;
struct migcap_vfio_guest;
struct rb_root_cached;

/**
 * struct migcap_vfio_dirty_log_range - one range that a VMM wants to know about
 * @iova: first byte
 * @nr_units: its length, in units of the log
 * @reported: bit map of units that have been reported dirty
 */
struct migcap_vfio_dirty_log_range {
	u64 iova;
	u64 nr_units;
	unsigned long *reported;
};

/**
 * struct migcap_vfio_dirty_log - what a VMM has been told about a device's DMA
 * @guest: the guest, knows when the device did none
 * @lock: protects all below
 * @nr_ranges: length of @ranges, 0 while no log is running
 * @ranges: in ascending order
 * @tracked: the guest promised to track the device's DMA when the log began
 * @promise_seq: the guest's then
 * @dma_seq: the guest's when @ranges were last made dirty
 */
struct migcap_vfio_dirty_log {
	struct migcap_vfio_guest *guest;
	/* protects all below; the guest's lock and mmap_lock are inside of it */
	struct mutex lock;
	u32 nr_ranges;
	struct migcap_vfio_dirty_log_range *ranges;
	bool tracked;
	u32 promise_seq;
	u32 dma_seq;
};

void migcap_vfio_dirty_log_init(struct migcap_vfio_dirty_log *log,
				struct migcap_vfio_guest *guest);
int migcap_vfio_dirty_log_start(struct migcap_vfio_dirty_log *log,
				struct rb_root_cached *ranges, u32 nr_ranges,
				u64 *page_size);
int migcap_vfio_dirty_log_stop(struct migcap_vfio_dirty_log *log);
int migcap_vfio_dirty_log_read(struct migcap_vfio_dirty_log *log,
			       unsigned long iova, unsigned long length,
			       struct iova_bitmap *dirty);

#endif /* MIGCAP_VFIO_DIRTY_LOG_H */
