// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does each START come to an end in time, whatever guest and VMM do?
 *
 * Guarantees:
 *  - a guest that is not READY within ready_timeout_ms of START, or takes it back
 *    after that, has timed out, also if it was READY in between, or had its device
 *    switched off at first;
 *  - a VMM is never told that it may stop the VM, and then that it should not have;
 *  - after quiesced_limit_ms of READY the guest has its device back, and the
 *    migration goes on; one whose guest was quiesced ahead has no such limit;
 *  - an operator can give the device back in every state.
 */
#include <kselftest_harness.h>

#include "../lib/mig_states.h"
#include "host.h"
#include "trip.h"

#define CTRL		(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)
#define MUCH		0x10000000000ULL	/* a terabyte */
#define TOGGLE_MS	200	/* from WAIT to WAIT */
#define PATIENCE_MS	4000	/* the limits are 300 ms */

FIXTURE(deadline) {
	struct host_vf vf;
	uint8_t stream[65536];
	uint64_t size;
	int fd;
};

#define DEADLINE	FIXTURE_DATA(deadline)

FIXTURE_SETUP(deadline)
{
	self->fd = -1;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, host_attr_write(&self->vf, "ready_timeout_ms", "300"));
}

FIXTURE_TEARDOWN(deadline)
{
	if (self->fd >= 0)
		close(self->fd);
	host_close(&self->vf);
}

static int answer(struct host_vf *vf, uint8_t status)
{
	return guest_write(vf, MIGCAP_VF_STATUS, status);
}

static int quiesce(struct host_vf *vf, const char *what)
{
	return host_attr_write(vf, "quiesce", what);
}

static void toggle(struct host_vf *vf)
{
	answer(vf, MIGCAP_VF_READY);
	answer(vf, MIGCAP_VF_WAIT);
}

/* What ends the reads, or 0 after PATIENCE_MS of data or pauses. */
static int read_until_error(DEADLINE *self, bool toggles)
{
	long long begin = now_ns(), next = begin;
	ssize_t ret;

	while (now_ns() - begin < PATIENCE_MS * NSEC_PER_MSEC) {
		if (toggles && now_ns() >= next) {
			toggle(&self->vf);
			next = now_ns() + TOGGLE_MS * NSEC_PER_MSEC;
		}
		ret = read(self->fd, self->stream, sizeof(self->stream));
		if (ret < 0 && errno != ENOMSG)
			return -errno;
	}
	return 0;
}

/* Read until the end of what there is. */
static int drain(DEADLINE *self)
{
	int end;

	vfio_mig_read_all(self->fd, self->stream, sizeof(self->stream), &end);
	return end;
}

static int begin_late(DEADLINE *self)
{
	int ret = guest_start(&self->vf, CTRL);

	if (!ret)
		ret = vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd);
	return ret ? ret : host_ask(&self->vf);
}

TEST_F(deadline, vmm_asks_guest_toggles)
{
	ASSERT_EQ(0, begin_late(self));
	EXPECT_EQ(-ETIMEDOUT, read_until_error(self, true));
}

TEST_F(deadline, operator_asks_guest_toggles)
{
	long long begin = now_ns();

	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, quiesce(&self->vf, "1"));
	while (now_ns() - begin < PATIENCE_MS / 2 * NSEC_PER_MSEC) {
		toggle(&self->vf);
		sleep_ms(TOGGLE_MS);
	}
	EXPECT_STREQ("timeout", host_attr(&self->vf, "quiesce"));
}

/* CTRL 0, Bus Master Enable clear; START; then the agent comes and is silent. */
TEST_F(deadline, operator_asks_in_bme_off)
{
	ASSERT_STREQ("bme_off", host_attr(&self->vf, "guest"));
	ASSERT_EQ(0, quiesce(&self->vf, "1"));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER));
	EXPECT_TRUE(host_attr_becomes(&self->vf, "quiesce", "timeout",
				      PATIENCE_MS));
}

TEST_F(deadline, vmm_asks_in_bme_off)
{
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(MIGCAP_VMM_START, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER));
	EXPECT_EQ(-ETIMEDOUT, read_until_error(self, false));
}

/* The same, but the VMM has come to READY's pause before the agent comes. */
TEST_F(deadline, vmm_is_not_told_to_stop_in_vain)
{
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(-ENOMSG, drain(self));
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	ASSERT_GT(MUCH, self->size);
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER));
	ASSERT_STREQ("present", host_attr(&self->vf, "guest"));
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	EXPECT_LT(MUCH, self->size);
}

static int limit(struct host_vf *vf, const char *ms)
{
	return host_attr_write(vf, "quiesced_limit_ms", ms);
}

