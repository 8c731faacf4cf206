// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a guest whose device's DMA is accounted for asked late, and waited for?
 *
 * The guest promises to track its device's DMA, which makes this so on every
 * kernel.  The VMM's behaviour is that of QEMU: MIG_DATA_SIZE is queried when
 * nearly all RAM is sent, again when some more of it is, and read() goes on until
 * it says that there is no more.
 *
 * Guarantees:
 *  - PRE_COPY is entered without a question; a MIG_DATA_SIZE query in it raises
 *    START if it comes soon after the last or intervals no longer shrink, unless
 *    they are seconds long, else the VMM is told to go on and nobody is asked; a
 *    query before PRE_COPY asks nobody;
 *  - until READY much is left to read and each read gives a little of it, after
 *    a wait, and never -ENOMSG; on READY the stream comes to its pause;
 *  - a guest that stays silent makes read() fail with -ETIMEDOUT, one that is
 *    stopped before READY with -EIO, one that takes its promise back with -EIO
 *    unless the kernel can log the DMA, and afterwards it runs on;
 *  - initial_bytes only fall; where the kernel has PRECOPY_INFO v2 and the VMM
 *    asked for it, REINIT tells once of each READY that was taken back;
 *  - poll() wakes a reader when there is something to read, and a read that must
 *    not block does not;
 *  - EVENT.TRACKING is set from PRE_COPY until END.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <poll.h>

#include "../lib/mig_states.h"
#include "host.h"

#define STREAM_SIZE	65536
#define MUCH		0x10000000000ULL	/* a terabyte */
#define CTRL		(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)
#define LATE_MS		300		/* from query to query */
#define AWAY_MS		100		/* between two reads, of who is busy */

FIXTURE(late) {
	struct host_vf vf;
	uint8_t stream[STREAM_SIZE];
	uint64_t size;
	int fd;
};

FIXTURE_SETUP(late)
{
	self->fd = -1;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, CTRL));
	if (guest_read(&self->vf, MIGCAP_CTRL) != CTRL)
		SKIP(return, "the host makes no use of guest-tracked DMA");
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	EXPECT_GT(MUCH, self->size);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
}

FIXTURE_TEARDOWN(late)
{
	if (self->fd >= 0)
		close(self->fd);
	host_close(&self->vf);
}

/* Some RAM is sent, and the VMM looks at what is left. */
static bool is_asked_after(struct host_vf *vf, int ms)
{
	uint64_t size;

	usleep(ms * 1000);
	return !vfio_mig_data_size(&vf->dev, &size) && size > MUCH &&
	       guest_read(vf, MIGCAP_VMM_STATUS) == MIGCAP_VMM_START;
}

static int answer(struct host_vf *vf, uint8_t status)
{
	return guest_write(vf, MIGCAP_VF_STATUS, status);
}

/* Read until the end of what there is, or @times times. */
static int drain(int fd, uint8_t *buf, int times)
{
	ssize_t ret = 0;

	while (times--) {
		ret = read(fd, buf, STREAM_SIZE);
		if (ret <= 0)
			return ret < 0 ? -errno : 0;
	}
	return 1;
}

/* The VMM does not wait for what nobody has been asked for. */
TEST_F(late, stream_pauses_before_the_question)
{
	struct vfio_precopy_info info;

	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 10));
	usleep(LATE_MS * 1000);
	ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
	EXPECT_LT(MUCH, info.initial_bytes);
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

TEST_F(late, late_query_asks_nobody)
{
	struct vfio_precopy_info info;

	usleep(LATE_MS * 1000);
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	EXPECT_LT(MUCH, self->size);
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 10));
	ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
	EXPECT_LT(MUCH, info.initial_bytes);
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EPOCH));
	EXPECT_EQ(0, host_ask(&self->vf));
}

