// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the driver survive callers who all come at once?
 *
 * Threads do all that VMM, guest and operator can do, in no order, for a few
 * seconds.  What each call answers is not judged here.
 *
 * Guarantees:
 *  - a state that is RUNNING because of a reset has nothing of the state before;
 *  - nothing hangs: all threads come to an end;
 *  - afterwards a whole migration is possible;
 *  - no file and no reference to the driver is left behind;
 *  - the kernel has nothing to complain of, which who runs this looks at.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "../lib/hostile.h"
#include "crowd.h"
#include "trip.h"

#define TIME_MS		4000
/* Descriptors that threads share have fixed numbers, which nothing else gets. */
#define DATA_FD		500
#define DEVICE_FD	501
#define MODULE		"/sys/module/" MIGCAP_DRIVER
#define DRIVER_DIR	"/sys/bus/pci/drivers/" MIGCAP_DRIVER

FIXTURE(race) {
	struct host_vf vf;
	struct vfio_dev shared;		/* the same device, by DEVICE_FD */
	int vectors[2];
	long users;
	unsigned int stuck;
};

#define RACE	FIXTURE_DATA(race)

static void park(int number)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(fd, number);
	close(fd);
}

static long count_users(void)
{
	long users = -1;

	sysfs_read_number(MODULE, "refcnt", &users);
	return users;
}

FIXTURE_SETUP(race)
{
	self->vf = (struct host_vf)HOST_VF_CLOSED;
	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	self->users = count_users();
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	self->vectors[0] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	self->vectors[1] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	park(DATA_FD);
	ASSERT_EQ(DEVICE_FD, dup2(self->vf.dev.fd, DEVICE_FD));
	self->shared = self->vf.dev;
	self->shared.fd = DEVICE_FD;
}

FIXTURE_TEARDOWN(race)
{
	close(DATA_FD);
	close(DEVICE_FD);
	host_close(&self->vf);
	EXPECT_EQ(self->users, count_users());
}

/*
 * RESUMING without a stream is left by a reset alone, and nothing else can be done
 * until then: rarely.
 */
static int vmm_sets_states(void *arg, unsigned int *seed)
{
	enum vfio_device_mig_state state = crowd_pick(seed, VFIO_DEVICE_STATE_NR);
	RACE *self = arg;
	int fd, ret;

	if (state == VFIO_DEVICE_STATE_RESUMING && crowd_pick(seed, 1000))
		state = VFIO_DEVICE_STATE_RUNNING;
	ret = vfio_mig_set(&self->shared, state, &fd);
	if (fd >= 0) {
		dup2(fd, DATA_FD);
		close(fd);
	}
	return ret;
}

static int vmm_reads(void *arg, unsigned int *seed)
{
	uint8_t buf[256];

	return read(DATA_FD, buf, crowd_pick(seed, sizeof(buf))) < 0;
}

/* Sometimes what begins a stream, mostly what is none. */
static int vmm_writes(void *arg, unsigned int *seed)
{
	uint8_t buf[256] = "MIGCAPVF\1";
	size_t len = crowd_pick(seed, sizeof(buf));

	if (len % 2)
		memset(buf, crowd_pick(seed, 256), sizeof(buf));
	return write(DATA_FD, buf, len) < 0;
}

static int vmm_asks(void *arg, unsigned int *seed)
{
	struct vfio_precopy_info info;
	RACE *self = arg;
	uint64_t size;

	vfio_mig_precopy_info(DATA_FD, &info);
	return vfio_mig_data_size(&self->shared, &size);
}

static int vmm_sets_irqs(void *arg, unsigned int *seed)
{
	RACE *self = arg;
	int fds[3] = { self->vectors[0], -1, self->vectors[1] };

	if (!crowd_pick(seed, 4))
		return vfio_dev_irq_disable(&self->shared,
					    VFIO_PCI_MSIX_IRQ_INDEX);
	return vfio_dev_irq_eventfds(&self->shared, VFIO_PCI_MSIX_IRQ_INDEX, 0,
				     1 + crowd_pick(seed, 3), fds);
}

static int vmm_logs(void *arg, unsigned int *seed)
{
	static const struct vfio_device_feature_dma_logging_range range = {
		.length = VFIO_DEV_RAM_SIZE,
	};
	uint64_t bits[VFIO_DEV_RAM_SIZE / 4096 / 64];
	RACE *self = arg;

	switch (crowd_pick(seed, 4)) {
	case 0:
		return vfio_log_start(&self->shared, &range, 1, 4096);
	case 1:
		return vfio_log_stop(&self->shared);
	}
	return vfio_log_report(&self->shared, 0, VFIO_DEV_RAM_SIZE, 4096, bits);
}

static int vmm_resets(void *arg, unsigned int *seed)
{
	RACE *self = arg;

	return vfio_dev_reset(&self->shared);
}

static struct host_vf guest_of(RACE *self)
{
	struct host_vf vf = self->vf;

	vf.dev = self->shared;
	return vf;
}

