// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a VMM learn of all that the device may have written, or fail?
 *
 * On a kernel that logs DMA the driver's log has to tell; on one that does not, the
 * type1 container, or else the migration must not succeed.
 *
 * Guarantees:
 *  - a device that leaves BME_OFF counts as one that writes, with and without START;
 *  - a promise to track DMA is worth nothing before READY, and nothing from the
 *    moment on at which the guest was told that it need not track;
 *  - EVENT.TRACKING stays while a log runs, whoever asks and ends meanwhile;
 *  - a container that no longer reports the device's memory is believed only from
 *    the beginning of a migration on, and only if the device cannot write.
 */
#include <kselftest_harness.h>

#include "../lib/mig_states.h"
#include "dirty.h"

#define STREAM_SIZE	65536
#define CTRL		(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)

FIXTURE(account) {
	struct host_vf vf;
	uint8_t stream[STREAM_SIZE];
	uint64_t size;
	int fd;
};

FIXTURE_VARIANT(account) {
	bool logs;
};

/* What the kernel can do decides which of the two is run. */
FIXTURE_VARIANT_ADD(account, log) {
	.logs = true,
};

FIXTURE_VARIANT_ADD(account, container) {
	.logs = false,
};

FIXTURE_SETUP(account)
{
	self->fd = -1;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, host_reopen(&self->vf));
	if (host_logs_dma(&self->vf) != variant->logs)
		SKIP(return, "this kernel %s DMA",
		     variant->logs ? "cannot log" : "logs");
	ASSERT_EQ(0, variant->logs ? dirty_log_start(&self->vf) :
				     dirty_container_start(&self->vf));
}

FIXTURE_TEARDOWN(account)
{
	if (self->fd >= 0)
		close(self->fd);
	host_close(&self->vf);
}

#define ACCOUNT		FIXTURE_DATA(account)

static int answer(struct host_vf *vf, uint8_t status)
{
	return guest_write(vf, MIGCAP_VF_STATUS, status);
}

/* Driver is loaded: the device may do DMA.  Then it is quiesced. */
static int use_and_quiesce(struct host_vf *vf, uint8_t ctrl)
{
	int ret = guest_set_bus_master(vf, true);

	if (!ret && !host_phys_bus_master(host_vf_name))
		return -EIO;
	if (!ret)
		ret = guest_write(vf, MIGCAP_CTRL, ctrl);
	return ret ? ret : answer(vf, MIGCAP_VF_READY);
}

/* As an agent whose driver is being unbound: no READY, then the device is off. */
static int unbind(struct host_vf *vf, uint8_t ctrl)
{
	int ret = guest_write(vf, MIGCAP_CTRL, ctrl);

	return ret ? ret : guest_set_bus_master(vf, false);
}

/* What ends the stream: 0, or an errno. */
static int drain(ACCOUNT *self)
{
	int end;

	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	return end;
}

/* The VM boots while it is migrated; START has not been raised. */
TEST_F(account, driver_is_loaded)
{
	if (!variant->logs)
		SKIP(return, "of the log alone");
	EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
	EXPECT_EQ(0, dirty_log_report(&self->vf));
	ASSERT_EQ(0, use_and_quiesce(&self->vf, MIGCAP_CTRL_DRIVER));
	EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
	EXPECT_EQ(0, dirty_log_report(&self->vf));
}

TEST_F(account, off_and_on_again)
{
	if (!variant->logs)
		SKIP(return, "of the log alone");
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	EXPECT_EQ(0, dirty_log_report(&self->vf));
	ASSERT_EQ(0, unbind(&self->vf, 0));
	EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
	ASSERT_EQ(0, use_and_quiesce(&self->vf, MIGCAP_CTRL_DRIVER));
	EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
}

/*
 * START stands from the operator, the guest parks (WAIT, CTRL 0, Bus Master Enable
 * clear), a migration begins, the guest uses its device while RAM is sent, and
 * quiesces again.
 */
