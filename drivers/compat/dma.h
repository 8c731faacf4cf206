/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DMA mapping operations.
 *
 * 6.18: memory is mapped by its physical address, MMIO included
 * ("dma-mapping: export new dma_*map_phys() interface").
 * 6.19: so are the operations ("dma-mapping: remove unused map_page callback").
 * 6.13: the operation that allocates pages has got another name
 * ("dma-mapping: fix dma_alloc_pages operation name").
 */
#ifndef MIGCAP_COMPAT_DMA_H
#define MIGCAP_COMPAT_DMA_H

#include <linux/dma-map-ops.h>
#include <linux/io.h>
#include <linux/mm.h>

#ifndef MIGCAP_HAVE_DMA_MAP_PHYS
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

#ifdef MIGCAP_HAVE_ALLOC_PAGES_OP
#define MIGCAP_COMPAT_ALLOC_PAGES(op)	.alloc_pages_op = (op),
#else
#define MIGCAP_COMPAT_ALLOC_PAGES(op)	.alloc_pages = (op),
#endif

#endif /* MIGCAP_COMPAT_DMA_H */
