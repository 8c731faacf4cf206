/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many pages of a device's memory a VMM is told are dirty: by the driver's log,
 * or by a type1 container.
 */
#ifndef SELFTESTS_HOST_DIRTY_H
#define SELFTESTS_HOST_DIRTY_H

#include "host.h"

#define DIRTY_PAGE	4096ULL
#define DIRTY_PAGES	((long)(VFIO_DEV_RAM_SIZE / DIRTY_PAGE))

/* Of all that is mapped; the count, or -errno. */
int dirty_log_start(struct host_vf *vf);
long dirty_log_report(struct host_vf *vf);
/* Of pages from @iova on, which need not be mapped. */
long dirty_log_report_at(struct host_vf *vf, uint64_t iova, long pages);

int dirty_container_start(struct host_vf *vf);
long dirty_container_report(struct host_vf *vf);

#endif /* SELFTESTS_HOST_DIRTY_H */
