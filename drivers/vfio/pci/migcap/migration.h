/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The migration states of a device.
 */
#ifndef MIGCAP_VFIO_MIGRATION_H
#define MIGCAP_VFIO_MIGRATION_H

struct migcap_vfio_device;
struct vfio_device;

void migcap_vfio_migration_init(struct vfio_device *vdev);
void migcap_vfio_migration_report(struct migcap_vfio_device *mvdev);
void migcap_vfio_migration_open(struct migcap_vfio_device *mvdev);
void migcap_vfio_migration_abandon(struct migcap_vfio_device *mvdev);
void migcap_vfio_migration_close(struct migcap_vfio_device *mvdev);
void migcap_vfio_migration_lock(struct migcap_vfio_device *mvdev);
void migcap_vfio_migration_unlock(struct migcap_vfio_device *mvdev);

#endif /* MIGCAP_VFIO_MIGRATION_H */
