// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does each START come to its END in time, and is the guest told to track for
 * as long as somebody wants it?
 *
 * Guarantees:
 *  - one START has one deadline, whatever the guest does until then; one that
 *    leaves READY after it has timed out at that moment;
 *  - the limit counts from the first READY on, also after a timeout, and until
 *    the device has stopped;
 *  - a guest that is READY gets its device back if others of its VM keep it waiting
 *    too long, but not where that would be of no use;
 *  - an operator who asks again gains no time, a VMM that takes over does;
 *  - the next time to look is never later than the moment at which it matters;
 *  - TRACKING stays until the last of those who want it no longer does, END or
 *    not;
 *  - a START that arrives is the VMM's, and has no deadline.
 */
#include <kselftest_harness.h>

#include <linux/migcap_regs.h>

#include "handshake.h"
#include "random.h"

#define TIMEOUT		100
#define LIMIT		300
#define YIELD		30
#define T0		1000
#define ROUNDS		200000

FIXTURE(handshake) {
	struct migcap_vfio_handshake hs;
	struct random rnd;
};

FIXTURE_SETUP(handshake)
{
	self->rnd.state = 6;
}

FIXTURE_TEARDOWN(handshake)
{
}

static bool start(struct migcap_vfio_handshake *hs,
		  enum migcap_vfio_asker asker, u64 now)
{
	const struct migcap_vfio_question question = {
		.asker = asker,
		.now = now,
		.timeout_ms = TIMEOUT,
		.limit_ms = asker == MIGCAP_ASKED_BY_VMM ? LIMIT : 0,
		.yield_ms = asker == MIGCAP_ASKED_BY_VMM ? YIELD : 0,
	};

	return migcap_vfio_handshake_start(hs, &question);
}

static enum migcap_vfio_end check(struct migcap_vfio_handshake *hs,
				  bool quiesced, bool others_awaited, u64 now)
{
	const struct migcap_vfio_moment moment = {
		.now = now,
		.quiesced = quiesced,
		.others_awaited = others_awaited,
	};

	return migcap_vfio_handshake_check(hs, &moment);
}

#define CHECK(quiesced, now)	check(&self->hs, quiesced, false, now)
#define CHECK_WITH(quiesced, others, now) \
	check(&self->hs, quiesced, others, now)

TEST_F(handshake, one_deadline)
{
	u64 now;

	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0));
	for (now = T0; now < T0 + TIMEOUT; now++) {
		ASSERT_EQ(MIGCAP_END_NONE, CHECK(now & 1, now))
			TH_LOG("at %llu", (unsigned long long)now);
	}
	EXPECT_EQ(MIGCAP_END_TIMEOUT, CHECK(false, now));
	EXPECT_TRUE(self->hs.timed_out);
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(false, now + 1));
}

TEST_F(handshake, late_is_who_leaves_ready_late)
{
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_OPERATOR, T0));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(true, T0 + 10 * TIMEOUT));
	EXPECT_EQ(MIGCAP_END_TIMEOUT, CHECK(false, T0 + 10 * TIMEOUT));
}

TEST_F(handshake, limit_counts_from_the_first_ready)
{
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(true, T0 + 50));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(false, T0 + 60));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(true, T0 + 90));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(true, T0 + 50 + LIMIT - 1));
	EXPECT_EQ(MIGCAP_END_LIMIT, CHECK(true, T0 + 50 + LIMIT));
}

TEST_F(handshake, limit_counts_after_a_timeout)
{
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0));
	ASSERT_EQ(MIGCAP_END_TIMEOUT, CHECK(false, T0 + TIMEOUT));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(true, T0 + TIMEOUT));
	EXPECT_EQ(T0 + TIMEOUT + LIMIT,
		  migcap_vfio_handshake_deadline(&self->hs, true));
	EXPECT_EQ(MIGCAP_END_LIMIT, CHECK(true, T0 + TIMEOUT + LIMIT));
}

TEST_F(handshake, no_limit_once_the_device_has_stopped)
{
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(true, T0));
	migcap_vfio_handshake_stopped(&self->hs);
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(true, T0 + 10 * LIMIT));
	EXPECT_EQ(0, migcap_vfio_handshake_deadline(&self->hs, true));
}

TEST_F(handshake, ready_does_not_wait_long_for_others)
{
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0));
	EXPECT_TRUE(self->hs.due);
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(false, true, T0 + 10));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0 + 20));
	EXPECT_EQ(T0 + 20 + YIELD,
		  migcap_vfio_handshake_deadline(&self->hs, true));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0 + 20 + YIELD - 1));
	EXPECT_EQ(MIGCAP_END_YIELD, CHECK_WITH(true, true, T0 + 20 + YIELD));
	EXPECT_TRUE(migcap_vfio_handshake_end(&self->hs, MIGCAP_END_YIELD));
	EXPECT_FALSE(self->hs.due);
}

/* Time runs only while it is for them that it waits. */
TEST_F(handshake, others_answer_meanwhile)
{
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, false, T0 + YIELD - 1));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, false, T0 + 2 * YIELD));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0 + 2 * YIELD));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0 + 3 * YIELD - 1));
	EXPECT_EQ(MIGCAP_END_YIELD, CHECK_WITH(true, true, T0 + 3 * YIELD));
}

