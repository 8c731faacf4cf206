// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many pages a VMM is told are dirty, see dirty.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dirty.h"

static long count(const uint64_t *bits, long pages)
{
	long dirty = 0, i;

	for (i = 0; i < pages / 64; i++)
		dirty += __builtin_popcountll(bits[i]);
	return dirty;
}

int dirty_log_start(struct host_vf *vf)
{
	struct vfio_device_feature_dma_logging_range range = {
		.length = VFIO_DEV_RAM_SIZE,
	};

	return vfio_log_start(&vf->dev, &range, 1, DIRTY_PAGE);
}

long dirty_log_report_at(struct host_vf *vf, uint64_t iova, long pages)
{
	uint64_t *bits = calloc(pages / 64, sizeof(*bits));
	long ret;

	if (!bits)
		return -ENOMEM;
	ret = vfio_log_report(&vf->dev, iova, pages * DIRTY_PAGE, DIRTY_PAGE,
			      bits);
	if (!ret)
		ret = count(bits, pages);
	free(bits);
	return ret;
}

long dirty_log_report(struct host_vf *vf)
{
	return dirty_log_report_at(vf, 0, DIRTY_PAGES);
}

int dirty_container_start(struct host_vf *vf)
{
	return vfio_container_track(&vf->dev, true);
}

long dirty_container_report(struct host_vf *vf)
{
	static uint64_t bits[VFIO_DEV_RAM_SIZE / DIRTY_PAGE / 64];
	int ret;

	memset(bits, 0, sizeof(bits));
	ret = vfio_container_report(&vf->dev, VFIO_DEV_RAM_SIZE, DIRTY_PAGE,
				    bits);
	return ret ? ret : count(bits, DIRTY_PAGES);
}