TEST_F(deadline, ready_is_limited)
{
	long limits = host_counter(&self->vf, "limits");

	ASSERT_EQ(0, limit(&self->vf, "300"));
	ASSERT_EQ(0, begin_late(self));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(-ENOMSG, drain(self));
	EXPECT_TRUE(host_attr_becomes(&self->vf, "guest", "standing",
				      PATIENCE_MS));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(limits + 1, host_counter(&self->vf, "limits"));
	EXPECT_EQ(-ETIME, atoi(host_attr(&self->vf, "last_error")));

	/* The guest takes its device back, and the migration goes on. */
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &self->size));
	EXPECT_LT(MUCH, self->size);
	EXPECT_EQ(-ENOMSG, drain(self));
	/* It is not asked again at once. */
	EXPECT_EQ(-ETIME, host_ask(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
}

/* The VMM may have decided to stop the VM at the same moment. */
TEST_F(deadline, stopped_at_the_limit)
{
	ASSERT_EQ(0, limit(&self->vf, "300"));
	ASSERT_EQ(0, begin_late(self));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(-ENOMSG, drain(self));
	EXPECT_TRUE(host_attr_becomes(&self->vf, "guest", "standing",
				      PATIENCE_MS));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(0, drain(self));
}

TEST_F(deadline, no_limit_once_stopped)
{
	long limits = host_counter(&self->vf, "limits");

	ASSERT_EQ(0, limit(&self->vf, "300"));
	ASSERT_EQ(0, begin_late(self));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(-ENOMSG, drain(self));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	sleep_ms(600);
	EXPECT_EQ(limits, host_counter(&self->vf, "limits"));
	EXPECT_EQ(0, drain(self));
}

TEST_F(deadline, no_limit_if_it_is_zero)
{
	ASSERT_EQ(0, limit(&self->vf, "0"));
	ASSERT_EQ(0, begin_late(self));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	sleep_ms(600);
	EXPECT_STREQ("ready", host_attr(&self->vf, "guest"));
}

TEST_F(deadline, no_limit_where_it_was_quiesced_ahead)
{
	ASSERT_EQ(0, limit(&self->vf, "300"));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(-ENOMSG, drain(self));
	sleep_ms(600);
	EXPECT_STREQ("ready", host_attr(&self->vf, "guest"));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(0, drain(self));
}

static void expect_given_back(struct __test_metadata *_metadata,
			      DEADLINE *self, int end)
{
	ASSERT_EQ(0, quiesce(&self->vf, "0"));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(end, drain(self));
}

TEST_F(deadline, given_back_while_asked)
{
	ASSERT_EQ(0, begin_late(self));
	expect_given_back(_metadata, self, -ECANCELED);
	EXPECT_EQ(-ECANCELED, atoi(host_attr(&self->vf, "last_error")));
}

TEST_F(deadline, given_back_while_ready)
{
	ASSERT_EQ(0, begin_late(self));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(-ENOMSG, drain(self));
	expect_given_back(_metadata, self, -ECANCELED);
}

TEST_F(deadline, given_back_before_the_question)
{
	ASSERT_EQ(0, guest_start(&self->vf, CTRL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	EXPECT_EQ(0, quiesce(&self->vf, "0"));
	EXPECT_EQ(-ENOMSG, drain(self));
	EXPECT_EQ(0, host_ask(&self->vf));
}

TEST_F(deadline, given_back_in_stop_copy)
{
	ASSERT_EQ(0, begin_late(self));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(-ENOMSG, drain(self));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	expect_given_back(_metadata, self, -ECANCELED);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
}

TEST_F(deadline, given_back_in_stop)
{
	ASSERT_EQ(0, guest_start(&self->vf, CTRL));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	ASSERT_EQ(0, quiesce(&self->vf, "0"));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
}

/*
 * The destination's operator had asked, of nobody, before the guest arrived; and
 * gives the device back before it runs.
 */
TEST_F(deadline, arriving_guest_gets_its_end)
{
	struct trip_stream stream;

	ASSERT_EQ(0, trip_begin(&self->vf));
	ASSERT_EQ(0, host_stop_copy(&self->vf, &self->fd));
	ASSERT_EQ(0, trip_read(self->fd, &stream));
	close(self->fd);
	self->fd = -1;
	host_close(&self->vf);

	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_STREQ("bme_off", host_attr(&self->vf, "guest"));
	ASSERT_EQ(0, quiesce(&self->vf, "1"));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RESUMING, &self->fd));
	EXPECT_EQ(0, quiesce(&self->vf, "0"));
	ASSERT_EQ((ssize_t)stream.size,
		  vfio_mig_write_all(self->fd, stream.bytes, stream.size,
				     stream.size));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	EXPECT_EQ(0, quiesce(&self->vf, "0"));
	EXPECT_EQ(MIGCAP_VMM_START, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	/* A guest may use the device again by this alone. */
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, true));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

HOST_TEST_MAIN
