// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can a device in use be migrated without its guest's consent, if the operator wants
 * that, and what is everybody told?
 *
 * The VMM is one that knows neither PRE_COPY nor the size of the data, as Cloud
 * Hypervisor: it starts the log, asks for it in passes, stops the device, asks for
 * it once more, and takes the state.  Or one as QEMU with a VM that is stopped: it
 * asks for the size before it sends memory.
 *
 * Guarantees:
 *  - with on_timeout=force the device is cut off once it is stopped for a migration,
 *    all that it may have written is reported after that, and its guest finds
 *    EVENT.DEVICE_RESET with END: on the other device, or here if it goes on here;
 *  - a guest that is quiesced is never told of a reset;
 *  - that is told with each END until the guest has written VF_STATUS;
 *  - a device that is stopped and not migrated is left alone, and so is each one
 *    without force: what is refused then names on_timeout;
 *  - a guest with nobody to recover the driver needs force-lost.
 */
#include <kselftest_harness.h>

#include "dirty.h"

#define STREAM_SIZE	65536
#define MUCH		0x10000000000ULL	/* a terabyte */
#define CTRL		MIGCAP_CTRL_DRIVER

enum {
	RUNNING = VFIO_DEVICE_STATE_RUNNING,
	STOP = VFIO_DEVICE_STATE_STOP,
	STOP_COPY = VFIO_DEVICE_STATE_STOP_COPY,
	RESUMING = VFIO_DEVICE_STATE_RESUMING,
	PRE_COPY = VFIO_DEVICE_STATE_PRE_COPY,
};

FIXTURE(force) {
	struct host_vf vf;
	struct host_vf other;
	uint8_t stream[STREAM_SIZE];
	size_t size;
	int fd;
	bool logs;
};

FIXTURE_SETUP(force)
{
	self->fd = -1;
	self->other = (struct host_vf)HOST_VF_CLOSED;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, host_reopen(&self->vf));
	self->logs = host_logs_dma(&self->vf);
	ASSERT_EQ(0, host_attr_write(&self->vf, "on_timeout", "force"));
	ASSERT_EQ(0, guest_start(&self->vf, CTRL));
}

FIXTURE_TEARDOWN(force)
{
	if (self->fd >= 0)
		close(self->fd);
	host_close(&self->other);
	host_close(&self->vf);
}

#define FORCE	FIXTURE_DATA(force)

static int set(struct host_vf *vf, uint32_t state)
{
	return vfio_mig_set(&vf->dev, state, NULL);
}

static int save(FORCE *self)
{
	int end, ret;

	ret = vfio_mig_set(&self->vf.dev, STOP_COPY, &self->fd);
	if (ret)
		return ret;
	self->size = vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE,
				       &end);
	return end;
}

/* On the second VF, or here again if there is only one. */
static int carry(FORCE *self, struct host_vf **to)
{
	int ret, fd;

	*to = &self->vf;
	if (host_vf2_name) {
		*to = &self->other;
		ret = host_open(*to, host_vf2_name);
		if (ret)
			return ret;
	}
	ret = vfio_mig_set(&(*to)->dev, RESUMING, &fd);
	if (ret)
		return ret;
	ret = vfio_mig_write_all(fd, self->stream, self->size, self->size) ==
	      (ssize_t)self->size ? 0 : -EIO;
	close(fd);
	return ret ? ret : set(*to, RUNNING);
}

static bool is_told(struct host_vf *vf)
{
	return guest_read(vf, MIGCAP_VMM_STATUS) == MIGCAP_VMM_END &&
	       guest_read(vf, MIGCAP_EVENT) & MIGCAP_EVENT_DEVICE_RESET;
}

static bool names_on_timeout(struct host_vf *vf)
{
	return strstr(host_attr(vf, "last_error"), "on_timeout");
}

/* Until the device has stopped and the log was asked once more. */
static int migrate_by_log(struct host_vf *vf)
{
	int pass, ret = dirty_log_start(vf);

	for (pass = 0; !ret && pass < 3; pass++)
		if (dirty_log_report(vf))
			ret = -EIO;
	return ret ? ret : set(vf, STOP);
}

/* As QEMU with a VM that is stopped. */
static int migrate_stopped(struct host_vf *vf)
{
	uint64_t size = 0;
	int ret = set(vf, STOP);

	if (!ret)
		ret = vfio_mig_data_size(&vf->dev, &size);
	return ret ? ret : size < MUCH ? 0 : -EIO;
}

