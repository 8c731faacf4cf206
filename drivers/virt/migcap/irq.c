// SPDX-License-Identifier: GPL-2.0-only
/*
 * An MSI-X vector of our own as the mailbox.
 *
 * The vector is taken next to those of the bound driver and must be gone
 * before the driver disables MSI-X, or the interrupt core frees it under its
 * handler.  Only drivers that keep their vectors from probe to remove qualify
 * (MIGCAP_QUIRK_STATIC_VECTORS in quirks.h); BUS_NOTIFY_UNBIND_DRIVER comes
 * before remove().
 */
#include <linux/interrupt.h>
#include <linux/pci.h>

#include "irq.h"

/* The IRQ register has 8 bits. */
#define MIGCAP_IRQ_MAX		0xff

static irqreturn_t migcap_guest_irq_handler(int virq, void *data)
{
	struct migcap_guest_irq *irq = data;

	irq->fired(irq);
	return IRQ_HANDLED;
}

/**
 * migcap_guest_irq_acquire() - take a spare MSI-X vector of a device
 * @irq:	where to keep it; @irq->fired is set, @irq->pdev is NULL
 * @pdev:	the device, its driver bound
 *
 * Context: device_lock held.
 * Return: 0, or a negative errno if no vector is to be had.
 */
int migcap_guest_irq_acquire(struct migcap_guest_irq *irq, struct pci_dev *pdev)
{
	struct msi_map map;
	int ret;

	device_lock_assert(&pdev->dev);

	map = pci_msix_alloc_irq_at(pdev, MSI_ANY_INDEX, NULL);
	if (map.index < 0)
		return map.index;
	if (map.index > MIGCAP_IRQ_MAX) {
		ret = -ERANGE;
		goto free_vector;
	}

	ret = request_irq(map.virq, migcap_guest_irq_handler, 0, "migcap", irq);
	if (ret)
		goto free_vector;

	irq->map = map;
	WRITE_ONCE(irq->pdev, pdev);
	return 0;

free_vector:
	pci_msix_free_irq(pdev, map);
	return ret;
}

/**
 * migcap_guest_irq_release() - give the vector back, if there is one
 * @irq:	the mailbox vector
 *
 * Context: device_lock held.  The host must have been told before.
 */
void migcap_guest_irq_release(struct migcap_guest_irq *irq)
{
	struct pci_dev *pdev = irq->pdev;

	if (!pdev)
		return;
	device_lock_assert(&pdev->dev);

	WRITE_ONCE(irq->pdev, NULL);
	free_irq(irq->map.virq, irq);
	pci_msix_free_irq(pdev, irq->map);
}
