// SPDX-License-Identifier: GPL-2.0-only
/*
 * What VMM, guest and operator do at random, see race.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crowd.h"
#include "race.h"

#define DRIVER_DIR	"/sys/bus/pci/drivers/" MIGCAP_DRIVER

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

void race_park(int number)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(fd, number);
	close(fd);
}

/*
 * RESUMING without a stream is left by a reset alone, and nothing else can be done
 * until then: rarely.
 */
int vmm_sets_states(void *arg, unsigned int *seed)
{
	enum vfio_device_mig_state state = crowd_pick(seed, VFIO_DEVICE_STATE_NR);
	struct race *self = arg;
	int fd, ret;

	if (state == VFIO_DEVICE_STATE_RESUMING && crowd_pick(seed, 1000))
		state = VFIO_DEVICE_STATE_RUNNING;
	ret = vfio_mig_set(&self->shared, state, &fd);
	if (fd >= 0) {
		dup2(fd, RACE_DATA_FD);
		close(fd);
	}
	return ret;
}

int vmm_reads(void *arg, unsigned int *seed)
{
	uint8_t buf[256];

	return read(RACE_DATA_FD, buf, crowd_pick(seed, sizeof(buf))) < 0;
}

/* Sometimes what begins a stream, mostly what is none. */
int vmm_writes(void *arg, unsigned int *seed)
{
	uint8_t buf[256] = "MIGCAPVF\1";
	size_t len = crowd_pick(seed, sizeof(buf));

	if (len % 2)
		memset(buf, crowd_pick(seed, 256), sizeof(buf));
	return write(RACE_DATA_FD, buf, len) < 0;
}

int vmm_asks(void *arg, unsigned int *seed)
{
	struct vfio_precopy_info info;
	struct race *self = arg;
	uint64_t size;

	vfio_mig_precopy_info(RACE_DATA_FD, &info);
	return vfio_mig_data_size(&self->shared, &size);
}

int vmm_sets_irqs(void *arg, unsigned int *seed)
{
	struct race *self = arg;
	int fds[3] = { self->vectors[0], -1, self->vectors[1] };

	if (!crowd_pick(seed, 4))
		return vfio_dev_irq_disable(&self->shared,
					    VFIO_PCI_MSIX_IRQ_INDEX);
	return vfio_dev_irq_eventfds(&self->shared, VFIO_PCI_MSIX_IRQ_INDEX, 0,
				     1 + crowd_pick(seed, 3), fds);
}

int vmm_logs(void *arg, unsigned int *seed)
{
	static const struct vfio_device_feature_dma_logging_range range = {
		.length = VFIO_DEV_RAM_SIZE,
	};
	uint64_t bits[VFIO_DEV_RAM_SIZE / 4096 / 64];
	struct race *self = arg;

	switch (crowd_pick(seed, 4)) {
	case 0:
		return vfio_log_start(&self->shared, &range, 1, 4096);
	case 1:
		return vfio_log_stop(&self->shared);
	}
	return vfio_log_report(&self->shared, 0, VFIO_DEV_RAM_SIZE, 4096, bits);
}

int vmm_resets(void *arg, unsigned int *seed)
{
	struct race *self = arg;

	return vfio_dev_reset(&self->shared);
}

static struct host_vf guest_of(struct race *self)
{
	struct host_vf vf = self->vf;

	vf.dev = self->shared;
	return vf;
}

int guest_writes(void *arg, unsigned int *seed)
{
	struct host_vf vf = guest_of(arg);

	switch (crowd_pick(seed, 4)) {
	case 0:
		return guest_write(&vf, MIGCAP_CTRL, crowd_pick(seed, 8));
	case 1:
		return guest_set_bus_master(&vf, crowd_pick(seed, 2));
	case 2:
		return guest_write(&vf, MIGCAP_IRQ, crowd_pick(seed, 4));
	}
	return guest_write(&vf, MIGCAP_VF_STATUS, crowd_pick(seed, 2));
}

