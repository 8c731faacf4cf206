/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arcs between the migration states, and what each does.
 */
#ifndef MIGCAP_VFIO_MIGRATION_ARCS_H
#define MIGCAP_VFIO_MIGRATION_ARCS_H

#include <linux/vfio.h>

struct file;
struct migcap_vfio_device;

struct file *migcap_vfio_arcs_take(struct migcap_vfio_device *mvdev,
				   enum vfio_device_mig_state to);
void migcap_vfio_arcs_drop_file(struct migcap_vfio_device *mvdev);

#endif /* MIGCAP_VFIO_MIGRATION_ARCS_H */
