/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices that one VMM has open: what each of them has to know of the others
 * in a migration.
 */
#ifndef MIGCAP_VFIO_SIBLINGS_H
#define MIGCAP_VFIO_SIBLINGS_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct migcap_vfio_siblings;

/**
 * struct migcap_vfio_sibling - one device among those of its VMM
 * @of: all of them, or NULL while no VMM has it open
 * @node: its place there
 * @look: queued when another one has changed
 * @due: the VMM has asked its guest, since little memory is left to be sent
 * @awaited: and a migration waits for the answer
 *
 * The owner's lock protects @of; all else is protected inside.
 */
struct migcap_vfio_sibling {
	struct migcap_vfio_siblings *of;
	struct list_head node;
	struct work_struct *look;
	bool due;
	bool awaited;
};

int migcap_vfio_sibling_join(struct migcap_vfio_sibling *sibling,
			     struct work_struct *look);
void migcap_vfio_sibling_leave(struct migcap_vfio_sibling *sibling);
void migcap_vfio_sibling_tell(struct migcap_vfio_sibling *sibling, bool due,
			      bool awaited);
bool
migcap_vfio_sibling_others_due(const struct migcap_vfio_sibling *sibling);
bool
migcap_vfio_sibling_others_awaited(const struct migcap_vfio_sibling *sibling);

#endif /* MIGCAP_VFIO_SIBLINGS_H */
