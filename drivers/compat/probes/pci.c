// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of PCI.
 */
#include <linux/pci.h>

#if defined(MIGCAP_MUST_PASS)
static void __maybe_unused
probe(struct pci_error_handlers *handlers, struct pci_driver *drv)
{
	handlers->error_detected = NULL;
	drv->err_handler = handlers;
}
#elif defined(MIGCAP_MUST_FAIL)
static void __maybe_unused probe(struct pci_driver *drv)
{
	drv->that_no_kernel_has = true;
}
#elif defined(MIGCAP_PROBE_MANAGED_DMA)
static void __maybe_unused probe(struct pci_driver *drv)
{
	drv->driver_managed_dma = true;
}
#elif defined(MIGCAP_PROBE_COR_ERROR)
static void __maybe_unused probe(struct pci_error_handlers *handlers)
{
	handlers->cor_error_detected = NULL;
}
#endif
