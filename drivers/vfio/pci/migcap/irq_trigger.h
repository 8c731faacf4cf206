/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mailbox: the guest's interrupt vectors as the VMM set them up.
 */
#ifndef MIGCAP_VFIO_IRQ_TRIGGER_H
#define MIGCAP_VFIO_IRQ_TRIGGER_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/vfio.h>

struct eventfd_ctx;
struct migcap_vfio_stats;

/**
 * struct migcap_vfio_irq_trigger - references to the eventfds of a device's vectors
 * @stats: counts what was raised and what was not
 * @lock: protects all below
 * @index: the VFIO IRQ index that @vectors belong to (MSI or MSI-X)
 * @nr_vectors: length of @vectors
 * @vectors: an eventfd each, NULL where the VMM set none
 */
struct migcap_vfio_irq_trigger {
	struct migcap_vfio_stats *stats;
	/* protects all below */
	struct mutex lock;
	u32 index;
	u32 nr_vectors;
	struct eventfd_ctx **vectors;
};

/**
 * struct migcap_vfio_irq_trigger_update - what one VFIO_DEVICE_SET_IRQS asks for
 * @hdr: the request
 * @nr_vectors: length of @vectors: it ends with the request's last vector
 * @vectors: an eventfd each, NULL ahead of the request and to take one away
 * @error: of the last descriptor that is no eventfd, or 0
 */
struct migcap_vfio_irq_trigger_update {
	struct vfio_irq_set hdr;
	u32 nr_vectors;
	struct eventfd_ctx **vectors;
	int error;
};

void migcap_vfio_irq_trigger_init(struct migcap_vfio_irq_trigger *trigger,
				  struct migcap_vfio_stats *stats);
void migcap_vfio_irq_trigger_clear(struct migcap_vfio_irq_trigger *trigger);
void migcap_vfio_irq_trigger_raise(struct migcap_vfio_irq_trigger *trigger,
				   u8 vector);

struct migcap_vfio_irq_trigger_update *
migcap_vfio_irq_trigger_prepare(const struct vfio_irq_set *hdr,
				const struct vfio_irq_set __user *arg);
int migcap_vfio_irq_trigger_commit(struct migcap_vfio_irq_trigger *trigger,
				   struct migcap_vfio_irq_trigger_update
					   *update);
void migcap_vfio_irq_trigger_abort(struct migcap_vfio_irq_trigger_update
					   *update);

#endif /* MIGCAP_VFIO_IRQ_TRIGGER_H */
