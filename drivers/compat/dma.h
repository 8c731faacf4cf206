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

/* What a driver defines, in the newest form, for its operations. */
dma_addr_t migcap_dma_map(struct device *dev, phys_addr_t phys, size_t size,
			  enum dma_data_direction dir, unsigned long attrs);
void migcap_dma_unmap(struct device *dev, dma_addr_t addr, size_t size,
		      enum dma_data_direction dir, unsigned long attrs);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
#define MIGCAP_COMPAT_MAP_OPS						\
	.map_phys = migcap_dma_map,					\
	.unmap_phys = migcap_dma_unmap,
#else
#define MIGCAP_COMPAT_MAP_OPS						\
	.map_page = migcap_compat_map_page,				\
	.unmap_page = migcap_dma_unmap,					\
	.map_resource = migcap_compat_map_resource,			\
	.unmap_resource = migcap_compat_unmap_resource,

static inline dma_addr_t
migcap_compat_map_page(struct device *dev, struct page *page,
		       unsigned long offset, size_t size,
		       enum dma_data_direction dir, unsigned long attrs)
{
	return migcap_dma_map(dev, page_to_phys(page) + offset, size, dir,
			      attrs);
}

static inline dma_addr_t
migcap_compat_map_resource(struct device *dev, phys_addr_t phys, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	return migcap_dma_map(dev, phys, size, dir, attrs | DMA_ATTR_MMIO);
}

static inline void
migcap_compat_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir, unsigned long attrs)
{
	migcap_dma_unmap(dev, addr, size, dir, attrs | DMA_ATTR_MMIO);
}
#endif

#endif /* MIGCAP_COMPAT_DMA_H */
