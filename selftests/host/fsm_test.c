// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does every one of the 8 x 8 state transitions end as the VFIO uAPI says?
 *
 * What is expected is computed here, from the arcs and the two rules for
 * combining them that the uAPI text gives, and not from a table of results.
 *
 * Guarantees:
 *  - a transition that the rules allow succeeds and ends in its target, one
 *    that they do not allow fails with EINVAL and changes nothing;
 *  - a data fd comes with the transitions whose last arc starts a session, and
 *    with no other;
 *  - moving within the saving group keeps the session, leaving it ends it;
 *  - a guest that is not quiesced is refused where DMA would go unnoticed, and
 *    the state stays what it was.
 */
#include <kselftest_harness.h>

#include "../lib/mig_states.h"
#include "host.h"

#define STREAM_SIZE	65536

/* The arcs of the uAPI, and which of them start a data transfer session. */
static const struct arc {
	uint32_t from;
	uint32_t to;
	bool session;
} arcs[] = {
	{ RUNNING_P2P, STOP },
	{ STOP_COPY, STOP },
	{ RESUMING, STOP },
	{ PRE_COPY, RUNNING },
	{ RUNNING_P2P, RUNNING },
	{ PRE_COPY_P2P, RUNNING_P2P },
	{ RUNNING, RUNNING_P2P },
	{ STOP, RUNNING_P2P },
	{ RUNNING, PRE_COPY, true },
	{ RUNNING_P2P, PRE_COPY_P2P, true },
	{ STOP, STOP_COPY, true },
	{ PRE_COPY, PRE_COPY_P2P },
	{ PRE_COPY_P2P, PRE_COPY },
	{ PRE_COPY_P2P, STOP_COPY },
	{ STOP, RESUMING, true },
};

static bool is_saving(uint32_t state)
{
	return state == PRE_COPY || state == PRE_COPY_P2P || state == STOP_COPY;
}

/*
 * "The path cannot have saving group states as interior arcs, only starting
 * and end states": a state of the group is passed only within the group.
 */
static bool may_pass(uint32_t state, uint32_t from, uint32_t to)
{
	return !is_saving(state) || (is_saving(from) && is_saving(to));
}

/* The shortest path's length and whether its last arc starts a session. */
static int path_length(uint32_t at, uint32_t from, uint32_t to, int depth,
		       bool *session)
{
	int best = NR_STATES, length;
	unsigned int i;
	bool starts;

	if (at == to)
		return 0;
	if (depth == NR_STATES || (at != from && !may_pass(at, from, to)))
		return NR_STATES;
	for (i = 0; i < ARRAY_SIZE(arcs); i++) {
		if (arcs[i].from != at)
			continue;
		starts = arcs[i].session;
		length = 1 + path_length(arcs[i].to, from, to, depth + 1,
					 &starts);
		if (length >= best)
			continue;
		best = length;
		*session = starts;
	}
	return best;
}

/* 0 or -errno, and whether a data fd comes. */
static int expected(uint32_t from, uint32_t to, bool *session)
{
	*session = false;
	if (to == ERROR || to >= NR_STATES)
		return -EINVAL;
	if (from == STOP_COPY && (to == PRE_COPY || to == PRE_COPY_P2P))
		return -EINVAL;
	return path_length(from, from, to, 0, session) < NR_STATES ? 0 :
								     -EINVAL;
}

FIXTURE(fsm) {
	struct host_vf vf;
	uint8_t stream[STREAM_SIZE];
	int fd;
};

FIXTURE_VARIANT(fsm) {
	bool standing;
};

/* The guest has been asked and has answered. */
FIXTURE_VARIANT_ADD(fsm, asked) {
	.standing = false,
};

/* The guest has said READY before anybody asked. */
FIXTURE_VARIANT_ADD(fsm, standing) {
	.standing = true,
};

FIXTURE_SETUP(fsm)
{
	self->fd = -1;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
}

