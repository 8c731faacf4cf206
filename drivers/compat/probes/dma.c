// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of DMA mapping.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>

#if defined(MIGCAP_MUST_PASS)
static const struct dma_map_ops ops __maybe_unused = {
	.map_sg = NULL,
};
#elif defined(MIGCAP_MUST_FAIL)
static const struct dma_map_ops ops __maybe_unused = {
	.that_no_kernel_has = NULL,
};
#elif defined(MIGCAP_PROBE_DMA_MAP_PHYS)
static dma_addr_t __maybe_unused probe(struct device *dev)
{
	return dma_map_phys(dev, (phys_addr_t)0, 1, DMA_TO_DEVICE,
			    DMA_ATTR_MMIO);
}
#elif defined(MIGCAP_PROBE_MAP_PHYS_OP)
static dma_addr_t map(struct device *dev, phys_addr_t phys, size_t size,
		      enum dma_data_direction dir, unsigned long attrs)
{
	return phys;
}

static const struct dma_map_ops ops __maybe_unused = {
	.map_phys = map,
};
#elif defined(MIGCAP_PROBE_ALLOC_PAGES_OP)
static const struct dma_map_ops ops __maybe_unused = {
	.alloc_pages_op = NULL,
};
#endif