/* A VMM need not query MIG_DATA_SIZE at all. */
TEST_F(late, precopy_info_asks_as_well)
{
	struct vfio_precopy_info info;
	int i;

	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 10));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
		ASSERT_LT(MUCH, info.initial_bytes);
		if (guest_read(&self->vf, MIGCAP_VMM_STATUS) == MIGCAP_VMM_START)
			break;
	}
	ASSERT_EQ(MIGCAP_VMM_START, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
	ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
	EXPECT_EQ(0, info.initial_bytes);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(0, drain(self->fd, self->stream, 5));
}

TEST_F(late, intervals_that_shrink_ask_nobody)
{
	ASSERT_FALSE(is_asked_after(&self->vf, 10 * LATE_MS));
	ASSERT_FALSE(is_asked_after(&self->vf, LATE_MS));
	/* Nor do those that are seconds long: RAM does not converge. */
	ASSERT_FALSE(is_asked_after(&self->vf, 10 * LATE_MS));
	ASSERT_FALSE(is_asked_after(&self->vf, 10 * LATE_MS));
	ASSERT_EQ(0, guest_read(&self->vf, MIGCAP_EPOCH));
	EXPECT_EQ(0, host_ask(&self->vf));
}

TEST_F(late, intervals_that_do_not_shrink_ask)
{
	int i;

	for (i = 0; i < 20 && !is_asked_after(&self->vf, LATE_MS); i++)
		;
	EXPECT_LT(2, i);
	EXPECT_GT(20, i);
}

TEST_F(late, query_asks_and_answer_ends_the_wait)
{
	struct vfio_precopy_info info;

	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	EXPECT_LT(MUCH, self->size);
	EXPECT_EQ(MIGCAP_VMM_START, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(1, guest_read(&self->vf, MIGCAP_EPOCH));
	ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
	EXPECT_LT(MUCH, info.initial_bytes);
	EXPECT_EQ(1, drain(self->fd, self->stream, 5));

	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
	ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
	EXPECT_EQ(0, info.initial_bytes);
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	EXPECT_GT(MUCH, self->size);
	EXPECT_EQ(1, guest_read(&self->vf, MIGCAP_EPOCH));

	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(0, drain(self->fd, self->stream, 5));
}

/* The flags that the VMM sees, -1 if the ioctl fails. */
static int precopy_flags(int fd)
{
	struct vfio_precopy_info info;

	return vfio_mig_precopy_info(fd, &info) ? -1 : (int)info.flags;
}

/* Without REINIT, what the VMM is told only falls. */
TEST_F(late, initial_bytes_only_fall)
{
	struct vfio_precopy_info info;
	uint64_t last = UINT64_MAX;
	int i;

	ASSERT_EQ(0, host_ask(&self->vf));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, answer(&self->vf, i % 2 ? MIGCAP_VF_WAIT :
						       MIGCAP_VF_READY));
		drain(self->fd, self->stream, 5);
		ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
		EXPECT_GE(last, info.initial_bytes);
		last = info.initial_bytes;
		ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
		EXPECT_EQ(i % 2, self->size > MUCH);
	}
}

TEST_F(late, reinit_tells_of_each_change_of_mind)
{
	int ret = vfio_mig_precopy_v2(&self->vf.dev);

	if (ret == -ENOTTY)
		SKIP(return, "this kernel has no PRECOPY_INFO v2");
	ASSERT_EQ(0, ret);
	EXPECT_EQ(0, precopy_flags(self->fd));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 10));
	EXPECT_EQ(0, precopy_flags(self->fd));
	ASSERT_EQ(0, host_ask(&self->vf));
	EXPECT_EQ(0, precopy_flags(self->fd));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
	EXPECT_EQ(0, precopy_flags(self->fd));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_EQ(VFIO_PRECOPY_INFO_REINIT, precopy_flags(self->fd));
	EXPECT_EQ(0, precopy_flags(self->fd));
	EXPECT_EQ(1, drain(self->fd, self->stream, 5));
	/* One that is over before the VMM looks is not told. */
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
	EXPECT_EQ(0, precopy_flags(self->fd));
}

TEST_F(late, reinit_is_for_who_asks)
{
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 10));
	ASSERT_EQ(0, host_ask(&self->vf));
	EXPECT_EQ(0, precopy_flags(self->fd));
}