static int guest_writes(void *arg, unsigned int *seed)
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
static int guest_reads(void *arg, unsigned int *seed)
{
	struct host_vf vf = guest_of(arg);
	uint8_t buf[256];
	size_t at = crowd_pick(seed, sizeof(buf));

	return vfio_dev_cfg_read(&vf.dev, at, buf, sizeof(buf) - at) < 0;
}

static int guest_resets(void *arg, unsigned int *seed)
{
	struct host_vf vf = guest_of(arg);

	return guest_flr(&vf);
}

/* Not by host_attr(), whose buffers are everybody's. */
static int operator_acts(void *arg, unsigned int *seed)
{
	static const char * const names[] = {
		"state", "guest", "epoch", "capability", "quiesce", "counters",
		"last_error", "ready_timeout_ms",
	};
	char dir[PCI_DIR_SIZE], attr[64], value[4096];

	pci_dir(host_vf_name, dir);
	switch (crowd_pick(seed, 3)) {
	case 0:
		return sysfs_write(dir, "migcap/quiesce",
				   crowd_pick(seed, 2) ? "1" : "0");
	case 1:
		return sysfs_write(dir, "migcap/ready_timeout_ms",
				   crowd_pick(seed, 2) ? "5" : "50");
	}
	snprintf(attr, sizeof(attr), "migcap/%s",
		 names[crowd_pick(seed, ARRAY_SIZE(names))]);
	return sysfs_read(dir, attr, value, sizeof(value));
}

/* The guest's device is off, so a migration asks at once and goes on at once. */
static int vmm_begins_and_gives_up(void *arg, unsigned int *seed)
{
	RACE *self = arg;
	struct host_vf vf = guest_of(self);

	vfio_mig_set(&self->shared, VFIO_DEVICE_STATE_PRE_COPY, NULL);
	vfio_mig_set(&self->shared, VFIO_DEVICE_STATE_RUNNING, NULL);
	if (guest_read(&vf, MIGCAP_VMM_STATUS) == MIGCAP_VMM_END)
		return 0;
	self->stuck++;
	return -EIO;
}

/* Closes while others are in the middle of a call, and opens anew. */
static int vmm_comes_and_goes(void *arg, unsigned int *seed)
{
	RACE *self = arg;

	park(DATA_FD);
	park(DEVICE_FD);
	vfio_dev_close_fd(&self->vf.dev);
	if (vfio_dev_open_fd(&self->vf.dev))
		return -EIO;
	return dup2(self->vf.dev.fd, DEVICE_FD) != DEVICE_FD;
}

#define MEMBER(act_)		{ .name = #act_, .act = act_ }
#define SLOW_MEMBER(act_, ms)	{ .name = #act_, .act = act_, .pause_ms = ms }

/* A reset takes a hundred times as long as most else, and locks it out. */
TEST_F_TIMEOUT(race, one_open_device, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(vmm_sets_states), MEMBER(vmm_reads), MEMBER(vmm_writes),
		MEMBER(vmm_asks), MEMBER(vmm_sets_irqs), MEMBER(guest_writes),
		MEMBER(guest_reads), MEMBER(operator_acts),
		SLOW_MEMBER(vmm_resets, 200), SLOW_MEMBER(guest_resets, 300),
		MEMBER(vmm_logs),
	};
	int count = ARRAY_SIZE(members);

	if (!host_logs_dma(&self->vf))
		count--;
	ASSERT_EQ(0, crowd_run(members, count, self, TIME_MS));
	EXPECT_EQ(0, trip_round(&self->vf));
}

/* It may come at any point of a step, but takes a hundred milliseconds. */
TEST_F_TIMEOUT(race, reset_overtakes_a_step, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(vmm_begins_and_gives_up), MEMBER(vmm_resets),
	};

	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members), self, TIME_MS));
	EXPECT_EQ(0, self->stuck);
	EXPECT_EQ(0, trip_round(&self->vf));
}

TEST_F_TIMEOUT(race, open_and_close, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(vmm_sets_states), MEMBER(vmm_reads),
		MEMBER(vmm_sets_irqs), MEMBER(guest_writes),
		MEMBER(operator_acts), SLOW_MEMBER(vmm_comes_and_goes, 50),
	};

	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members), self, TIME_MS));
	EXPECT_EQ(0, trip_round(&self->vf));
}

/* Each VMM is one of its own, with a container and a group. */
static int vmm_lives(void *arg, unsigned int *seed)
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

static int operator_rebinds(void *arg, unsigned int *seed)
{
	int ret = sysfs_write(DRIVER_DIR, "unbind", host_vf_name);

	return ret ? ret : sysfs_write("/sys/bus/pci", "drivers_probe",
				       host_vf_name);
}

static int operator_resets(void *arg, unsigned int *seed)
{
	char dir[PCI_DIR_SIZE];

	return sysfs_write(pci_dir(host_vf_name, dir), "reset", "1");
}

TEST_F_TIMEOUT(race, unbind, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(vmm_lives), SLOW_MEMBER(operator_rebinds, 100),
		MEMBER(operator_acts), SLOW_MEMBER(operator_resets, 100),
	};

	close(DEVICE_FD);
	host_close(&self->vf);
	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members), self, TIME_MS));
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	EXPECT_EQ(0, trip_round(&self->vf));
}

HOST_TEST_MAIN
