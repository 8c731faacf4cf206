// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do operator, driver and guest agree on where the question stands?
 *
 * Guarantees:
 *  - quiesce asks once, tells whether the guest has answered, gives up when it
 *    is told to or when the guest's time is over, and refuses to ask nobody;
 *  - EPOCH counts each START and each END;
 *  - whoever polls state, guest, epoch or quiesce is woken by a change;
 *  - a guest that lies, changes its mind or writes garbage harms itself alone:
 *    what it says at last holds, and a migration that its device wrote into
 *    fails.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <poll.h>

#include "../lib/mig_states.h"
#include "host.h"

#define STREAM_SIZE	65536
#define TIMEOUT_MS	200

FIXTURE(handshake) {
	struct host_vf vf;
	uint8_t stream[STREAM_SIZE];
	int fd;
};

FIXTURE_SETUP(handshake)
{
	self->fd = -1;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
}

FIXTURE_TEARDOWN(handshake)
{
	if (self->fd >= 0)
		close(self->fd);
	host_close(&self->vf);
}

static int ask(struct host_vf *vf)
{
	return host_attr_write(vf, "quiesce", "1");
}

static int give_up(struct host_vf *vf)
{
	return host_attr_write(vf, "quiesce", "0");
}

static int answer(struct host_vf *vf, uint8_t status)
{
	return guest_write(vf, MIGCAP_VF_STATUS, status);
}

/* The whole picture at once: register, count, and the operator's two files. */
static void expect_stand(struct __test_metadata *_metadata, struct host_vf *vf,
			 uint8_t vmm_status, unsigned int epoch,
			 const char *guest, const char *quiesce)
{
	EXPECT_EQ(vmm_status, guest_read(vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ((uint8_t)epoch, guest_read(vf, MIGCAP_EPOCH));
	EXPECT_EQ((uint8_t)epoch, atoi(host_attr(vf, "epoch")));
	EXPECT_STREQ(guest, host_attr(vf, "guest"));
	EXPECT_STREQ(quiesce, host_attr(vf, "quiesce"));
}

TEST_F(handshake, question_and_answer)
{
	long starts = host_counter(&self->vf, "starts");
	long ends = host_counter(&self->vf, "ends");
	long ready = host_counter(&self->vf, "ready");

	expect_stand(_metadata, &self->vf, MIGCAP_VMM_END, 0, "present",
		     "idle");
	ASSERT_EQ(0, ask(&self->vf));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_START, 1, "present",
		     "asked");
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_START, 1, "ready",
		     "quiesced");
	ASSERT_EQ(0, give_up(&self->vf));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_END, 2, "standing",
		     "idle");
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_END, 2, "present",
		     "idle");
	EXPECT_EQ(starts + 1, host_counter(&self->vf, "starts"));
	EXPECT_EQ(ends + 1, host_counter(&self->vf, "ends"));
	EXPECT_EQ(ready + 1, host_counter(&self->vf, "ready"));
}

TEST_F(handshake, asking_twice_is_one_question)
{
	ASSERT_EQ(0, ask(&self->vf));
	ASSERT_EQ(0, ask(&self->vf));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_START, 1, "present",
		     "asked");
}

TEST_F(handshake, giving_up)
{
	ASSERT_EQ(0, give_up(&self->vf));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_END, 0, "present",
		     "idle");
	ASSERT_EQ(0, ask(&self->vf));
	ASSERT_EQ(0, give_up(&self->vf));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_END, 2, "present",
		     "idle");
}

TEST_F(handshake, silence)
{
	long timeouts = host_counter(&self->vf, "timeouts");
	long long asked;

	ASSERT_EQ(0, host_attr_write(&self->vf, "ready_timeout_ms", "200"));
	asked = now_ns();
	ASSERT_EQ(0, ask(&self->vf));
	ASSERT_TRUE(host_attr_becomes(&self->vf, "quiesce", "timeout", 3000));
	EXPECT_LE(TIMEOUT_MS * NSEC_PER_MSEC, now_ns() - asked);
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_END, 2, "present",
		     "timeout");
	EXPECT_EQ(timeouts + 1, host_counter(&self->vf, "timeouts"));
	EXPECT_EQ(-ETIMEDOUT, atoi(host_attr(&self->vf, "last_error")));

	/* It is no obstacle to the next question. */
	ASSERT_EQ(0, host_quiesce(&self->vf));
	sleep_ms(2 * TIMEOUT_MS);
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_START, 3, "ready",
		     "quiesced");
	EXPECT_EQ(timeouts + 1, host_counter(&self->vf, "timeouts"));
}