static void park_and_migrate(struct __test_metadata *_metadata, ACCOUNT *self,
			     bool ready_before)
{
	struct host_vf *vf = &self->vf;

	ASSERT_EQ(0, guest_start(vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, host_attr_write(vf, "quiesce", "1"));
	if (ready_before)
		ASSERT_EQ(0, answer(vf, MIGCAP_VF_READY));
	ASSERT_EQ(0, answer(vf, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, unbind(vf, 0));
	ASSERT_STREQ("bme_off", host_attr(vf, "guest"));
	ASSERT_STREQ("quiesced", host_attr(vf, "quiesce"));

	ASSERT_EQ(0, vfio_mig_set(&vf->dev, PRE_COPY, &self->fd));
	EXPECT_EQ(-ENOMSG, drain(self));
	ASSERT_EQ(0, use_and_quiesce(vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, vfio_mig_set(&vf->dev, STOP_COPY, NULL));
	EXPECT_EQ(-EIO, drain(self));
}

TEST_F(account, parked_after_ready)
{
	if (variant->logs)
		SKIP(return, "of kernels without a log");
	park_and_migrate(_metadata, self, true);
}

TEST_F(account, parked_after_start)
{
	if (variant->logs)
		SKIP(return, "of kernels without a log");
	park_and_migrate(_metadata, self, false);
}

/* Where the log tells, it may be quiesced, and tells all. */
TEST_F(account, promise_without_ready)
{
	ASSERT_EQ(0, guest_start(&self->vf, CTRL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, unbind(&self->vf, MIGCAP_CTRL_DMA_TRACKED));
	ASSERT_STREQ("bme_off", host_attr(&self->vf, "guest"));
	if (variant->logs) {
		EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
		return;
	}
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(-EIO, drain(self));
}

/* A log that was started ahead of the guest is started anew. */
static int track(ACCOUNT *self, bool logs)
{
	int ret = guest_start(&self->vf, CTRL);

	if (!ret && logs)
		ret = vfio_log_stop(&self->vf.dev);
	return ret || !logs ? ret : dirty_log_start(&self->vf);
}

/* The same guest gets to READY in the end, with the driver gone. */
TEST_F(account, promise_kept_at_last)
{
	ASSERT_EQ(0, track(self, variant->logs));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, unbind(&self->vf, MIGCAP_CTRL_DMA_TRACKED));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, CTRL));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self));
	if (variant->logs)
		EXPECT_EQ(0, dirty_log_report(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(0, drain(self));
}

/* One that stays away without READY is not waited for without end. */
TEST_F(account, promise_never_kept)
{
	int ret = 1, i;

	if (variant->logs)
		SKIP(return, "of kernels without a log");
	ASSERT_EQ(0, host_attr_write(&self->vf, "ready_timeout_ms", "300"));
	ASSERT_EQ(0, guest_start(&self->vf, CTRL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, unbind(&self->vf, MIGCAP_CTRL_DMA_TRACKED));
	for (i = 0; i < 100 && ret > 0; i++)
		ret = read(self->fd, self->stream, STREAM_SIZE);
	EXPECT_EQ(-1, ret);
	EXPECT_EQ(ETIMEDOUT, errno);
}

/* READY, and then either the guest was told to track, or all is dirty. */
static void expect_accounted(struct __test_metadata *_metadata, ACCOUNT *self)
{
	uint8_t event = guest_read(&self->vf, MIGCAP_EVENT);

	EXPECT_EQ(MIGCAP_EVENT_TRACKING, event);
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(event & MIGCAP_EVENT_TRACKING ? 0 : DIRTY_PAGES,
		  dirty_log_report(&self->vf));
}

TEST_F(account, operator_asks_and_ends)
{
	if (!variant->logs)
		SKIP(return, "of the log alone");
	ASSERT_EQ(0, track(self, true));
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "1"));
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "0"));
	expect_accounted(_metadata, self);
}

TEST_F(account, operator_ends_nothing)
{
	if (!variant->logs)
		SKIP(return, "of the log alone");
	ASSERT_EQ(0, track(self, true));
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "0"));
	expect_accounted(_metadata, self);
}

