// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migration v2 on an open VFIO device, see vfio_mig.h.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfio_mig.h"

int vfio_mig_flags(struct vfio_dev *dev, uint64_t *flags)
{
	struct vfio_device_feature_migration mig = { 0 };
	int ret;

	ret = vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_GET |
			       VFIO_DEVICE_FEATURE_MIGRATION,
			       &mig, sizeof(mig));
	*flags = mig.flags;
	return ret;
}

int vfio_mig_get(struct vfio_dev *dev)
{
	struct vfio_device_feature_mig_state mig = { .data_fd = -1 };
	int ret;

	ret = vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_GET |
			       VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
			       &mig, sizeof(mig));
	return ret < 0 ? ret : (int)mig.device_state;
}

int vfio_mig_set(struct vfio_dev *dev, uint32_t state, int *fd)
{
	struct vfio_device_feature_mig_state mig = {
		.device_state = state,
		.data_fd = -1,
	};
	int ret;

	ret = vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_SET |
			       VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
			       &mig, sizeof(mig));
	if (fd)
		*fd = mig.data_fd;
	else if (mig.data_fd >= 0)
		close(mig.data_fd);
	return ret;
}

bool vfio_mig_logs_dma(struct vfio_dev *dev)
{
	return !vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_PROBE |
				 VFIO_DEVICE_FEATURE_SET |
				 VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
				 NULL, 0);
}

int vfio_mig_data_size(struct vfio_dev *dev, uint64_t *size)
{
	struct vfio_device_feature_mig_data_size data = { 0 };
	int ret;

	ret = vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_GET |
			       VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
			       &data, sizeof(data));
	*size = data.stop_copy_length;
	return ret;
}

int vfio_mig_precopy_v2(struct vfio_dev *dev)
{
	return vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_SET |
				VFIO_MIG_FEATURE_PRECOPY_V2,
				NULL, 0);
}

int vfio_mig_precopy_info(int fd, struct vfio_precopy_info *info)
{
	info->argsz = sizeof(*info);
	info->flags = 0;
	return ioctl(fd, VFIO_MIG_GET_PRECOPY_INFO, info) < 0 ? -errno : 0;
}

int vfio_log_start(struct vfio_dev *dev,
		   const struct vfio_device_feature_dma_logging_range *ranges,
		   uint32_t nr_ranges, uint64_t page_size)
{
	struct vfio_device_feature_dma_logging_control control = {
		.page_size = page_size,
		.num_ranges = nr_ranges,
		.ranges = (uintptr_t)ranges,
	};

	return vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_SET |
				VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
				&control, sizeof(control));
}

int vfio_log_stop(struct vfio_dev *dev)
{
	return vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_SET |
				VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP, NULL, 0);
}

int vfio_log_report(struct vfio_dev *dev, uint64_t iova, uint64_t length,
		    uint64_t page_size, uint64_t *bitmap)
{
	struct vfio_device_feature_dma_logging_report query = {
		.iova = iova,
		.length = length,
		.page_size = page_size,
		.bitmap = (uintptr_t)bitmap,
	};

	return vfio_dev_feature(dev, VFIO_DEVICE_FEATURE_GET |
				VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT,
				&query, sizeof(query));
}

int vfio_container_track(struct vfio_dev *dev, bool on)
{
	struct vfio_iommu_type1_dirty_bitmap arg = {
		.argsz = sizeof(arg),
		.flags = on ? VFIO_IOMMU_DIRTY_PAGES_FLAG_START :
			      VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP,
	};

	return ioctl(dev->container, VFIO_IOMMU_DIRTY_PAGES, &arg) ? -errno : 0;
}

int vfio_container_report(struct vfio_dev *dev, uint64_t length,
			  uint64_t page_size, uint64_t *bitmap)
{
	struct {
		struct vfio_iommu_type1_dirty_bitmap arg;
		struct vfio_iommu_type1_dirty_bitmap_get get;
	} query = {
		.arg.argsz = sizeof(query),
		.arg.flags = VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP,
		.get.size = length,
		.get.bitmap.pgsize = page_size,
		.get.bitmap.size = length / page_size / 8,
		.get.bitmap.data = (void *)bitmap,
	};

	return ioctl(dev->container, VFIO_IOMMU_DIRTY_PAGES, &query) ?
	       -errno : 0;
}

size_t vfio_mig_read_all(int fd, void *buf, size_t size, int *end)
{
	size_t done = 0;
	ssize_t ret;

	do {
		ret = read(fd, (char *)buf + done, size - done);
		if (ret > 0)
			done += ret;
	} while (ret > 0 && done < size);
	*end = ret < 0 ? -errno : 0;
	return done;
}

ssize_t vfio_mig_write_all(int fd, const void *buf, size_t size, size_t piece)
{
	size_t done = 0;

	while (done < size) {
		size_t len = size - done < piece ? size - done : piece;
		ssize_t ret = write(fd, (const char *)buf + done, len);

		if (ret < 0)
			return -errno;
		if (!ret)
			return -EIO;
		done += ret;
	}
	return done;
}
