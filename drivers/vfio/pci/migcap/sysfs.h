/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sysfs directory migcap/ of a device.
 */
#ifndef MIGCAP_VFIO_SYSFS_H
#define MIGCAP_VFIO_SYSFS_H

struct migcap_vfio_device;

/**
 * enum migcap_vfio_node - the files that can be polled
 * @MIGCAP_NODE_STATE: state
 * @MIGCAP_NODE_GUEST: guest
 * @MIGCAP_NODE_EPOCH: epoch
 * @MIGCAP_NODE_QUIESCE: quiesce
 * @MIGCAP_NR_NODES: how many there are
 */
enum migcap_vfio_node {
	MIGCAP_NODE_STATE,
	MIGCAP_NODE_GUEST,
	MIGCAP_NODE_EPOCH,
	MIGCAP_NODE_QUIESCE,
	MIGCAP_NR_NODES,
};

int migcap_vfio_sysfs_create(struct migcap_vfio_device *mvdev);
void migcap_vfio_sysfs_remove(struct migcap_vfio_device *mvdev);
void migcap_vfio_sysfs_notify(struct migcap_vfio_device *mvdev,
			      enum migcap_vfio_node node);

#endif /* MIGCAP_VFIO_SYSFS_H */
