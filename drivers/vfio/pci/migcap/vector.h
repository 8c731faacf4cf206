/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The extra vector: one more MSI-X vector than the device has.
 */
#ifndef MIGCAP_VECTOR_H
#define MIGCAP_VECTOR_H

#include <linux/types.h>
#include <linux/vfio.h>

struct migcap_mailbox;
struct migcap_report;
struct pci_dev;
struct vfio_pci_core_device;

/**
 * struct migcap_vector - the MSI-X table as the guest sees it
 * @core: the device below
 * @mailbox: raises the extra vector
 * @nr_vectors: vectors of the guest's table, 0 without MSI-X
 * @extra: the last of them has no hardware behind it
 *
 * Does not change while the device is open.
 */
struct migcap_vector {
	struct vfio_pci_core_device *core;
	struct migcap_mailbox *mailbox;
	u16 nr_vectors;
	bool extra;
};

int migcap_vector_init(struct migcap_vector *vector,
		       struct vfio_pci_core_device *core,
		       struct migcap_mailbox *mailbox,
		       struct migcap_report *report, bool extra);
int migcap_vector_patch_config(const struct migcap_vector *vector,
			       char __user *buf, size_t count, loff_t pos);
long migcap_vector_get_irq_info(const struct migcap_vector *vector,
				struct vfio_irq_info __user *arg);
long migcap_vector_set_irqs(const struct migcap_vector *vector,
			    const struct vfio_irq_set *hdr,
			    struct vfio_irq_set __user *arg);

#endif /* MIGCAP_VECTOR_H */
