/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The basis of a migration: who tells the VMM what the device writes.
 */
#ifndef MIGCAP_VFIO_BASIS_H
#define MIGCAP_VFIO_BASIS_H

#include <linux/vfio.h>

struct migcap_vfio_account_basis;
struct migcap_vfio_device;
struct migcap_vfio_guest_view;

bool migcap_vfio_basis_wants_switch(struct migcap_vfio_device *mvdev);
int migcap_vfio_basis_switch(struct migcap_vfio_device *mvdev);
int migcap_vfio_basis_precopy(struct migcap_vfio_device *mvdev,
			      struct migcap_vfio_guest_view *view,
			      struct migcap_vfio_account_basis *basis);
void migcap_vfio_basis_report(struct migcap_vfio_device *mvdev);
void migcap_vfio_basis_begin_stopped(struct migcap_vfio_device *mvdev);
int migcap_vfio_basis_stop_copy(struct migcap_vfio_device *mvdev,
				struct migcap_vfio_account_basis *basis);

#endif /* MIGCAP_VFIO_BASIS_H */
