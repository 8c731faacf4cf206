/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VFIO device operations of migcap_vfio_pci.
 */
#ifndef MIGCAP_VFIO_VFIO_DEV_H
#define MIGCAP_VFIO_VFIO_DEV_H

struct vfio_device_ops;

extern const struct vfio_device_ops migcap_vfio_dev_ops;

#endif /* MIGCAP_VFIO_VFIO_DEV_H */
