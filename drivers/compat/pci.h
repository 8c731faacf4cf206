/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PCI: members of its structures and helpers.
 */
#ifndef MIGCAP_COMPAT_PCI_H
#define MIGCAP_COMPAT_PCI_H

#include <linux/pci.h>

/*
 * 5.17: an answer that no device gave has a name
 * ("PCI: Add PCI_ERROR_RESPONSE and related definitions").
 */
#ifndef PCI_POSSIBLE_ERROR
#define PCI_POSSIBLE_ERROR(val)	((val) == ((typeof(val))~0ULL))
#endif

/*
 * 5.19: a driver can say that user space owns the DMA of its devices
 * ("bus: platform,amba,fsl-mc,PCI: Add device DMA ownership management").
 */
static inline bool migcap_compat_managed_dma(const struct pci_driver *drv)
{
#ifdef MIGCAP_HAVE_MANAGED_DMA
	return drv->driver_managed_dma;
#else
	return false;
#endif
}

/*
 * 6.2: drivers hear of corrected errors
 * ("PCI/AER: Add optional logging callback for correctable error").
 */
#ifdef MIGCAP_HAVE_COR_ERROR
#define MIGCAP_COMPAT_COR_ERROR(handler)	.cor_error_detected = (handler),

static inline void
migcap_compat_cor_error(const struct pci_error_handlers *handlers,
			struct pci_dev *pdev)
{
	if (handlers->cor_error_detected)
		handlers->cor_error_detected(pdev);
}
#else
#define MIGCAP_COMPAT_COR_ERROR(handler)

static inline void
migcap_compat_cor_error(const struct pci_error_handlers *handlers,
			struct pci_dev *pdev)
{
}
#endif

#endif /* MIGCAP_COMPAT_PCI_H */
