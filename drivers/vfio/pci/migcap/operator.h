/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An operator's requests to the guest.
 */
#ifndef MIGCAP_VFIO_OPERATOR_H
#define MIGCAP_VFIO_OPERATOR_H

#include <linux/types.h>

struct migcap_vfio_device;

int migcap_vfio_operator_quiesce(struct migcap_vfio_device *mvdev,
				 bool quiesce);

#endif /* MIGCAP_VFIO_OPERATOR_H */