TEST_F(handshake, answer_after_the_timeout_is_standing)
{
	ASSERT_EQ(0, host_attr_write(&self->vf, "ready_timeout_ms", "50"));
	ASSERT_EQ(0, ask(&self->vf));
	ASSERT_TRUE(host_attr_becomes(&self->vf, "quiesce", "timeout", 3000));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_STREQ("standing", host_attr(&self->vf, "guest"));
}

TEST_F(handshake, nobody_is_not_asked)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	EXPECT_EQ(-EOPNOTSUPP, ask(&self->vf));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_END, 0, "absent", "idle");
	EXPECT_EQ(-EOPNOTSUPP, atoi(host_attr(&self->vf, "last_error")));
}

TEST_F(handshake, an_interrupt_handler_is_somebody)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL,
				 MIGCAP_CTRL_IRQ_ENABLE));
	ASSERT_EQ(0, ask(&self->vf));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_START, 1, "present",
		     "asked");
}

TEST_F(handshake, idle_device_is_quiesced_at_once)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, false));
	EXPECT_STREQ("bme_off", host_attr(&self->vf, "guest"));
	ASSERT_EQ(0, ask(&self->vf));
	EXPECT_STREQ("quiesced", host_attr(&self->vf, "quiesce"));
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, true));
	EXPECT_STREQ("asked", host_attr(&self->vf, "quiesce"));
}

TEST_F(handshake, standing_ready_is_quiesced_at_once)
{
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_STREQ("standing", host_attr(&self->vf, "guest"));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	EXPECT_STREQ("standing", host_attr(&self->vf, "guest"));
	ASSERT_EQ(0, ask(&self->vf));
	EXPECT_STREQ("quiesced", host_attr(&self->vf, "quiesce"));
}

TEST_F(handshake, closed_device)
{
	ASSERT_EQ(0, ask(&self->vf));
	vfio_dev_close(&self->vf.dev);
	EXPECT_STREQ("closed", host_attr(&self->vf, "state"));
	EXPECT_STREQ("absent", host_attr(&self->vf, "guest"));
	EXPECT_STREQ("idle", host_attr(&self->vf, "quiesce"));
	EXPECT_STREQ("0", host_attr(&self->vf, "epoch"));
	EXPECT_EQ(-ENODEV, ask(&self->vf));
	EXPECT_EQ(-ENODEV, give_up(&self->vf));
}

TEST_F(handshake, epoch_counts_and_wraps)
{
	unsigned int i;

	for (i = 0; i < 300; i += 2) {
		ASSERT_EQ((uint8_t)i, guest_read(&self->vf, MIGCAP_EPOCH));
		ASSERT_EQ(0, ask(&self->vf));
		ASSERT_EQ((uint8_t)(i + 1),
			  guest_read(&self->vf, MIGCAP_EPOCH));
		ASSERT_EQ(0, give_up(&self->vf));
	}
}

struct watch {
	const char *name;
	struct pollfd pfd;
};

static void watch_begin(struct host_vf *vf, struct watch *watch)
{
	char path[PCI_DIR_SIZE + 32], dir[PCI_DIR_SIZE], buf[64];

	snprintf(path, sizeof(path), "%s/migcap/%s", pci_dir(vf->bdf, dir),
		 watch->name);
	watch->pfd.fd = open(path, O_RDONLY | O_CLOEXEC);
	watch->pfd.events = POLLPRI;
	if (pread(watch->pfd.fd, buf, sizeof(buf), 0) < 0)
		watch->pfd.fd = -1;
}

static bool watch_wakes(struct watch *watch)
{
	char buf[64];

	if (poll(&watch->pfd, 1, 1000) != 1 ||
	    !(watch->pfd.revents & POLLPRI))
		return false;
	return pread(watch->pfd.fd, buf, sizeof(buf), 0) > 0;
}

