/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reset of a device that has stopped for a migration.
 */
#ifndef MIGCAP_VFIO_STOP_RESET_H
#define MIGCAP_VFIO_STOP_RESET_H

#include <linux/types.h>

struct task_struct;
struct vfio_pci_core_device;

/**
 * struct migcap_vfio_stop_reset - what is known of it
 * @core: the device
 * @runner: who resets it now, or NULL; may be compared with current
 */
struct migcap_vfio_stop_reset {
	struct vfio_pci_core_device *core;
	struct task_struct *runner;
};

void migcap_vfio_stop_reset_init(struct migcap_vfio_stop_reset *reset,
				 struct vfio_pci_core_device *core);
int migcap_vfio_stop_reset_run(struct migcap_vfio_stop_reset *reset);
bool migcap_vfio_stop_reset_is_running(const struct migcap_vfio_stop_reset *reset);

#endif /* MIGCAP_VFIO_STOP_RESET_H */
