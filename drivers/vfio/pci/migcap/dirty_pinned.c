// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dirty memory on kernels that cannot log the device's DMA.
 *
 * Owns the switch of a type1 container from "everything pinned may be dirty"
 * to "only what was pinned through the driver is".  Sound only for a device
 * that does no DMA, because the gate is closed, or whose guest accounts for it,
 * or for a migration that will not succeed.
 * The container goes back by itself when the device's group leaves it.
 */
#include <linux/iommu.h>
#include <linux/vfio.h>

#include "dirty_pinned.h"

/* Guests have memory at 1 MiB; others have it at some power of two. */
#define FIRST_GUESS	SZ_1M

/* Pinning one page through the driver is what makes type1 switch. */
static bool migcap_vfio_dirty_pinned_pin_at(struct vfio_device *vdev,
					    struct iommu_domain *domain,
					    dma_addr_t iova)
{
	struct page *page;

	if (!iommu_iova_to_phys(domain, iova))
		return false;
	if (vfio_pin_pages(vdev, iova, 1, IOMMU_READ, &page) != 1)
		return false;
	vfio_unpin_pages(vdev, iova, 1);
	return true;
}

/**
 * migcap_vfio_dirty_pinned_scope() - let the device's group count as writing nothing
 * @vdev: the device, open
 *
 * Context: process; takes the container's lock, which waits for mmap_lock.
 * Return: 0, or -EOPNOTSUPP if the container cannot be switched.
 */
int migcap_vfio_dirty_pinned_scope(struct vfio_device *vdev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(vdev->dev);
	unsigned int shift;

	if (domain) {
		if (migcap_vfio_dirty_pinned_pin_at(vdev, domain,
						    FIRST_GUESS) ||
		    migcap_vfio_dirty_pinned_pin_at(vdev, domain, 0))
			return 0;
		for (shift = PAGE_SHIFT; shift < 52; shift++) {
			if (migcap_vfio_dirty_pinned_pin_at(vdev, domain,
							    BIT_ULL(shift)))
				return 0;
		}
	}
	return -EOPNOTSUPP;
}
