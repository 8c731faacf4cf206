/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty memory on kernels that cannot log the device's DMA.
 */
#ifndef MIGCAP_VFIO_DIRTY_PINNED_H
#define MIGCAP_VFIO_DIRTY_PINNED_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct vfio_device;

/**
 * struct migcap_vfio_dirty_pinned - a type1 container's view of one device
 * @vdev: the device
 * @lock: one caller at a time; protects @running
 * @running: @work was queued, and its result has not been taken
 * @switched: since the device was opened, its container counts it as silent
 * @suspect: since the device was bound, some container may have done so
 * @work: pins and unpins a page
 * @done: @work has come to its end
 * @result: what it came to, 0 or an errno
 * @busy: a page may be pinned at this moment
 * @idle: woken when @busy becomes false
 */
struct migcap_vfio_dirty_pinned {
	struct vfio_device *vdev;
	/* protects running; never taken by an operator's access */
	struct mutex lock;
	bool running;
	bool switched;
	bool suspect;
	struct work_struct work;
	struct completion done;
	int result;
	bool busy;
	wait_queue_head_t idle;
};

void migcap_vfio_dirty_pinned_init(struct migcap_vfio_dirty_pinned *pinned,
				   struct vfio_device *vdev);
void migcap_vfio_dirty_pinned_announce(struct migcap_vfio_dirty_pinned *pinned);
int migcap_vfio_dirty_pinned_switch(struct migcap_vfio_dirty_pinned *pinned);
void migcap_vfio_dirty_pinned_unmapped(struct migcap_vfio_dirty_pinned *pinned);
void migcap_vfio_dirty_pinned_close(struct migcap_vfio_dirty_pinned *pinned);

/**
 * migcap_vfio_dirty_pinned_is_switched() - whether the container counts us as silent
 * @pinned: the device, open
 *
 * Return: true if migcap_vfio_dirty_pinned_switch() has succeeded since the open.
 */
static inline bool
migcap_vfio_dirty_pinned_is_switched(const struct migcap_vfio_dirty_pinned *pinned)
{
	return READ_ONCE(pinned->switched);
}

/**
 * migcap_vfio_dirty_pinned_is_suspect() - whether the container may count us as silent
 * @pinned: the device, open
 *
 * A VMM may close the device and open it again without leaving the container, and
 * nothing tells the driver one container from another.  So this lasts until the
 * device is unbound.
 *
 * Return: true if the container may not report what the device wrote.
 */
static inline bool
migcap_vfio_dirty_pinned_is_suspect(const struct migcap_vfio_dirty_pinned *pinned)
{
	return READ_ONCE(pinned->suspect);
}

int migcap_vfio_dirty_pinned_module_init(void);
void migcap_vfio_dirty_pinned_module_exit(void);

#endif /* MIGCAP_VFIO_DIRTY_PINNED_H */
