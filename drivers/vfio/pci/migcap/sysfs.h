/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sysfs directory migcap/ of a device.
 */
#ifndef MIGCAP_SYSFS_H
#define MIGCAP_SYSFS_H

struct migcap_device;

/**
 * enum migcap_node - the files that can be polled
 * @MIGCAP_NODE_STATE: state
 * @MIGCAP_NODE_GUEST: guest
 * @MIGCAP_NODE_EPOCH: epoch
 * @MIGCAP_NODE_QUIESCE: quiesce
 * @MIGCAP_NR_NODES: how many there are
 */
enum migcap_node {
	MIGCAP_NODE_STATE,
	MIGCAP_NODE_GUEST,
	MIGCAP_NODE_EPOCH,
	MIGCAP_NODE_QUIESCE,
	MIGCAP_NR_NODES,
};

int migcap_sysfs_create(struct migcap_device *mdev);
void migcap_sysfs_remove(struct migcap_device *mdev);
void migcap_sysfs_notify(struct migcap_device *mdev, enum migcap_node node);

#endif /* MIGCAP_SYSFS_H */
