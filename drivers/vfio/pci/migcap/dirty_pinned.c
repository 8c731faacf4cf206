// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dirty memory on kernels that cannot log the device's DMA.
 *
 * Owns the switch of a type1 container from "everything mapped may be dirty" to
 * "only what was pinned through the driver is", which type1 makes when a driver
 * pins its first page.  It lasts until the device's group leaves the container.
 * Does not own whether the container may be trusted after that: migration.c and
 * account.c.
 *
 * type1's contract is that a page which the driver has pinned is unpinned when
 * its mapping goes.  It calls .dma_unmap for that, up to ten times, and then
 * gives up with BUG().  So:
 * - no page stays pinned.  A thread of the kernel's pins one and unpins it at
 *   once: no VMM can hold that thread back by its own priorities;
 * - .dma_unmap waits until no page is pinned, for a limited time.  It must not
 *   unpin the page itself, nor wait without a limit: it is called with type1's
 *   device_list_lock held, and to unpin takes iommu->lock, which another thread
 *   that opens a device may hold while it waits for device_list_lock.
 *
 * Pinning faults the VMM's memory in, which can take as long as the VMM likes.
 * So callers hold none of the driver's locks, and wait for a limited time.
 */
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/vfio.h>

#include "dirty_pinned.h"

/* Guests have memory at 1 MiB; others have it at some power of two. */
#define FIRST_GUESS	SZ_1M
#define LAST_SHIFT	52

#define SWITCH_WAIT_MS	2000
#define UNMAP_WAIT_MS	1000

static bool pinned_scope = true;
module_param(pinned_scope, bool, 0444);
MODULE_PARM_DESC(pinned_scope, "On kernels that cannot log DMA, let type1 containers track dirty memory by pinned pages (default on)");

static struct workqueue_struct *migcap_vfio_dirty_pinned_wq;

static bool migcap_vfio_dirty_pinned_try(struct migcap_vfio_dirty_pinned *pinned,
					 dma_addr_t iova)
{
	struct page *page;
	bool done;

	/* Ordered by type1's lock: an unmap that finds the page sees this. */
	WRITE_ONCE(pinned->busy, true);
	done = vfio_pin_pages(pinned->vdev, iova, 1, IOMMU_READ, &page) == 1;
	if (done)
		vfio_unpin_pages(pinned->vdev, iova, 1);
	WRITE_ONCE(pinned->busy, false);
	wake_up_all(&pinned->idle);
	return done;
}

static void migcap_vfio_dirty_pinned_work(struct work_struct *work)
{
	struct migcap_vfio_dirty_pinned *pinned =
		container_of(work, struct migcap_vfio_dirty_pinned, work);
	unsigned int shift;
	bool done;

	done = migcap_vfio_dirty_pinned_try(pinned, FIRST_GUESS) ||
	       migcap_vfio_dirty_pinned_try(pinned, 0);
	for (shift = PAGE_SHIFT; !done && shift < LAST_SHIFT; shift++)
		done = migcap_vfio_dirty_pinned_try(pinned, BIT_ULL(shift));
	WRITE_ONCE(pinned->switched, done);
	pinned->result = done ? 0 : -EOPNOTSUPP;
	complete(&pinned->done);
}

/**
 * migcap_vfio_dirty_pinned_init() - prepare a device
 * @pinned: filled in
 * @vdev: the device
 */
void migcap_vfio_dirty_pinned_init(struct migcap_vfio_dirty_pinned *pinned,
				   struct vfio_device *vdev)
{
	pinned->vdev = vdev;
	mutex_init(&pinned->lock);
	INIT_WORK(&pinned->work, migcap_vfio_dirty_pinned_work);
	init_completion(&pinned->done);
	init_waitqueue_head(&pinned->idle);
}

static int
migcap_vfio_dirty_pinned_switch_locked(struct migcap_vfio_dirty_pinned *pinned)
{
	long left;

	lockdep_assert_held(&pinned->lock);

	if (!pinned_scope)
		return -EOPNOTSUPP;
	if (!pinned->running) {
		reinit_completion(&pinned->done);
		pinned->running = true;
		queue_work(migcap_vfio_dirty_pinned_wq, &pinned->work);
	}
	left = wait_for_completion_killable_timeout(&pinned->done,
						    msecs_to_jiffies(SWITCH_WAIT_MS));
	if (left <= 0)
		return left ? -EINTR : -EBUSY;
	pinned->running = false;
	return pinned->result;
}

/**
 * migcap_vfio_dirty_pinned_announce() - the container may be switched from now on
 * @pinned: the device, open
 *
 * Ahead of migcap_vfio_dirty_pinned_switch(), which may take effect long after its
 * caller has gone on.
 *
 * Context: the state lock is held, so that an arc that trusts the container comes
 * before this or sees it.
 */
void migcap_vfio_dirty_pinned_announce(struct migcap_vfio_dirty_pinned *pinned)
{
	WRITE_ONCE(pinned->suspect, true);
}

/**
 * migcap_vfio_dirty_pinned_switch() - let the container count the device as silent
 * @pinned: the device, open
 *
 * To be announced first.  Done once for each open: the second time there is
 * nothing to do.
 *
 * Context: process; takes the container's lock and waits for the VMM's memory,
 * for two seconds at most.  None of the driver's locks may be held.
 * Return: 0, -EOPNOTSUPP if the container cannot be switched, -EBUSY if the
 * VMM's memory cannot be had in time, -EINTR if the caller is being killed.
 */
int migcap_vfio_dirty_pinned_switch(struct migcap_vfio_dirty_pinned *pinned)
{
	int ret = 0;

	mutex_lock(&pinned->lock);
	if (!migcap_vfio_dirty_pinned_is_switched(pinned))
		ret = migcap_vfio_dirty_pinned_switch_locked(pinned);
	mutex_unlock(&pinned->lock);
	return ret;
}

/**
 * migcap_vfio_dirty_pinned_unmapped() - type1 wants pages of a mapping unpinned
 * @pinned: the device
 *
 * Context: process, with type1's device_list_lock held.
 */
void migcap_vfio_dirty_pinned_unmapped(struct migcap_vfio_dirty_pinned *pinned)
{
	wait_event_timeout(pinned->idle, !READ_ONCE(pinned->busy),
			   msecs_to_jiffies(UNMAP_WAIT_MS));
}

/**
 * migcap_vfio_dirty_pinned_close() - the device is about to be closed
 * @pinned: the device
 *
 * Context: process, sleeps until a pin that is under way has ended.
 */
void migcap_vfio_dirty_pinned_close(struct migcap_vfio_dirty_pinned *pinned)
{
	mutex_lock(&pinned->lock);
	flush_work(&pinned->work);
	pinned->running = false;
	WRITE_ONCE(pinned->switched, false);
	mutex_unlock(&pinned->lock);
}

/**
 * migcap_vfio_dirty_pinned_module_init() - before the first device
 *
 * Return: 0 or -ENOMEM.
 */
int migcap_vfio_dirty_pinned_module_init(void)
{
	migcap_vfio_dirty_pinned_wq =
		alloc_workqueue("migcap_pin", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return migcap_vfio_dirty_pinned_wq ? 0 : -ENOMEM;
}

/**
 * migcap_vfio_dirty_pinned_module_exit() - after the last device
 */
void migcap_vfio_dirty_pinned_module_exit(void)
{
	destroy_workqueue(migcap_vfio_dirty_pinned_wq);
}
