/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFIO_GET_PCI_CAP_INFO.
 */
#ifndef MIGCAP_VFIO_CAPINFO_H
#define MIGCAP_VFIO_CAPINFO_H

#include <linux/types.h>

struct vfio_pci_cap_info;
struct vfio_pci_core_device;

int migcap_vfio_capinfo(const struct vfio_pci_core_device *core, u16 cap_offset,
			struct vfio_pci_cap_info __user *arg);

#endif /* MIGCAP_VFIO_CAPINFO_H */
