/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Members of struct dma_map_ops that map single ranges.
 *
 * 6.19: they take physical addresses, MMIO included
 * ("dma-mapping: remove unused map_page callback").
 *
 * A template: the file that includes it has defined MIGCAP_COMPAT_MAP and
 * MIGCAP_COMPAT_UNMAP, the names of a pair of functions in the newest form.
 */
#ifdef MIGCAP_HAVE_MAP_PHYS_OP
#define MIGCAP_COMPAT_MAP_OPS						\
	.map_phys = MIGCAP_COMPAT_MAP,					\
	.unmap_phys = MIGCAP_COMPAT_UNMAP,
#else
#define MIGCAP_COMPAT_MAP_OPS						\
	.map_page = migcap_compat_map_page,				\
	.unmap_page = MIGCAP_COMPAT_UNMAP,				\
	.map_resource = migcap_compat_map_resource,			\
	.unmap_resource = migcap_compat_unmap_resource,

static dma_addr_t
migcap_compat_map_page(struct device *dev, struct page *page,
		       unsigned long offset, size_t size,
		       enum dma_data_direction dir, unsigned long attrs)
{
	return MIGCAP_COMPAT_MAP(dev, page_to_phys(page) + offset, size, dir,
				 attrs);
}

static dma_addr_t
migcap_compat_map_resource(struct device *dev, phys_addr_t phys, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	return MIGCAP_COMPAT_MAP(dev, phys, size, dir, attrs | DMA_ATTR_MMIO);
}

static void
migcap_compat_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir, unsigned long attrs)
{
	MIGCAP_COMPAT_UNMAP(dev, addr, size, dir, attrs | DMA_ATTR_MMIO);
}
#endif
