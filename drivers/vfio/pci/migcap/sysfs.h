/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sysfs directory migcap/ of a device.
 */
#ifndef MIGCAP_VFIO_SYSFS_H
#define MIGCAP_VFIO_SYSFS_H

struct migcap_vfio_device;

int migcap_vfio_sysfs_create(struct migcap_vfio_device *mvdev);
void migcap_vfio_sysfs_remove(struct migcap_vfio_device *mvdev);

#endif /* MIGCAP_VFIO_SYSFS_H */
