/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 6.12: the IOMMU's DMA operations are called directly
 * ("dma-mapping: call iommu_dma directly").
 * Before that they are those that get_dma_ops() returns.
 */
#ifndef MIGCAP_MISSING_IOMMU_DMA_H
#define MIGCAP_MISSING_IOMMU_DMA_H

#include <linux/types.h>

struct device;

static inline bool use_dma_iommu(struct device *dev)
{
	return false;
}

#endif /* MIGCAP_MISSING_IOMMU_DMA_H */