TEST_F(handshake, polling_wakes)
{
	struct watch state = { "state" }, guest = { "guest" };
	struct watch epoch = { "epoch" }, quiesce = { "quiesce" };

	watch_begin(&self->vf, &state);
	watch_begin(&self->vf, &guest);
	watch_begin(&self->vf, &epoch);
	watch_begin(&self->vf, &quiesce);
	EXPECT_EQ(0, poll(&state.pfd, 1, 0));

	ASSERT_EQ(0, ask(&self->vf));
	EXPECT_TRUE(watch_wakes(&epoch));
	EXPECT_TRUE(watch_wakes(&quiesce));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_TRUE(watch_wakes(&guest));
	EXPECT_TRUE(watch_wakes(&quiesce));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, NULL));
	EXPECT_TRUE(watch_wakes(&state));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_TRUE(watch_wakes(&state));
	EXPECT_TRUE(watch_wakes(&epoch));
	EXPECT_TRUE(watch_wakes(&quiesce));
	ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
	EXPECT_TRUE(watch_wakes(&guest));
	vfio_dev_close(&self->vf.dev);
	EXPECT_TRUE(watch_wakes(&state));
}

TEST_F(handshake, changing_ones_mind)
{
	int i;

	ASSERT_EQ(0, ask(&self->vf));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
		ASSERT_FALSE(host_phys_bus_master(host_vf_name));
		ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
		ASSERT_TRUE(host_phys_bus_master(host_vf_name));
	}
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_START, 1, "present",
		     "asked");
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_START, 1, "ready",
		     "quiesced");
}

TEST_F(handshake, garbage)
{
	unsigned int reg, val;

	ASSERT_EQ(0, ask(&self->vf));
	for (val = 2; val < 256; val++)
		for (reg = 0; reg < MIGCAP_LENGTH_VALUE; reg++)
			if (reg != MIGCAP_CTRL)
				ASSERT_EQ(0, guest_write(&self->vf, reg, val));
	expect_stand(_metadata, &self->vf, MIGCAP_VMM_START, 1, "present",
		     "asked");
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

static int begin_precopy(struct host_vf *vf, int *fd)
{
	int ret = host_quiesce(vf);

	return ret ? ret : vfio_mig_set(&vf->dev, PRE_COPY, fd);
}

/* Where DMA is not logged, a device in use during PRE_COPY is a lost page. */
TEST_F(handshake, migration_fails_if_ready_is_taken_back)
{
	int end;

	if (host_logs_dma(&self->vf))
		SKIP(return, "this kernel logs the device's DMA");
	ASSERT_EQ(0, begin_precopy(&self->vf, &self->fd));
	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	ASSERT_EQ(-ENOMSG, end);
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));

	/* The arcs succeed: failing them would make the VMM reset the VF. */
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY_P2P, NULL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	EXPECT_EQ(-EIO, end);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

/* What the device wrote in between is lost, READY or not. */
static void use_the_device_for_a_moment(struct __test_metadata *_metadata,
					struct host_vf *vf)
{
	ASSERT_EQ(0, answer(vf, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, answer(vf, MIGCAP_VF_READY));
}

TEST_F(handshake, dma_after_the_first_read_is_noticed)
{
	int end;

	if (host_logs_dma(&self->vf))
		SKIP(return, "this kernel logs the device's DMA");
	ASSERT_EQ(0, begin_precopy(&self->vf, &self->fd));
	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	ASSERT_EQ(-ENOMSG, end);
	use_the_device_for_a_moment(_metadata, &self->vf);
	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	EXPECT_EQ(-EIO, end);
}

TEST_F(handshake, dma_before_the_first_read_is_noticed)
{
	int end;

	if (host_logs_dma(&self->vf))
		SKIP(return, "this kernel logs the device's DMA");
	ASSERT_EQ(0, begin_precopy(&self->vf, &self->fd));
	use_the_device_for_a_moment(_metadata, &self->vf);
	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	if (end == -ENOMSG) {
		ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
		vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	}
	EXPECT_EQ(-EIO, end);
}

TEST_F(handshake, nobody_left_while_saving)
{
	int end;

	ASSERT_EQ(0, begin_precopy(&self->vf, &self->fd));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	EXPECT_TRUE(end == -EOPNOTSUPP || end == -EIO)
		TH_LOG("read() ended with %d", end);
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
}

HOST_TEST_MAIN