FIXTURE_TEARDOWN(fsm)
{
	if (self->fd >= 0)
		close(self->fd);
	host_close(&self->vf);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int quiesce(struct host_vf *vf, bool standing)
{
	int ret = guest_start(vf, MIGCAP_CTRL_DRIVER);

	if (ret)
		return ret;
	if (standing)
		return guest_write(vf, MIGCAP_VF_STATUS, MIGCAP_VF_READY);
	return host_quiesce(vf);
}

/* RESUMING with a complete stream in it, so that it may be left. */
static int reach_resuming(struct host_vf *vf, uint8_t *stream, int *fd)
{
	size_t size;
	int ret, end;

	ret = vfio_mig_set(&vf->dev, STOP_COPY, fd);
	if (ret)
		return ret;
	size = vfio_mig_read_all(*fd, stream, STREAM_SIZE, &end);
	close_fd(fd);
	if (end)
		return end;
	ret = vfio_mig_set(&vf->dev, RESUMING, fd);
	if (ret)
		return ret;
	ret = vfio_mig_write_all(*fd, stream, size, size);
	return ret < 0 ? ret : 0;
}

/*
 * A container that counts the device as silent since an earlier migration bears no
 * STOP_COPY out of the blue.  So where DMA is not logged, all begins anew.
 */
static int renew(struct host_vf *vf)
{
	if (host_logs_dma(vf))
		return vfio_dev_reset(&vf->dev);
	return host_reopen(vf);
}

/* A fresh device in the state, with the session's fd if it has one. */
static int reach(struct host_vf *vf, uint32_t state, bool standing,
		 uint8_t *stream, int *fd)
{
	int ret;

	close_fd(fd);
	ret = renew(vf);
	if (!ret)
		ret = quiesce(vf, standing);
	if (ret)
		return ret;
	if (state == RUNNING)
		return 0;
	if (state == RESUMING)
		return reach_resuming(vf, stream, fd);
	return vfio_mig_set(&vf->dev, state, fd);
}

static void try_transition(struct __test_metadata *_metadata,
			   struct host_vf *vf, uint32_t from, uint32_t to)
{
	bool session;
	int want = expected(from, to, &session);
	int fd = -1;
	int ret = vfio_mig_set(&vf->dev, to, &fd);

	EXPECT_EQ(want, ret)
		TH_LOG("%s -> %s", mig_state_name(from), mig_state_name(to));
	EXPECT_EQ(session, fd >= 0)
		TH_LOG("%s -> %s: data fd", mig_state_name(from),
		       mig_state_name(to));
	EXPECT_EQ(want ? from : to, vfio_mig_get(&vf->dev))
		TH_LOG("%s -> %s", mig_state_name(from), mig_state_name(to));
	if (fd >= 0)
		close(fd);
}

TEST_F_TIMEOUT(fsm, all_transitions, 240)
{
	static const uint32_t targets[] = {
		ERROR, STOP, RUNNING, STOP_COPY, RESUMING, RUNNING_P2P,
		PRE_COPY, PRE_COPY_P2P, NR_STATES, 0x7fffffff, UINT32_MAX,
	};
	uint32_t from;
	unsigned int i;

	for (from = STOP; from < NR_STATES; from++)
		for (i = 0; i < ARRAY_SIZE(targets); i++) {
			ASSERT_EQ(0, reach(&self->vf, from, variant->standing,
					   self->stream, &self->fd))
				TH_LOG("cannot reach %s", mig_state_name(from));
			ASSERT_EQ(from, vfio_mig_get(&self->vf.dev));
			try_transition(_metadata, &self->vf, from, targets[i]);
		}
}

/* It may end in ERROR, which nothing leaves but a reset, or change nothing. */
TEST_F_TIMEOUT(fsm, failed_resume_is_left_by_reset, 60)
{
	uint32_t to;

	ASSERT_EQ(0, reach(&self->vf, STOP, variant->standing, self->stream,
			   &self->fd));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RESUMING, &self->fd));
	EXPECT_EQ(-EINVAL, vfio_mig_set(&self->vf.dev, STOP, NULL));
	if (vfio_mig_get(&self->vf.dev) != ERROR) {
		EXPECT_EQ(RESUMING, vfio_mig_get(&self->vf.dev));
		ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
		EXPECT_EQ(RUNNING, vfio_mig_get(&self->vf.dev));
		return;
	}
	for (to = ERROR; to < NR_STATES; to++) {
		EXPECT_EQ(-EINVAL, vfio_mig_set(&self->vf.dev, to, NULL));
		EXPECT_EQ(ERROR, vfio_mig_get(&self->vf.dev));
	}
	ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
	EXPECT_EQ(RUNNING, vfio_mig_get(&self->vf.dev));
}

TEST_F_TIMEOUT(fsm, sysfs_names_the_state, 60)
{
	uint32_t state;

	for (state = STOP; state < NR_STATES; state++) {
		ASSERT_EQ(0, reach(&self->vf, state, variant->standing,
				   self->stream, &self->fd));
		EXPECT_STREQ(mig_state_name(state),
			     host_attr(&self->vf, "state"));
	}
}

