// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VFIO device as a VMM holds it, see vfio.h.
 *
 * Group and type1 container only: the interface that every kernel with VFIO
 * has.  Nothing here retries or waits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "vfio.h"

static int vfio_ioctl(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static int open_group(const char *bdf)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group",
		 bdf);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;

	snprintf(path, sizeof(path), "/dev/vfio/%.16s",
		 strrchr(target, '/') + 1);
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int vfio_dev_map(struct vfio_dev *dev, uint64_t iova, void *memory,
		 size_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = size,
	};

	return vfio_ioctl(dev->container, VFIO_IOMMU_MAP_DMA, &map);
}

int vfio_dev_unmap(struct vfio_dev *dev, uint64_t iova, size_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	return vfio_ioctl(dev->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

static int map_ram(struct vfio_dev *dev)
{
	dev->ram = mmap(NULL, VFIO_DEV_RAM_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (dev->ram == MAP_FAILED) {
		dev->ram = NULL;
		return -errno;
	}
	return vfio_dev_map(dev, 0, dev->ram, VFIO_DEV_RAM_SIZE);
}

/* The first group in a container brings its IOMMU. */
static int attach_group(struct vfio_dev *dev, bool first)
{
	int ret;

	dev->group = open_group(dev->bdf);
	if (dev->group < 0)
		return dev->group;
	ret = vfio_ioctl(dev->group, VFIO_GROUP_SET_CONTAINER, &dev->container);
	if (ret < 0 || !first)
		return ret;
	ret = ioctl(dev->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
	return ret < 0 ? -errno : 0;
}

static int open_config(struct vfio_dev *dev)
{
	struct vfio_region_info info;
	int ret;

	ret = vfio_dev_region(dev, VFIO_PCI_CONFIG_REGION_INDEX, &info);
	if (ret < 0)
		return ret;
	dev->config = info.offset;
	dev->config_size = info.size;
	return 0;
}

static int open_all(struct vfio_dev *dev)
{
	int ret;

	dev->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (dev->container < 0)
		return -errno;
	ret = attach_group(dev, true);
	if (ret < 0)
		return ret;
	ret = map_ram(dev);
	if (ret < 0)
		return ret;
	ret = vfio_dev_open_fd(dev);
	return ret < 0 ? ret : open_config(dev);
}

int vfio_dev_open_fd(struct vfio_dev *dev)
{
	dev->fd = vfio_ioctl(dev->group, VFIO_GROUP_GET_DEVICE_FD, dev->bdf);
	return dev->fd < 0 ? dev->fd : 0;
}

int vfio_dev_open(struct vfio_dev *dev, const char *bdf)
{
	int ret;

	*dev = (struct vfio_dev)VFIO_DEV_CLOSED;
	snprintf(dev->bdf, sizeof(dev->bdf), "%s", bdf);
	ret = open_all(dev);
	if (ret < 0)
		vfio_dev_close(dev);
	return ret < 0 ? ret : 0;
}

static int join_all(struct vfio_dev *dev, int container)
{
	int ret;

	dev->container = fcntl(container, F_DUPFD_CLOEXEC, 0);
	if (dev->container < 0)
		return -errno;
	ret = attach_group(dev, false);
	if (ret < 0)
		return ret;
	ret = vfio_dev_open_fd(dev);
	return ret < 0 ? ret : open_config(dev);
}

int vfio_dev_join(struct vfio_dev *dev, const char *bdf,
		  const struct vfio_dev *first)
{
	int ret;

	*dev = (struct vfio_dev)VFIO_DEV_CLOSED;
	snprintf(dev->bdf, sizeof(dev->bdf), "%s", bdf);
	ret = join_all(dev, first->container);
	if (ret < 0)
		vfio_dev_close(dev);
	return ret < 0 ? ret : 0;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void vfio_dev_close_fd(struct vfio_dev *dev)
{
	close_one(&dev->fd);
}

void vfio_dev_close(struct vfio_dev *dev)
{
	close_one(&dev->fd);
	close_one(&dev->group);
	close_one(&dev->container);
	if (dev->ram)
		munmap(dev->ram, VFIO_DEV_RAM_SIZE);
	dev->ram = NULL;
}

int vfio_dev_reset(struct vfio_dev *dev)
{
	return vfio_ioctl(dev->fd, VFIO_DEVICE_RESET, NULL);
}

int vfio_dev_region(struct vfio_dev *dev, uint32_t index,
		    struct vfio_region_info *info)
{
	*info = (struct vfio_region_info){
		.argsz = sizeof(*info),
		.index = index,
	};
	return vfio_ioctl(dev->fd, VFIO_DEVICE_GET_REGION_INFO, info);
}

int vfio_dev_irq_info(struct vfio_dev *dev, uint32_t index,
		      struct vfio_irq_info *info)
{
	*info = (struct vfio_irq_info){
		.argsz = sizeof(*info),
		.index = index,
	};
	return vfio_ioctl(dev->fd, VFIO_DEVICE_GET_IRQ_INFO, info);
}

ssize_t vfio_dev_cfg_read(struct vfio_dev *dev, unsigned int offset,
			  void *buf, size_t len)
{
	ssize_t ret = pread(dev->fd, buf, len, dev->config + offset);

	return ret < 0 ? -errno : ret;
}

ssize_t vfio_dev_cfg_write(struct vfio_dev *dev, unsigned int offset,
			   const void *buf, size_t len)
{
	ssize_t ret = pwrite(dev->fd, buf, len, dev->config + offset);

	return ret < 0 ? -errno : ret;
}

/* A read that fails looks like a device that is gone: all ones. */
uint8_t vfio_dev_cfg_read8(struct vfio_dev *dev, unsigned int offset)
{
	uint8_t val;

	if (vfio_dev_cfg_read(dev, offset, &val, sizeof(val)) != sizeof(val))
		return UINT8_MAX;
	return val;
}

uint16_t vfio_dev_cfg_read16(struct vfio_dev *dev, unsigned int offset)
{
	uint16_t val;

	if (vfio_dev_cfg_read(dev, offset, &val, sizeof(val)) != sizeof(val))
		return UINT16_MAX;
	return val;
}

uint32_t vfio_dev_cfg_read32(struct vfio_dev *dev, unsigned int offset)
{
	uint32_t val;

	if (vfio_dev_cfg_read(dev, offset, &val, sizeof(val)) != sizeof(val))
		return UINT32_MAX;
	return val;
}

static int cfg_write_all(struct vfio_dev *dev, unsigned int offset,
			 const void *val, size_t len)
{
	ssize_t ret = vfio_dev_cfg_write(dev, offset, val, len);

	if (ret < 0)
		return ret;
	return (size_t)ret == len ? 0 : -EIO;
}

int vfio_dev_cfg_write8(struct vfio_dev *dev, unsigned int offset, uint8_t val)
{
	return cfg_write_all(dev, offset, &val, sizeof(val));
}

int vfio_dev_cfg_write16(struct vfio_dev *dev, unsigned int offset,
			 uint16_t val)
{
	return cfg_write_all(dev, offset, &val, sizeof(val));
}

unsigned int vfio_dev_find_cap(struct vfio_dev *dev, uint8_t id)
{
	unsigned int pos = vfio_dev_cfg_read8(dev, PCI_CAPABILITY_LIST);
	int left = 48;	/* no list is longer: 192 bytes of 4 each */

	for (; pos && left; left--) {
		if (vfio_dev_cfg_read8(dev, pos + PCI_CAP_LIST_ID) == id)
			return pos;
		pos = vfio_dev_cfg_read8(dev, pos + PCI_CAP_LIST_NEXT);
	}
	return 0;
}

unsigned int vfio_dev_find_ext_cap(struct vfio_dev *dev, uint16_t id)
{
	unsigned int pos = PCI_CFG_SPACE_SIZE;
	int left = (PCI_CFG_SPACE_EXP_SIZE - PCI_CFG_SPACE_SIZE) / 8;
	uint32_t header;

	for (; pos >= PCI_CFG_SPACE_SIZE && left; left--) {
		header = vfio_dev_cfg_read32(dev, pos);
		if (PCI_EXT_CAP_ID(header) == id)
			return pos;
		pos = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

int vfio_dev_set_irqs(struct vfio_dev *dev, uint32_t flags, uint32_t index,
		      uint32_t start, uint32_t count, const void *data,
		      size_t size)
{
	struct vfio_irq_set *set;
	int ret;

	set = calloc(1, sizeof(*set) + size);
	if (!set)
		return -ENOMEM;
	set->argsz = sizeof(*set) + size;
	set->flags = flags;
	set->index = index;
	set->start = start;
	set->count = count;
	if (size)
		memcpy(set->data, data, size);
	ret = vfio_ioctl(dev->fd, VFIO_DEVICE_SET_IRQS, set);
	free(set);
	return ret;
}

int vfio_dev_irq_eventfds(struct vfio_dev *dev, uint32_t index, uint32_t start,
			  uint32_t count, const int *fds)
{
	return vfio_dev_set_irqs(dev, VFIO_IRQ_SET_DATA_EVENTFD |
				 VFIO_IRQ_SET_ACTION_TRIGGER, index, start,
				 count, fds, count * sizeof(*fds));
}

int vfio_dev_irq_disable(struct vfio_dev *dev, uint32_t index)
{
	return vfio_dev_set_irqs(dev, VFIO_IRQ_SET_DATA_NONE |
				 VFIO_IRQ_SET_ACTION_TRIGGER, index, 0, 0,
				 NULL, 0);
}

int vfio_dev_feature_argsz(struct vfio_dev *dev, uint32_t flags, void *data,
			   size_t size, uint32_t argsz)
{
	struct vfio_device_feature *feature;
	int ret;

	feature = calloc(1, sizeof(*feature) + size);
	if (!feature)
		return -ENOMEM;
	feature->argsz = argsz;
	feature->flags = flags;
	if (size)
		memcpy(feature->data, data, size);
	ret = vfio_ioctl(dev->fd, VFIO_DEVICE_FEATURE, feature);
	if (size)
		memcpy(data, feature->data, size);
	free(feature);
	return ret;
}

int vfio_dev_feature(struct vfio_dev *dev, uint32_t flags, void *data,
		     size_t size)
{
	return vfio_dev_feature_argsz(dev, flags, data, size,
				      sizeof(struct vfio_device_feature) +
				      size);
}
