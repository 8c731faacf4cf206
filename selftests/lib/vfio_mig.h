/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Migration v2 on an open VFIO device: states, the data fd, what the VMM asks
 * about sizes, the log of dirty memory.
 *
 * Owns nothing; a data fd belongs to whoever asked for it.
 */
#ifndef SELFTESTS_LIB_VFIO_MIG_H
#define SELFTESTS_LIB_VFIO_MIG_H

#include "vfio.h"

/* Linux 7.3's; the headers may be older.  MIG_PRECOPY_INFOv2 there. */
#define VFIO_MIG_FEATURE_PRECOPY_V2	12
#ifndef VFIO_PRECOPY_INFO_REINIT
#define VFIO_PRECOPY_INFO_REINIT	1
#endif

int vfio_mig_flags(struct vfio_dev *dev, uint64_t *flags);
/* The state, or -errno. */
int vfio_mig_get(struct vfio_dev *dev);
/* @fd may be NULL if no data fd is expected; one that comes is closed then. */
int vfio_mig_set(struct vfio_dev *dev, uint32_t state, int *fd);
/* Whether the kernel and the driver can log the device's DMA. */
bool vfio_mig_logs_dma(struct vfio_dev *dev);
int vfio_mig_data_size(struct vfio_dev *dev, uint64_t *size);
/* Have the flags of struct vfio_precopy_info mean something. */
int vfio_mig_precopy_v2(struct vfio_dev *dev);
int vfio_mig_precopy_info(int fd, struct vfio_precopy_info *info);

/* The log of the device's DMA; bits are set in @bitmap, none is cleared. */
int vfio_log_start(struct vfio_dev *dev,
		   const struct vfio_device_feature_dma_logging_range *ranges,
		   uint32_t nr_ranges, uint64_t page_size);
int vfio_log_stop(struct vfio_dev *dev);
int vfio_log_report(struct vfio_dev *dev, uint64_t iova, uint64_t length,
		    uint64_t page_size, uint64_t *bitmap);

/* What a type1 container knows of the memory from IOVA 0 on: the same in bits. */
int vfio_container_track(struct vfio_dev *dev, bool on);
int vfio_container_report(struct vfio_dev *dev, uint64_t length,
			  uint64_t page_size, uint64_t *bitmap);

/* Everything that read() gives until 0, -ENOMSG or an error, which is stored
 * in *@end; returns the bytes read.
 */
size_t vfio_mig_read_all(int fd, void *buf, size_t size, int *end);
/* write() in pieces of @piece bytes; the count, or -errno of the refusal. */
ssize_t vfio_mig_write_all(int fd, const void *buf, size_t size, size_t piece);

#endif /* SELFTESTS_LIB_VFIO_MIG_H */
