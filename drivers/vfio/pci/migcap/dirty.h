/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty memory: how a VMM learns what the device wrote.
 */
#ifndef MIGCAP_DIRTY_H
#define MIGCAP_DIRTY_H

#include <linux/kconfig.h>
#include <linux/types.h>

struct vfio_device;

/* Whether log.c can do its work: iova_bitmap is a stub on other kernels. */
static inline bool migcap_dirty_can_log(void)
{
	return IS_ENABLED(CONFIG_IOMMUFD_DRIVER);
}

int migcap_dirty_scope(struct vfio_device *vdev);

#endif /* MIGCAP_DIRTY_H */