TEST_F(account, operator_waits_in_vain)
{
	if (!variant->logs)
		SKIP(return, "of the log alone");
	ASSERT_EQ(0, track(self, true));
	ASSERT_EQ(0, host_attr_write(&self->vf, "ready_timeout_ms", "200"));
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "1"));
	ASSERT_TRUE(host_attr_becomes(&self->vf, "quiesce", "timeout", 3000));
	expect_accounted(_metadata, self);
}

TEST_F(account, log_begins_while_stopped)
{
	if (!variant->logs)
		SKIP(return, "of the log alone");
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	ASSERT_EQ(0, track(self, true));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	expect_accounted(_metadata, self);
}

TEST_F(account, log_outlives_a_migration)
{
	if (!variant->logs)
		SKIP(return, "of the log alone");
	ASSERT_EQ(0, track(self, true));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	expect_accounted(_metadata, self);
	ASSERT_EQ(0, vfio_log_stop(&self->vf.dev));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EVENT));
}

/* A VMM reset makes another guest of it, of which nothing is known. */
TEST_F(account, reset_ends_the_promise)
{
	if (!variant->logs)
		SKIP(return, "of the log alone");
	ASSERT_EQ(0, track(self, true));
	ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
	ASSERT_EQ(0, guest_start(&self->vf, CTRL));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(DIRTY_PAGES, dirty_log_report(&self->vf));
}

/* 0 if the VMM gets a complete stream, else how it is told. */
static int stop_copy(ACCOUNT *self)
{
	int ret = vfio_mig_set(&self->vf.dev, STOP_COPY, &self->fd);

	return ret ? ret : drain(self);
}

static int use_and_stop(ACCOUNT *self)
{
	int ret = guest_start(&self->vf, MIGCAP_CTRL_DRIVER);

	if (!ret && dirty_container_report(&self->vf) != DIRTY_PAGES)
		return -EIO;
	if (!ret)
		ret = host_quiesce(&self->vf);
	return ret ? ret : vfio_mig_set(&self->vf.dev, STOP, NULL);
}

/* A VMM without PRE_COPY, which takes the container's word. */
TEST_F(account, container_tells)
{
	if (variant->logs)
		SKIP(return, "of kernels without a log");
	ASSERT_EQ(0, use_and_stop(self));
	EXPECT_EQ(DIRTY_PAGES, dirty_container_report(&self->vf));
	EXPECT_EQ(0, stop_copy(self));
}

/* Stopped while in use, and continued: the container goes on telling. */
TEST_F(account, container_tells_after_a_stop)
{
	if (variant->logs)
		SKIP(return, "of kernels without a log");
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(DIRTY_PAGES, dirty_container_report(&self->vf));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	EXPECT_EQ(DIRTY_PAGES, dirty_container_report(&self->vf));
	EXPECT_EQ(0, stop_copy(self));
}

/* A stopped VM: its VMM asks for the size first, and sends memory then. */
TEST_F(account, stopped_vm)
{
	if (variant->logs)
		SKIP(return, "of kernels without a log");
	ASSERT_EQ(0, use_and_stop(self));
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	dirty_container_report(&self->vf);
	EXPECT_GT(DIRTY_PAGES, dirty_container_report(&self->vf));
	EXPECT_EQ(0, stop_copy(self));
}

/* The same, but the VM runs for a while before the end. */
TEST_F(account, stopped_vm_is_continued)
{
	if (variant->logs)
		SKIP(return, "of kernels without a log");
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	/* Asked again in the same migration, which this does not begin anew. */
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	EXPECT_EQ(-EBUSY, stop_copy(self));
	/* The next one is another. */
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	EXPECT_EQ(0, stop_copy(self));
}

/* A container remembers for longer than the device is open. */
TEST_F(account, device_is_opened_again)
{
	if (variant->logs)
		SKIP(return, "of kernels without a log");
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	close(self->fd);
	self->fd = -1;
	vfio_dev_close_fd(&self->vf.dev);
	ASSERT_EQ(0, vfio_dev_open_fd(&self->vf.dev));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	EXPECT_EQ(-EBUSY, stop_copy(self));
}

HOST_TEST_MAIN
