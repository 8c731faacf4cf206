/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 6.2: a device can take MSI-X vectors one by one
 * ("PCI/MSI: Provide post-enable dynamic allocation interfaces for MSI-X").
 * Before that there is none to be had, and the agent polls.
 */
#ifndef MIGCAP_MISSING_MSI_API_H
#define MIGCAP_MISSING_MSI_API_H

#include <linux/errno.h>
#include <linux/types.h>

#define MSI_ANY_INDEX	UINT_MAX

struct pci_dev;
struct irq_affinity_desc;

struct msi_map {
	int index;
	int virq;
};

static inline struct msi_map
pci_msix_alloc_irq_at(struct pci_dev *pdev, unsigned int index,
		      const struct irq_affinity_desc *affinity)
{
	return (struct msi_map){ .index = -EOPNOTSUPP };
}

static inline void pci_msix_free_irq(struct pci_dev *pdev, struct msi_map map)
{
}

#endif /* MIGCAP_MISSING_MSI_API_H */
