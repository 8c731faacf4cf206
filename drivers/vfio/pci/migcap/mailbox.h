/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mailbox: the guest's interrupt vectors as the VMM set them up.
 */
#ifndef MIGCAP_MAILBOX_H
#define MIGCAP_MAILBOX_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vfio.h>

struct eventfd_ctx;
struct migcap_report;

/**
 * struct migcap_mailbox - references to the eventfds of a device's vectors
 * @report: counts what was raised and what was not
 * @lock: protects all below
 * @index: the VFIO IRQ index that @vectors belong to (MSI or MSI-X)
 * @nr_vectors: length of @vectors
 * @vectors: an eventfd each, NULL where the VMM set none
 */
struct migcap_mailbox {
	struct migcap_report *report;
	/* protects all below */
	struct mutex lock;
	u32 index;
	u32 nr_vectors;
	struct eventfd_ctx **vectors;
};

/**
 * struct migcap_mailbox_update - what one VFIO_DEVICE_SET_IRQS asks for
 * @hdr: the request
 * @nr_vectors: length of @vectors: it ends with the request's last vector
 * @vectors: an eventfd each, NULL ahead of the request and to take one away
 * @error: of the last descriptor that is no eventfd, or 0
 */
struct migcap_mailbox_update {
	struct vfio_irq_set hdr;
	u32 nr_vectors;
	struct eventfd_ctx **vectors;
	int error;
};

void migcap_mailbox_init(struct migcap_mailbox *mbox,
			 struct migcap_report *report);
void migcap_mailbox_clear(struct migcap_mailbox *mbox);
void migcap_mailbox_raise(struct migcap_mailbox *mbox, u8 vector);

struct migcap_mailbox_update *
migcap_mailbox_prepare(const struct vfio_irq_set *hdr,
		       const struct vfio_irq_set __user *arg);
int migcap_mailbox_commit(struct migcap_mailbox *mbox,
			  struct migcap_mailbox_update *update);
void migcap_mailbox_abort(struct migcap_mailbox_update *update);

#endif /* MIGCAP_MAILBOX_H */