TEST_F_TIMEOUT(fsm, leaving_a_session_ends_it, 60)
{
	static const uint32_t states[] = { PRE_COPY, PRE_COPY_P2P, STOP_COPY };
	unsigned int i;
	char byte;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		ASSERT_EQ(0, reach(&self->vf, states[i], variant->standing,
				   self->stream, &self->fd));
		ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
		EXPECT_EQ(-1, read(self->fd, &byte, 1));
		EXPECT_EQ(ENODEV, errno);
	}
	ASSERT_EQ(0, reach(&self->vf, RESUMING, variant->standing,
			   self->stream, &self->fd));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	EXPECT_EQ(-1, write(self->fd, "", 1));
	EXPECT_EQ(ENODEV, errno);
}

TEST_F_TIMEOUT(fsm, session_lasts_within_the_saving_group, 60)
{
	static const uint32_t way[] = {
		PRE_COPY_P2P, PRE_COPY, PRE_COPY_P2P, STOP_COPY,
	};
	struct vfio_precopy_info info;
	unsigned int i;
	int fd, end;

	ASSERT_EQ(0, reach(&self->vf, PRE_COPY, variant->standing,
			   self->stream, &self->fd));
	for (i = 0; i < ARRAY_SIZE(way); i++) {
		ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info))
			TH_LOG("before -> %s", mig_state_name(way[i]));
		ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, way[i], &fd));
		EXPECT_EQ(-1, fd);
	}
	EXPECT_NE(0, vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE,
				       &end));
	EXPECT_EQ(0, end);
}

TEST_F_TIMEOUT(fsm, reset_returns_to_running, 60)
{
	uint32_t state;

	for (state = STOP; state < NR_STATES; state++) {
		ASSERT_EQ(0, reach(&self->vf, state, variant->standing,
				   self->stream, &self->fd));
		ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
		EXPECT_EQ(RUNNING, vfio_mig_get(&self->vf.dev));
	}
}

FIXTURE(refusal) {
	struct host_vf vf;
};

FIXTURE_SETUP(refusal)
{
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
}

FIXTURE_TEARDOWN(refusal)
{
	host_close(&self->vf);
}

static void expect_refused(struct __test_metadata *_metadata,
			   struct host_vf *vf, uint32_t from, uint32_t to,
			   int want)
{
	long refused = host_counter(vf, "refused");
	int fd;

	EXPECT_EQ(want, vfio_mig_set(&vf->dev, to, &fd));
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(from, vfio_mig_get(&vf->dev));
	EXPECT_STREQ(mig_state_name(from), host_attr(vf, "state"));
	EXPECT_EQ(refused + 1, host_counter(vf, "refused"));
	EXPECT_EQ(want, atoi(host_attr(vf, "last_error")));
}

TEST_F(refusal, precopy_when_nobody_answers)
{
	ASSERT_EQ(0, guest_start(&self->vf, 0));
	EXPECT_STREQ("absent", host_attr(&self->vf, "guest"));
	expect_refused(_metadata, &self->vf, RUNNING, PRE_COPY, -EOPNOTSUPP);
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
}

TEST_F(refusal, precopy_before_the_guest_is_quiesced)
{
	if (host_logs_dma(&self->vf))
		SKIP(return, "this kernel logs the device's DMA");
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	expect_refused(_metadata, &self->vf, RUNNING, PRE_COPY, -EBUSY);
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "1"));
	expect_refused(_metadata, &self->vf, RUNNING, PRE_COPY, -EBUSY);
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_VF_STATUS,
				 MIGCAP_VF_READY));
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, NULL));
}

TEST_F(refusal, precopy_after_a_cancelled_migration)
{
	if (host_logs_dma(&self->vf))
		SKIP(return, "this kernel logs the device's DMA");
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, NULL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_VF_STATUS, MIGCAP_VF_WAIT));
	expect_refused(_metadata, &self->vf, RUNNING, PRE_COPY, -EBUSY);
}

TEST_F(refusal, stop_copy_of_an_unquiesced_device)
{
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
	expect_refused(_metadata, &self->vf, STOP, STOP_COPY, -EBUSY);
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
}

/* Bus Master Enable is off: there is nothing to quiesce. */
TEST_F(refusal, idle_device_needs_nobody)
{
	int fd;

	EXPECT_STREQ("bme_off", host_attr(&self->vf, "guest"));
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &fd));
	ASSERT_GE(fd, 0);
	close(fd);
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
}

HOST_TEST_MAIN
