// SPDX-License-Identifier: GPL-2.0-only
/*
 * The real VF of the model, see ../model/vf.h.
 *
 * Owns the VF, the migration file, and the memory that reports are made to.  The
 * device itself does no DMA: that it could is enough for the model.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "../model/model.h"
#include "../model/vf.h"
#include "host.h"

#define BITS_MAX	0x100000UL
#define RANGES_MAX	8
#define LATE_MS		5000

struct vf_traits vf_traits = {
	.container_pages = 0xffffffff,
	.late_ms = LATE_MS,
	.sleep_ms = 20,
};

static struct host_vf vf = HOST_VF_CLOSED;
static int file = -1;

/* Each thing that was done may have let the device write. */
static int done(int ret)
{
	model_device_may_have_written();
	return ret;
}

static int learn_traits(int ret)
{
	if (!ret)
		vf_traits.logs_dma = host_logs_dma(&vf);
	return ret;
}

int vf_open(void)
{
	if (!vf.bdf)
		return learn_traits(host_open(&vf, host_vf_name));
	return done(vfio_dev_open_fd(&vf.dev));
}

/* Its file goes with a device that is closed, or the device would stay open. */
void vf_close(void)
{
	vf_file_close();
	vfio_dev_close_fd(&vf.dev);
}

int vf_rebind(void)
{
	vf_file_close();
	return learn_traits(host_reopen(&vf));
}

void vf_end(void)
{
	vf_file_close();
	host_close(&vf);
}

int vf_reset(void)
{
	return done(vfio_dev_reset(&vf.dev));
}

int vf_low_power(void)
{
	return -EOPNOTSUPP;
}

int vf_set_state(uint32_t state)
{
	int fd, ret = vfio_mig_set(&vf.dev, state, &fd);

	if (fd >= 0) {
		vf_file_close();
		file = fd;
		/* One that waits for the guest's answer waits for this task. */
		if (!one_in(16))
			fcntl(fd, F_SETFL, O_NONBLOCK);
	}
	return done(ret);
}

int vf_get_state(void)
{
	return vfio_mig_get(&vf.dev);
}

int vf_data_size(uint64_t *size)
{
	return done(vfio_mig_data_size(&vf.dev, size));
}

ssize_t vf_file_read(void *buf, size_t len)
{
	ssize_t ret = read(file, buf, len);

	return ret < 0 ? -errno : ret;
}

ssize_t vf_file_write(const void *buf, size_t len)
{
	ssize_t ret = write(file, buf, len);

	return ret < 0 ? -errno : ret;
}

int vf_precopy_info(uint64_t *initial_bytes)
{
	struct vfio_precopy_info info = {};
	int ret = vfio_mig_precopy_info(file, &info);

	*initial_bytes = info.initial_bytes;
	return ret;
}

void vf_file_close(void)
{
	if (file >= 0)
		close(file);
	file = -1;
}

int vf_log_start(const struct vf_range *ranges, unsigned int nr,
		 uint64_t page_size)
{
	struct vfio_device_feature_dma_logging_range list[RANGES_MAX];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		list[i].iova = ranges[i].iova;
		list[i].length = ranges[i].length;
	}
	return vfio_log_start(&vf.dev, list, nr, page_size);
}

int vf_log_stop(void)
{
	return vfio_log_stop(&vf.dev);
}

/* A page counts if each bit that stands for some of it is set. */
static bool is_reported(const struct vf_range *query, uint64_t page_size,
			const uint64_t *bits, uint64_t iova)
{
	uint64_t bit = (iova - query->iova) / page_size;
	uint64_t last = (iova + VF_PAGE_SIZE - 1 - query->iova) / page_size;

	for (; bit <= last; bit++)
		if (!(bits[bit / 64] >> bit % 64 & 1))
			return false;
	return true;
}

int vf_log_report(const struct vf_range *query, uint64_t page_size,
		  uint64_t *pages)
{
	static uint64_t bits[BITS_MAX / 64];
	uint64_t left;
	int ret;

	*pages = 0;
	if (query->length / page_size >= BITS_MAX)
		return -E2BIG;
	memset(bits, 0, (query->length / page_size / 64 + 1) * sizeof(*bits));
	ret = vfio_log_report(&vf.dev, query->iova, query->length, page_size,
			      bits);
	if (ret || !query->length)
		return ret;
	left = memory_pages_in(query->iova, query->iova + query->length - 1);
	for (; left; left &= left - 1) {
		unsigned int page = __builtin_ctzll(left);

		if (is_reported(query, page_size, bits, memory_iova(page)))
			*pages |= 1ULL << page;
	}
	return done(0);
}

int vf_container_track(bool on)
{
	return vfio_container_track(&vf.dev, on);
}

/* The pages at the beginning of its memory, which are the model's first. */
int vf_container_report(uint64_t *pages)
{
	static uint64_t bits[VFIO_DEV_RAM_SIZE / VF_PAGE_SIZE / 64];
	int ret;

	memset(bits, 0, sizeof(bits));
	ret = vfio_container_report(&vf.dev, VFIO_DEV_RAM_SIZE, VF_PAGE_SIZE,
				    bits);
	if (ret)
		return ret;
	*pages = bits[0] & vf_traits.container_pages;
	return done(0);
}

int vf_cfg_read(unsigned int offset, void *buf, size_t len)
{
	return vfio_dev_cfg_read(&vf.dev, offset, buf, len);
}

int vf_cfg_write(unsigned int offset, const void *buf, size_t len)
{
	return done(vfio_dev_cfg_write(&vf.dev, offset, buf, len));
}

unsigned int vf_capability(void)
{
	return vf.cap;
}

int vf_flr(void)
{
	return done(guest_flr(&vf));
}

int vf_power(bool on)
{
	unsigned int pm = vfio_dev_find_cap(&vf.dev, PCI_CAP_ID_PM);

	if (!pm)
		return -EOPNOTSUPP;
	return done(vfio_dev_cfg_write16(&vf.dev, pm + PCI_PM_CTRL,
					 on ? 0 : 3));
}

const char *vf_attr(const char *name)
{
	return host_attr(&vf, name);
}

int vf_attr_write(const char *name, const char *val)
{
	return done(host_attr_write(&vf, name, val));
}

bool vf_bus_master(void)
{
	return host_phys_bus_master(host_vf_name);
}

uint64_t vf_now(void)
{
	return now_ns() / NSEC_PER_MSEC;
}

void vf_sleep(uint64_t ms)
{
	sleep_ms(ms);
}

/* Two real ones: siblings_test.c. */
int vf_other_device(bool due, bool awaited)
{
	return -ENODEV;
}

int vf_asker(void)
{
	return -1;
}