static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, timeout_ms) == 1 && pfd.revents & POLLIN;
}

TEST_F(late, polling_reader_sleeps_until_ready)
{
	EXPECT_TRUE(is_readable(self->fd, 0));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 10));
	EXPECT_FALSE(is_readable(self->fd, 0));
	ASSERT_EQ(0, host_ask(&self->vf));
	EXPECT_FALSE(is_readable(self->fd, AWAY_MS));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_TRUE(is_readable(self->fd, 0));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
	EXPECT_FALSE(is_readable(self->fd, 0));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_TRUE(is_readable(self->fd, 0));
	EXPECT_EQ(0, drain(self->fd, self->stream, 5));
	EXPECT_TRUE(is_readable(self->fd, 0));
}

TEST_F(late, nonblocking_read_does_not_wait)
{
	long long begin;
	int i;

	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	begin = now_ns();
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(1, drain(self->fd, self->stream, 1))
			TH_LOG("read %d", i);
	}
	/* Each of them would have waited for 100 ms. */
	EXPECT_GT(100 * 50 * NSEC_PER_MSEC, now_ns() - begin);
}

static long long read_ns(int fd, uint8_t *buf)
{
	long long begin = now_ns();

	return drain(fd, buf, 1) == 1 ? now_ns() - begin : -1;
}

/* No busy loop; a reader with other things to send is not kept from it. */
TEST_F(late, reads_without_an_answer_take_a_moment)
{
	long long at_once, late;

	/* A read that finds nothing counts: the reader was here. */
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 10));
	usleep(AWAY_MS * 1000);
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 1));
	ASSERT_EQ(0, host_ask(&self->vf));
	at_once = read_ns(self->fd, self->stream);
	usleep(AWAY_MS * 1000);
	late = read_ns(self->fd, self->stream);
	EXPECT_LT(NSEC_PER_MSEC, late);
	EXPECT_LT(2 * late, at_once);
	/* Nor may one that asks for nothing else wait for long. */
	EXPECT_GT(2000 * NSEC_PER_MSEC, at_once);
}

TEST_F(late, silence_times_out)
{
	int ret;

	ASSERT_EQ(0, host_attr_write(&self->vf, "ready_timeout_ms", "200"));
	ASSERT_EQ(0, host_ask(&self->vf));
	ret = drain(self->fd, self->stream, 10000);
	EXPECT_EQ(-ETIMEDOUT, ret);
	EXPECT_EQ(-ETIMEDOUT, atoi(host_attr(&self->vf, "last_error")));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(2, guest_read(&self->vf, MIGCAP_EPOCH));
}

TEST_F(late, stopped_before_ready)
{
	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY_P2P, NULL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(-EIO, drain(self->fd, self->stream, 5));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
}

TEST_F(late, promise_taken_back)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, CTRL));
	if (!host_logs_dma(&self->vf)) {
		/* The VMM goes on until it reads. */
		ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
		EXPECT_LT(MUCH, self->size);
		EXPECT_EQ(-EIO, drain(self->fd, self->stream, 5));
		return;
	}
	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
}

/* With the promise kept, using the device again only means one more wait. */
TEST_F(late, mind_changed)
{
	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_EQ(1, drain(self->fd, self->stream, 5));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, drain(self->fd, self->stream, 5));
}

TEST_F(late, cancelled_before_and_after_the_question)
{
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EPOCH));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EVENT));
	close(self->fd);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(0, host_ask(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(2, guest_read(&self->vf, MIGCAP_EPOCH));
}

TEST_F(late, tracking_is_told)
{
	EXPECT_EQ(MIGCAP_EVENT_TRACKING, guest_read(&self->vf, MIGCAP_EVENT));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EPOCH));
	ASSERT_EQ(0, host_ask(&self->vf));
	EXPECT_EQ(MIGCAP_EVENT_TRACKING, guest_read(&self->vf, MIGCAP_EVENT));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EVENT));
}

HOST_TEST_MAIN
