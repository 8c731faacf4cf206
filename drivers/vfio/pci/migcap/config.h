/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The overlay over a device's configuration space.
 */
#ifndef MIGCAP_CONFIG_H
#define MIGCAP_CONFIG_H

#include <linux/mutex.h>
#include <linux/types.h>

struct migcap_peer;
struct task_struct;
struct vfio_pci_core_device;

/**
 * struct migcap_config - what is emulated on top of vfio-pci core
 * @core: the device below
 * @peer: owns what the capability's bytes mean
 * @offset: of the capability; set before the device is used
 * @write_lock: orders writes to the device below, protects @writer
 * @writer: who is writing there; may be compared with current without the lock
 */
struct migcap_config {
	struct vfio_pci_core_device *core;
	struct migcap_peer *peer;
	u16 offset;
	/* outermost: core's memory_lock is taken under it; protects writer */
	struct mutex write_lock;
	struct task_struct *writer;
};

void migcap_config_init(struct migcap_config *config,
			struct vfio_pci_core_device *core,
			struct migcap_peer *peer);
ssize_t migcap_config_read(struct migcap_config *config, char __user *buf,
			   size_t count, loff_t *ppos);
ssize_t migcap_config_write(struct migcap_config *config,
			    const char __user *buf, size_t count, loff_t *ppos);
bool migcap_config_is_writing(struct migcap_config *config);

#endif /* MIGCAP_CONFIG_H */