TEST_F(handshake, who_does_not_give_way)
{
	struct migcap_vfio_question ahead = {
		.asker = MIGCAP_ASKED_BY_VMM, .now = T0, .timeout_ms = TIMEOUT,
		.yield_ms = YIELD, .quiesced = true,
	};

	/* Quiesced ahead. */
	ASSERT_TRUE(migcap_vfio_handshake_start(&self->hs, &ahead));
	EXPECT_FALSE(self->hs.due);
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0 + 10 * YIELD));
	migcap_vfio_handshake_end(&self->hs, MIGCAP_END_OVER);
	/* The device has stopped. */
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0));
	migcap_vfio_handshake_stopped(&self->hs);
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0 + YIELD));
	migcap_vfio_handshake_end(&self->hs, MIGCAP_END_OVER);
	/* Its answer came too late. */
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0));
	EXPECT_EQ(MIGCAP_END_TIMEOUT, CHECK_WITH(false, true, T0 + TIMEOUT));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK_WITH(true, true, T0 + TIMEOUT));
	EXPECT_EQ(MIGCAP_END_NONE,
		  CHECK_WITH(true, true, T0 + TIMEOUT + YIELD));
}

TEST_F(handshake, who_gains_time_by_asking_again)
{
	ASSERT_TRUE(start(&self->hs, MIGCAP_ASKED_BY_OPERATOR, T0));
	EXPECT_FALSE(start(&self->hs, MIGCAP_ASKED_BY_OPERATOR, T0 + 50));
	EXPECT_EQ(T0 + TIMEOUT,
		  migcap_vfio_handshake_deadline(&self->hs, false));
	EXPECT_FALSE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0 + 50));
	EXPECT_EQ(T0 + 50 + TIMEOUT,
		  migcap_vfio_handshake_deadline(&self->hs, false));
	/* Another migration, with no END in between. */
	EXPECT_FALSE(start(&self->hs, MIGCAP_ASKED_BY_VMM, T0 + 90));
	EXPECT_EQ(T0 + 90 + TIMEOUT,
		  migcap_vfio_handshake_deadline(&self->hs, false));
}

TEST_F(handshake, looks_when_it_matters)
{
	unsigned long round, rounds = random_rounds(ROUNDS), ends = 0;
	bool quiesced = false, others = false;
	u64 now = T0, when;

	for (round = 0; round < rounds; round++) {
		enum migcap_vfio_end end;

		if (self->hs.asker == MIGCAP_ASKED_BY_NONE)
			start(&self->hs, 1 + random_below(&self->rnd, 2), now);
		quiesced ^= !random_below(&self->rnd, 4);
		others ^= !random_below(&self->rnd, 4);
		end = CHECK_WITH(quiesced, others, now);
		when = migcap_vfio_handshake_deadline(&self->hs, quiesced);
		if (end != MIGCAP_END_NONE)
			migcap_vfio_handshake_end(&self->hs, end);
		else if (when)
			ASSERT_GT(when, now);
		ends += end != MIGCAP_END_NONE;
		/* Nothing comes of looking sooner; something does then. */
		if (!end && when && !random_below(&self->rnd, 8)) {
			ASSERT_EQ(MIGCAP_END_NONE,
				  CHECK_WITH(quiesced, others, when - 1));
			end = CHECK_WITH(quiesced, others, when);
			ASSERT_NE(MIGCAP_END_NONE, end);
			migcap_vfio_handshake_end(&self->hs, end);
			now = when;
		}
		now += random_below(&self->rnd, 60);
	}
	EXPECT_NE(0, ends);
}

TEST_F(handshake, tracking_is_for_all_who_want_it)
{
	struct migcap_vfio_handshake *hs = &self->hs;

	EXPECT_FALSE(migcap_vfio_handshake_track(hs, MIGCAP_TRACK_LOG));
	EXPECT_FALSE(migcap_vfio_handshake_is_tracked(hs));
	hs->regs.ctrl = MIGCAP_CTRL_DMA_TRACKED;
	EXPECT_TRUE(migcap_vfio_handshake_track(hs, MIGCAP_TRACK_SAVE));
	EXPECT_TRUE(migcap_vfio_handshake_is_tracked(hs));
	start(hs, MIGCAP_ASKED_BY_VMM, T0);
	EXPECT_TRUE(migcap_vfio_handshake_end(hs, MIGCAP_END_OVER));
	EXPECT_FALSE(migcap_vfio_handshake_end(hs, MIGCAP_END_OVER));
	EXPECT_TRUE(migcap_vfio_handshake_is_tracked(hs));
	migcap_vfio_handshake_untrack(hs, MIGCAP_TRACK_SAVE);
	EXPECT_TRUE(migcap_vfio_handshake_is_tracked(hs));
	migcap_vfio_handshake_untrack(hs, MIGCAP_TRACK_LOG);
	EXPECT_FALSE(migcap_vfio_handshake_is_tracked(hs));
	EXPECT_EQ(0, hs->regs.event);
}

TEST_F(handshake, a_start_that_arrives)
{
	struct migcap_vfio_cap_regs regs = {
		.vmm_status = MIGCAP_VMM_START,
		.vf_status = MIGCAP_VF_READY,
	};

	start(&self->hs, MIGCAP_ASKED_BY_OPERATOR, T0);
	migcap_vfio_handshake_arrive(&self->hs, &regs);
	EXPECT_EQ(MIGCAP_ASKED_BY_VMM, self->hs.asker);
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(true, T0 + 1000 * LIMIT));
	EXPECT_EQ(MIGCAP_END_NONE, CHECK(false, T0 + 1000 * LIMIT));
	regs.vmm_status = MIGCAP_VMM_END;
	migcap_vfio_handshake_arrive(&self->hs, &regs);
	EXPECT_EQ(MIGCAP_ASKED_BY_NONE, self->hs.asker);
	EXPECT_FALSE(migcap_vfio_handshake_end(&self->hs, MIGCAP_END_OVER));
}

TEST_HARNESS_MAIN