/* Across the capability's edges and all over configuration space. */
int guest_reads(void *arg, unsigned int *seed)
{
	struct host_vf vf = guest_of(arg);
	uint8_t buf[256];
	size_t at = crowd_pick(seed, sizeof(buf));

	return vfio_dev_cfg_read(&vf.dev, at, buf, sizeof(buf) - at) < 0;
}

int guest_resets(void *arg, unsigned int *seed)
{
	struct host_vf vf = guest_of(arg);

	return guest_flr(&vf);
}

/* Not by host_attr(), whose buffers are everybody's. */
int operator_acts(void *arg, unsigned int *seed)
{
	static const char * const names[] = {
		"state", "guest", "epoch", "capability", "quiesce", "counters",
		"last_error", "ready_timeout_ms", "quiesced_limit_ms",
	};
	char dir[PCI_DIR_SIZE], attr[64], value[4096];

	pci_dir(host_vf_name, dir);
	switch (crowd_pick(seed, 4)) {
	case 0:
		return sysfs_write(dir, "migcap/quiesce",
				   crowd_pick(seed, 2) ? "1" : "0");
	case 1:
		return sysfs_write(dir, "migcap/ready_timeout_ms",
				   crowd_pick(seed, 2) ? "5" : "50");
	case 2:
		return sysfs_write(dir, "migcap/quiesced_limit_ms",
				   crowd_pick(seed, 2) ? "1" : "1000");
	}
	snprintf(attr, sizeof(attr), "migcap/%s",
		 names[crowd_pick(seed, ARRAY_SIZE(names))]);
	return sysfs_read(dir, attr, value, sizeof(value));
}

/* The guest's device is off, so a migration asks at once and goes on at once. */
int vmm_begins_and_gives_up(void *arg, unsigned int *seed)
{
	struct race *self = arg;
	struct host_vf vf = guest_of(self);

	vfio_mig_set(&self->shared, VFIO_DEVICE_STATE_PRE_COPY, NULL);
	vfio_mig_set(&self->shared, VFIO_DEVICE_STATE_RUNNING, NULL);
	if (guest_read(&vf, MIGCAP_VMM_STATUS) == MIGCAP_VMM_END)
		return 0;
	self->stuck++;
	return -EIO;
}

/* Closes while others are in the middle of a call, and opens anew. */
int vmm_comes_and_goes(void *arg, unsigned int *seed)
{
	struct race *self = arg;

	race_park(RACE_DATA_FD);
	race_park(RACE_DEVICE_FD);
	vfio_dev_close_fd(&self->vf.dev);
	if (vfio_dev_open_fd(&self->vf.dev))
		return -EIO;
	return dup2(self->vf.dev.fd, RACE_DEVICE_FD) != RACE_DEVICE_FD;
}

/* Each VMM is one of its own, with a container and a group. */
int vmm_lives(void *arg, unsigned int *seed)
{
	struct host_vf vf = HOST_VF_CLOSED;
	int fd, ret = host_open_bound(&vf, host_vf_name);

	if (ret)
		return ret;
	guest_start(&vf, MIGCAP_CTRL_DRIVER);
	guest_write(&vf, MIGCAP_VF_STATUS, crowd_pick(seed, 2));
	vfio_mig_set(&vf.dev, crowd_pick(seed, VFIO_DEVICE_STATE_NR), &fd);
	vfio_dev_close(&vf.dev);
	/* It has outlived the device, and perhaps the driver's binding. */
	if (fd >= 0) {
		vmm_reads(arg, seed);
		close(fd);
	}
	return 0;
}

int operator_rebinds(void *arg, unsigned int *seed)
{
	int ret = sysfs_write(DRIVER_DIR, "unbind", host_vf_name);

	return ret ? ret : sysfs_write("/sys/bus/pci", "drivers_probe",
				       host_vf_name);
}

int operator_resets(void *arg, unsigned int *seed)
{
	char dir[PCI_DIR_SIZE];

	return sysfs_write(pci_dir(host_vf_name, dir), "reset", "1");
}
