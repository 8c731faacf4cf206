/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VFIO device as a VMM holds it: group and type1 container, a little guest
 * RAM, configuration space, interrupts, device features.
 *
 * Owns the file descriptors and the RAM.  Knows nothing of the migration
 * capability, of drivers and their binding, or of what a test wants to see.
 *
 * Functions that may fail return 0 (or a count) or -errno, as the kernel gave
 * it, so that a test can name the errno that it expects.
 */
#ifndef SELFTESTS_LIB_VFIO_H
#define SELFTESTS_LIB_VFIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/vfio.h>

/* Mapped at IOVA 0, as a PC's RAM is. */
#define VFIO_DEV_RAM_SIZE	(4UL << 20)
#define VFIO_DEV_BDF_SIZE	16

struct vfio_dev {
	char bdf[VFIO_DEV_BDF_SIZE];
	int container;
	int group;
	int fd;
	uint64_t config;	/* where configuration space starts in fd */
	size_t config_size;
	void *ram;
};

/* A struct vfio_dev that vfio_dev_close() may be called on. */
#define VFIO_DEV_CLOSED	{ .container = -1, .group = -1, .fd = -1 }

int vfio_dev_open(struct vfio_dev *dev, const char *bdf);
void vfio_dev_close(struct vfio_dev *dev);
/*
 * Open another device in the container of @first, whose mappings both have then;
 * it has no RAM of its own.
 */
int vfio_dev_join(struct vfio_dev *dev, const char *bdf,
		  const struct vfio_dev *first);
/* Close the device alone; container, group and RAM stay.  Open it again. */
void vfio_dev_close_fd(struct vfio_dev *dev);
int vfio_dev_open_fd(struct vfio_dev *dev);

/* What the container maps; the RAM is mapped from the beginning. */
int vfio_dev_map(struct vfio_dev *dev, uint64_t iova, void *memory,
		 size_t size);
int vfio_dev_unmap(struct vfio_dev *dev, uint64_t iova, size_t size);

int vfio_dev_reset(struct vfio_dev *dev);
int vfio_dev_region(struct vfio_dev *dev, uint32_t index,
		    struct vfio_region_info *info);
int vfio_dev_irq_info(struct vfio_dev *dev, uint32_t index,
		      struct vfio_irq_info *info);

/* Configuration space; any offset, any length. */
ssize_t vfio_dev_cfg_read(struct vfio_dev *dev, unsigned int offset,
			  void *buf, size_t len);
ssize_t vfio_dev_cfg_write(struct vfio_dev *dev, unsigned int offset,
			   const void *buf, size_t len);
uint8_t vfio_dev_cfg_read8(struct vfio_dev *dev, unsigned int offset);
uint16_t vfio_dev_cfg_read16(struct vfio_dev *dev, unsigned int offset);
uint32_t vfio_dev_cfg_read32(struct vfio_dev *dev, unsigned int offset);
int vfio_dev_cfg_write8(struct vfio_dev *dev, unsigned int offset, uint8_t val);
int vfio_dev_cfg_write16(struct vfio_dev *dev, unsigned int offset,
			 uint16_t val);
/* Offset of a capability in the list that starts at 34h; 0: none. */
unsigned int vfio_dev_find_cap(struct vfio_dev *dev, uint8_t id);
/* The same for the list that starts at 100h. */
unsigned int vfio_dev_find_ext_cap(struct vfio_dev *dev, uint16_t id);

/* VFIO_DEVICE_SET_IRQS with @size bytes of @data. */
int vfio_dev_set_irqs(struct vfio_dev *dev, uint32_t flags, uint32_t index,
		      uint32_t start, uint32_t count, const void *data,
		      size_t size);
/* Eventfds for the vectors from @start on; -1 takes one away. */
int vfio_dev_irq_eventfds(struct vfio_dev *dev, uint32_t index, uint32_t start,
			  uint32_t count, const int *fds);
/* No vector of @index any more. */
int vfio_dev_irq_disable(struct vfio_dev *dev, uint32_t index);

/* VFIO_DEVICE_FEATURE; @flags holds the feature and GET, SET or PROBE. */
int vfio_dev_feature(struct vfio_dev *dev, uint32_t flags, void *data,
		     size_t size);
/* The same with an argsz of the caller's choice. */
int vfio_dev_feature_argsz(struct vfio_dev *dev, uint32_t flags, void *data,
			   size_t size, uint32_t argsz);

#endif /* SELFTESTS_LIB_VFIO_H */
