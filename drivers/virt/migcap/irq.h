/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An MSI-X vector of our own as the mailbox.
 *
 * Owns: the vector, from its allocation to its release.  Does not own: what is
 * done when it fires.  Callers hold the device_lock, so that the driver stays
 * bound and its own vectors stay where they are.
 */
#ifndef MIGCAP_GUEST_IRQ_H
#define MIGCAP_GUEST_IRQ_H

#include <linux/msi_api.h>

struct pci_dev;

/**
 * struct migcap_guest_irq - the mailbox vector of one device
 * @map:	Linux interrupt number and index in the MSI-X table
 * @pdev:	the device, NULL while there is no vector
 * @fired:	called in hard interrupt context
 */
struct migcap_guest_irq {
	struct msi_map map;
	struct pci_dev *pdev;
	void (*fired)(struct migcap_guest_irq *irq);
};

int migcap_guest_irq_acquire(struct migcap_guest_irq *irq,
			     struct pci_dev *pdev);
void migcap_guest_irq_release(struct migcap_guest_irq *irq);

static inline bool migcap_guest_irq_present(const struct migcap_guest_irq *irq)
{
	return READ_ONCE(irq->pdev);
}

#endif /* MIGCAP_GUEST_IRQ_H */
