// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VMM that is up to no good tries with memory and the log of DMA, see
 * race.h.
 */
#include <stdlib.h>
#include <sys/ioctl.h>

#include "crowd.h"
#include "race_garbage.h"

#define REPORT_MAX	(256ULL << 50)
#define RANGES_MAX	300	/* a page of them is the limit */
/* Out of the way of the RAM, which the others need. */
#define FREE_IOVA	0x40000000ULL

/* Never invalid addresses alone: type1 warns of what may come of it. */
static int any_unmap(struct race *race, unsigned int *seed, uint64_t iova)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = any_argsz(seed, sizeof(unmap)),
		.flags = crowd_pick(seed, 8) ? 0 :
			 any_number(seed) & ~VFIO_DMA_UNMAP_FLAG_VADDR,
		.iova = iova,
		.size = crowd_pick(seed, 2) ? MEMORY_SIZE : any_number(seed),
	};

	return ioctl(race->vf.dev.container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

/* Type1 shifts by the lowest bit of the page size, be there one or not. */
static int any_dirty(struct race *race, unsigned int *seed, uint64_t iova)
{
	struct {
		struct vfio_iommu_type1_dirty_bitmap head;
		struct vfio_iommu_type1_dirty_bitmap_get get;
	} dirty = {
		.head.argsz = any_argsz(seed, sizeof(dirty)),
		.head.flags = crowd_pick(seed, 8) ? 1U << crowd_pick(seed, 3) :
						    any_number(seed),
		.get.iova = iova,
		.get.size = MEMORY_SIZE,
		.get.bitmap.pgsize = PAGE | (crowd_pick(seed, 4) ?
					     0 : any_number(seed)),
		.get.bitmap.size = MEMORY_SIZE,
		.get.bitmap.data = any_buffer(race, seed),
	};

	return ioctl(race->vf.dev.container, VFIO_IOMMU_DIRTY_PAGES, &dirty);
}

int garbage_mappings(void *arg, unsigned int *seed)
{
	uint64_t iova = FREE_IOVA + PAGE * crowd_pick(seed, 16);
	struct race *race = arg;
	struct vfio_iommu_type1_dma_map map = {
		.argsz = any_argsz(seed, sizeof(map)),
		.flags = crowd_pick(seed, 8) ? 1 + crowd_pick(seed, 3) :
					       any_number(seed),
		.vaddr = (uintptr_t)any_buffer(race, seed),
		.iova = crowd_pick(seed, 8) ? iova : any_number(seed),
		.size = crowd_pick(seed, 4) ? PAGE * crowd_pick(seed, 64) :
					      any_number(seed),
	};

	switch (crowd_pick(seed, 3)) {
	case 0:
		return any_unmap(race, seed, iova);
	case 1:
		return any_dirty(race, seed, iova);
	}
	return ioctl(race->vf.dev.container, VFIO_IOMMU_MAP_DMA, &map);
}

static int any_log(struct race *race, unsigned int *seed)
{
	struct vfio_device_feature_dma_logging_range ranges[RANGES_MAX];
	uint32_t count = crowd_pick(seed, 8) ? 1 + crowd_pick(seed, 4) :
					       crowd_pick(seed, RANGES_MAX);
	uint32_t i;

	for (i = 0; i < count; i++) {
		ranges[i].iova = any_number(seed);
		ranges[i].length = any_number(seed);
		/* These do not overlap. */
		if (count < 5 && crowd_pick(seed, 4)) {
			ranges[i].iova = (uint64_t)i << 48;
			ranges[i].length = PAGE << crowd_pick(seed, 36);
		}
	}
	return vfio_log_start(&race->shared, ranges, count,
			      crowd_pick(seed, 4) ? PAGE : any_number(seed));
}

int garbage_logs(void *arg, unsigned int *seed)
{
	struct race *race = arg;
	uint64_t page = crowd_pick(seed, 4) ? PAGE : any_number(seed);
	uint64_t length = any_number(seed);

	switch (crowd_pick(seed, 4)) {
	case 0:
		return any_log(race, seed);
	case 1:
		return vfio_log_stop(&race->shared);
	}
	/* What a smaller one wants of the bitmap is more than there is room for. */
	if (page < PAGE || length > REPORT_MAX)
		length %= MEMORY_SIZE;
	return vfio_log_report(&race->shared, any_number(seed), length, page,
			       any_buffer(race, seed));
}
