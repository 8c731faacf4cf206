/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty memory: how a VMM learns what the device wrote.
 */
#ifndef MIGCAP_VFIO_DIRTY_PINNED_H
#define MIGCAP_VFIO_DIRTY_PINNED_H

#include <linux/kconfig.h>
#include <linux/types.h>

struct vfio_device;

/* Whether dirty_log.c can do its work: iova_bitmap is a stub on other kernels. */
static inline bool migcap_vfio_dirty_pinned_can_log(void)
{
	return IS_ENABLED(CONFIG_IOMMUFD_DRIVER);
}

int migcap_vfio_dirty_pinned_scope(struct vfio_device *vdev);

#endif /* MIGCAP_VFIO_DIRTY_PINNED_H */