TEST_F(force, by_log_unquiesced)
{
	struct host_vf *to;

	if (!self->logs)
		SKIP(return, "this kernel cannot log DMA");
	ASSERT_EQ(0, migrate_by_log(&self->vf));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	EXPECT_TRUE(guest_bus_master(&self->vf));
	EXPECT_STREQ("forced", host_attr(&self->vf, "quiesce"));
	EXPECT_EQ(0, dirty_log_report(&self->vf));
	ASSERT_EQ(0, save(self));
	EXPECT_EQ(1, host_counter(&self->vf, "forced"));

	ASSERT_EQ(0, carry(self, &to));
	EXPECT_TRUE(is_told(to));
	EXPECT_EQ(2, guest_read(to, MIGCAP_EPOCH));
	EXPECT_TRUE(guest_bus_master(to));
	EXPECT_TRUE(host_phys_bus_master(to->bdf));
}

TEST_F(force, by_log_quiesced)
{
	struct host_vf *to;

	if (!self->logs)
		SKIP(return, "this kernel cannot log DMA");
	ASSERT_EQ(0, dirty_log_start(&self->vf));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
	ASSERT_EQ(0, set(&self->vf, STOP));
	EXPECT_EQ(0, dirty_log_report(&self->vf));
	ASSERT_EQ(0, save(self));
	EXPECT_EQ(0, host_counter(&self->vf, "forced"));

	ASSERT_EQ(0, carry(self, &to));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(to, MIGCAP_VMM_STATUS));
	EXPECT_FALSE(is_told(to));
	EXPECT_STREQ("standing", host_attr(to, "guest"));
}

/* A log that is asked before the device is cut off can tell no more after that. */
TEST_F(force, allowed_too_late)
{
	if (!self->logs)
		SKIP(return, "this kernel cannot log DMA");
	ASSERT_EQ(0, host_attr_write(&self->vf, "on_timeout", "abort"));
	ASSERT_EQ(0, migrate_by_log(&self->vf));
	EXPECT_EQ(0, dirty_log_report(&self->vf));
	ASSERT_EQ(0, host_attr_write(&self->vf, "on_timeout", "force"));
	EXPECT_EQ(0, dirty_log_report(&self->vf));
	EXPECT_EQ(-EBUSY, save(self));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

TEST_F(force, of_a_stopped_vm)
{
	struct host_vf *to;

	if (!self->logs)
		ASSERT_EQ(0, dirty_container_start(&self->vf));
	ASSERT_EQ(0, migrate_stopped(&self->vf));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	/* What the device wrote before is sent anyway; a page was pinned. */
	if (!self->logs)
		EXPECT_GE(1, dirty_container_report(&self->vf));
	ASSERT_EQ(0, save(self));

	ASSERT_EQ(0, carry(self, &to));
	EXPECT_TRUE(is_told(to));
	EXPECT_TRUE(host_phys_bus_master(to->bdf));
}

TEST_F(force, fails_and_goes_on_here)
{
	ASSERT_EQ(0, migrate_stopped(&self->vf));
	ASSERT_EQ(0, save(self));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, set(&self->vf, RUNNING));
	EXPECT_TRUE(is_told(&self->vf));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_STREQ("idle", host_attr(&self->vf, "quiesce"));
}

