/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DMA mapping operations.
 *
 * 6.18: memory is mapped by its physical address, MMIO included
 * ("dma-mapping: export new dma_*map_phys() interface").
 * 6.19: so are the operations ("dma-mapping: remove unused map_page callback").
 */
#ifndef MIGCAP_COMPAT_DMA_H
#define MIGCAP_COMPAT_DMA_H

#include <linux/dma-map-ops.h>
#include <linux/io.h>
#include <linux/mm.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define DMA_ATTR_MMIO		BIT(10)

static inline dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys,
				      size_t size, enum dma_data_direction dir,
				      unsigned long attrs)
{
	if (attrs & DMA_ATTR_MMIO)
		return dma_map_resource(dev, phys, size, dir,
					attrs & ~DMA_ATTR_MMIO);
	return dma_map_page_attrs(dev, pfn_to_page(PHYS_PFN(phys)),
				  offset_in_page(phys), size, dir, attrs);
}
#endif

#endif /* MIGCAP_COMPAT_DMA_H */
