/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VFIO device operations of migcap_vfio_pci.
 */
#ifndef MIGCAP_OPS_H
#define MIGCAP_OPS_H

struct vfio_device_ops;

extern const struct vfio_device_ops migcap_vfio_ops;

#endif /* MIGCAP_OPS_H */