TEST_F(force, is_given_up_before_the_state_is_taken)
{
	ASSERT_EQ(0, migrate_stopped(&self->vf));
	ASSERT_EQ(0, set(&self->vf, RUNNING));
	EXPECT_TRUE(is_told(&self->vf));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

/* Each END says so until the guest has answered. */
TEST_F(force, is_told_until_answered)
{
	struct host_vf *vf = &self->vf;

	ASSERT_EQ(0, migrate_stopped(vf));
	ASSERT_EQ(0, set(vf, RUNNING));
	ASSERT_EQ(0, host_attr_write(vf, "quiesce", "1"));
	EXPECT_EQ(0, guest_read(vf, MIGCAP_EVENT));
	ASSERT_EQ(0, host_attr_write(vf, "quiesce", "0"));
	EXPECT_TRUE(is_told(vf));
	ASSERT_EQ(0, guest_write(vf, MIGCAP_VF_STATUS, MIGCAP_VF_WAIT));
	EXPECT_TRUE(is_told(vf));
	ASSERT_EQ(0, host_attr_write(vf, "quiesce", "1"));
	ASSERT_EQ(0, host_attr_write(vf, "quiesce", "0"));
	EXPECT_FALSE(is_told(vf));
}

TEST_F(force, ready_is_an_answer)
{
	struct host_vf *vf = &self->vf;

	ASSERT_EQ(0, migrate_stopped(vf));
	ASSERT_EQ(0, set(vf, RUNNING));
	EXPECT_TRUE(is_told(vf));
	ASSERT_EQ(0, host_quiesce(vf));
	ASSERT_EQ(0, host_attr_write(vf, "quiesce", "0"));
	EXPECT_FALSE(is_told(vf));
}

/* START that nobody answers, in PRE_COPY. */
static int ask_in_vain(struct host_vf *vf, int *fd)
{
	int ret = host_attr_write(vf, "ready_timeout_ms", "20");

	if (!ret)
		ret = vfio_mig_set(&vf->dev, PRE_COPY, fd);
	if (!ret)
		ret = host_ask(vf);
	usleep(200 * 1000);
	return ret;
}

TEST_F(force, silent_guest)
{
	struct host_vf *to;
	uint64_t size = 0;
	int end;

	if (!self->logs)
		SKIP(return, "this kernel cannot log DMA");
	ASSERT_EQ(0, dirty_log_start(&self->vf));
	ASSERT_EQ(0, ask_in_vain(&self->vf, &self->fd));
	self->size = vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE,
				       &end);
	EXPECT_EQ(-ENOMSG, end);
	EXPECT_EQ(0, vfio_mig_data_size(&self->vf.dev, &size));
	EXPECT_GT(MUCH, size);
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(0, dirty_log_report(&self->vf));

	ASSERT_EQ(0, set(&self->vf, STOP_COPY));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
	self->size += vfio_mig_read_all(self->fd, self->stream + self->size,
					STREAM_SIZE - self->size, &end);
	ASSERT_EQ(0, end);
	ASSERT_EQ(0, carry(self, &to));
	EXPECT_TRUE(is_told(to));
}

/* Only the guest knows what its device wrote. */
TEST_F(force, silent_guest_without_a_log)
{
	int end;

	if (self->logs)
		SKIP(return, "this kernel logs DMA");
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL,
				 CTRL | MIGCAP_CTRL_DMA_TRACKED));
	ASSERT_EQ(0, ask_in_vain(&self->vf, &self->fd));
	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	EXPECT_EQ(-ETIMEDOUT, end);
	EXPECT_TRUE(names_on_timeout(&self->vf));
	ASSERT_EQ(0, set(&self->vf, STOP_COPY));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, set(&self->vf, RUNNING));
	EXPECT_FALSE(is_told(&self->vf));
}

TEST_F(force, plain_stop_leaves_the_device_alone)
{
	ASSERT_EQ(0, set(&self->vf, STOP));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, set(&self->vf, RUNNING));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EPOCH));
	EXPECT_EQ(0, host_counter(&self->vf, "forced"));
}

TEST_F(force, abort_leaves_the_device_alone)
{
	ASSERT_EQ(0, host_attr_write(&self->vf, "on_timeout", "abort"));
	if (self->logs)
		ASSERT_EQ(0, dirty_log_start(&self->vf));
	ASSERT_EQ(0, migrate_stopped(&self->vf));
	if (self->logs)
		EXPECT_EQ(0, dirty_log_report(&self->vf));
	EXPECT_EQ(-EBUSY, save(self));
	EXPECT_TRUE(names_on_timeout(&self->vf));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, set(&self->vf, RUNNING));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EPOCH));
}

TEST_F(force, nobody_to_recover)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	ASSERT_EQ(0, migrate_stopped(&self->vf));
	EXPECT_EQ(-EBUSY, save(self));
	EXPECT_TRUE(names_on_timeout(&self->vf));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, set(&self->vf, RUNNING));

	ASSERT_EQ(0, host_attr_write(&self->vf, "on_timeout", "force-lost"));
	ASSERT_EQ(0, migrate_stopped(&self->vf));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(0, save(self));
	ASSERT_EQ(0, set(&self->vf, RUNNING));
	EXPECT_TRUE(is_told(&self->vf));
}

/* The operator may change his mind while the VM is stopped. */
TEST_F(force, taken_back_by_the_operator)
{
	int end;

	ASSERT_EQ(0, migrate_stopped(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, &self->fd));
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "0"));
	EXPECT_TRUE(is_told(&self->vf));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	EXPECT_EQ(-ECANCELED, end);
	ASSERT_EQ(0, set(&self->vf, RUNNING));
}

HOST_TEST_MAIN
