/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The migration states of a device.
 */
#ifndef MIGCAP_FSM_H
#define MIGCAP_FSM_H

struct migcap_device;
struct vfio_device;

void migcap_fsm_init(struct vfio_device *vdev);
void migcap_fsm_open(struct migcap_device *mdev);
void migcap_fsm_close(struct migcap_device *mdev);
void migcap_fsm_lock(struct migcap_device *mdev);
void migcap_fsm_unlock(struct migcap_device *mdev);

#endif /* MIGCAP_FSM_H */
