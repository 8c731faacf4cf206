/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of the device's DMA, for kernels with CONFIG_IOMMUFD_DRIVER.
 */
#ifndef MIGCAP_VFIO_DIRTY_LOG_H
#define MIGCAP_VFIO_DIRTY_LOG_H

#include <linux/kconfig.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "account.h"
#include "dirty_spans.h"

struct device;
struct iova_bitmap;
struct migcap_vfio_guest;
struct rb_root_cached;

/**
 * struct migcap_vfio_dirty_log - what a VMM has been told about a device's DMA
 * @guest: has the account
 * @lock: protects all below
 * @ranges: what is logged, in pages
 * @reported: what of it has been reported since @writes
 * @mark: the account when the log began
 * @writes: the account's counter when @reported was empty last
 */
struct migcap_vfio_dirty_log {
	struct migcap_vfio_guest *guest;
	/* protects all below; the guest's lock and mmap_lock are inside of it */
	struct mutex lock;
	struct migcap_vfio_dirty_spans ranges;
	struct migcap_vfio_dirty_spans reported;
	struct migcap_vfio_account_mark mark;
	u64 writes;
};

/* Whether there can be a log at all: iova_bitmap is a stub on other kernels. */
static inline bool migcap_vfio_dirty_log_possible(void)
{
	return IS_ENABLED(CONFIG_IOMMUFD_DRIVER);
}

bool migcap_vfio_dirty_log_wanted(struct device *dev);
void migcap_vfio_dirty_log_init(struct migcap_vfio_dirty_log *log,
				struct migcap_vfio_guest *guest);
int migcap_vfio_dirty_log_start(struct migcap_vfio_dirty_log *log,
				struct rb_root_cached *ranges, u32 nr_ranges,
				u64 *page_size);
int migcap_vfio_dirty_log_stop(struct migcap_vfio_dirty_log *log);
int migcap_vfio_dirty_log_report(struct migcap_vfio_dirty_log *log,
				 unsigned long iova, unsigned long length,
				 struct iova_bitmap *dirty);

#endif /* MIGCAP_VFIO_DIRTY_LOG_H */
