/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The overlay over a device's configuration space.
 */
#ifndef MIGCAP_VFIO_CONFIG_EMU_H
#define MIGCAP_VFIO_CONFIG_EMU_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "host_regs.h"

struct migcap_vfio_guest;
struct task_struct;
struct vfio_pci_core_device;

/**
 * struct migcap_vfio_config_emu - what is emulated on top of vfio-pci core
 * @core: the device below
 * @guest: owns what the capability's bytes mean
 * @offset: of the capability; set before the device is used
 * @host_regs: what is kept from the guest; set before the device is used
 * @write_lock: orders writes to the device below, protects @writer
 * @writer: who is writing there; may be compared with current without the lock
 */
struct migcap_vfio_config_emu {
	struct vfio_pci_core_device *core;
	struct migcap_vfio_guest *guest;
	u16 offset;
	struct migcap_vfio_host_regs host_regs;
	/* outermost: core's memory_lock is taken under it; protects writer */
	struct mutex write_lock;
	struct task_struct *writer;
};

void migcap_vfio_config_emu_init(struct migcap_vfio_config_emu *config,
				 struct vfio_pci_core_device *core,
				 struct migcap_vfio_guest *guest);
ssize_t migcap_vfio_config_emu_read(struct migcap_vfio_config_emu *config,
				    char __user *buf, size_t count,
				    loff_t *ppos);
ssize_t migcap_vfio_config_emu_write(struct migcap_vfio_config_emu *config,
				     const char __user *buf, size_t count,
				     loff_t *ppos);
bool migcap_vfio_config_emu_is_writing(struct migcap_vfio_config_emu *config);

#endif /* MIGCAP_VFIO_CONFIG_EMU_H */
