/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest's answer means for a migration: for save.c.
 */
#ifndef MIGCAP_VFIO_SAVE_ANSWER_H
#define MIGCAP_VFIO_SAVE_ANSWER_H

#include "save.h"

struct migcap_vfio_guest_view;

int migcap_vfio_save_fail(struct migcap_vfio_save *save, int error,
			  const char *text);
bool migcap_vfio_save_is_answered(const struct migcap_vfio_save *save,
				  const struct migcap_vfio_guest_view *view);
void migcap_vfio_save_follow(struct migcap_vfio_save *save,
			     struct migcap_vfio_guest_view *view);

#endif /* MIGCAP_VFIO_SAVE_ANSWER_H */
