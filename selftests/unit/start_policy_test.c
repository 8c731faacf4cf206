// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the guest asked when little is left to send, or waiting is of no use?
 *
 * Guarantees:
 *  - a query that comes soon after the one before is the time to ask, be it the
 *    first;
 *  - one that comes late is not while intervals shrink, and is when they have
 *    not for two seconds;
 *  - intervals of a second and more never are: RAM does not converge;
 *  - after the guest was READY for too long, it is left alone for a while;
 *  - the queries of a QEMU that sends more than a second's worth of RAM do not use
 *    up the patience, and the one after the last of it is the time to ask;
 *  - whatever the intervals below a second, there is such a query before long.
 */
#include <kselftest_harness.h>

#include "start_policy.h"

#define MS		1000000ULL
#define HOUR		(3600 * 1000 * MS)
#define LITTLE		(40 * MS)
#define SLICE		(50 * MS)	/* for which QEMU sends RAM */
#define QUERIES_MAX	150

struct clocked {
	struct migcap_vfio_start_policy pending;
	u64 now;
};

FIXTURE(pending) {
	struct clocked clocked;
};

FIXTURE_SETUP(pending)
{
	self->clocked.now = 12345;
	migcap_vfio_start_policy_begin(&self->clocked.pending,
				       self->clocked.now);
}

FIXTURE_TEARDOWN(pending)
{
}

static bool query_after(struct clocked *clocked, u64 interval)
{
	clocked->now += interval;
	return migcap_vfio_start_policy_query(&clocked->pending, clocked->now);
}

TEST_F(pending, soon_is_the_time)
{
	EXPECT_TRUE(query_after(&self->clocked, 0));
	EXPECT_TRUE(query_after(&self->clocked, LITTLE - 1));
	EXPECT_TRUE(query_after(&self->clocked, LITTLE / 2));
}

TEST_F(pending, late_is_not_while_intervals_shrink)
{
	EXPECT_FALSE(query_after(&self->clocked, 8000 * MS));
	EXPECT_FALSE(query_after(&self->clocked, 6000 * MS));
	EXPECT_FALSE(query_after(&self->clocked, 300 * MS));
	EXPECT_FALSE(query_after(&self->clocked, LITTLE));
	EXPECT_TRUE(query_after(&self->clocked, LITTLE / 2));
}

TEST_F(pending, seconds_are_hopeless)
{
	int i;

	for (i = 0; i < 1000; i++) {
		ASSERT_FALSE(query_after(&self->clocked, (1000 + i) * MS))
			TH_LOG("query %d", i);
	}
	/* Until RAM converges after all. */
	EXPECT_TRUE(query_after(&self->clocked, LITTLE / 2));
}

TEST_F(pending, late_is_when_they_do_not)
{
	EXPECT_FALSE(query_after(&self->clocked, 900 * MS));
	EXPECT_FALSE(query_after(&self->clocked, 999 * MS));
	EXPECT_FALSE(query_after(&self->clocked, 999 * MS));
	EXPECT_TRUE(query_after(&self->clocked, 999 * MS));
}

TEST_F(pending, too_early_is_not_repeated_at_once)
{
	int i, k;

	for (k = 1; k < 4; k++) {
		ASSERT_TRUE(query_after(&self->clocked, LITTLE / 2));
		migcap_vfio_start_policy_postpone(&self->clocked.pending,
						  self->clocked.now, k);
		for (i = 0; i < k * 400; i++) {
			ASSERT_FALSE(query_after(&self->clocked, LITTLE / 2))
				TH_LOG("query %d", i);
		}
		ASSERT_TRUE(query_after(&self->clocked, k * 10000 * MS));
	}
}

TEST_F(pending, some_need_not_shrink)
{
	EXPECT_FALSE(query_after(&self->clocked, 900 * MS));
	EXPECT_FALSE(query_after(&self->clocked, 900 * MS));
	EXPECT_FALSE(query_after(&self->clocked, 990 * MS));
	EXPECT_FALSE(query_after(&self->clocked, 500 * MS));
	EXPECT_TRUE(query_after(&self->clocked, 500 * MS));
}

TEST_F(pending, slices_do_not_use_up_the_patience)
{
	int i;

	EXPECT_FALSE(query_after(&self->clocked, 8000 * MS));
	/* The first one is shorter than what was before. */
	for (i = 0; i < 40; i++) {
		EXPECT_FALSE(query_after(&self->clocked, SLICE))
			TH_LOG("query %d", i);
	}
	EXPECT_TRUE(query_after(&self->clocked, SLICE));
}

TEST_F(pending, last_slice_is_the_time)
{
	EXPECT_FALSE(query_after(&self->clocked, 8000 * MS));
	EXPECT_FALSE(query_after(&self->clocked, SLICE));
	EXPECT_FALSE(query_after(&self->clocked, SLICE));
	EXPECT_TRUE(query_after(&self->clocked, SLICE / 3));
}

/*
 * The most that there can be: each interval is as long as one may be that shrinks,
 * and where it would be short, what gives most of these for its part of the
 * patience.
 */
TEST_F(pending, time_comes)
{
	u64 interval = HOUR;
	int count;

	for (count = 1; !query_after(&self->clocked, interval); count++) {
		ASSERT_GT(QUERIES_MAX, count);
		interval = interval / 4 * 3;
		if (interval < LITTLE)
			interval = 2 * LITTLE;
	}
	EXPECT_LT(QUERIES_MAX / 2, count);
}

TEST_HARNESS_MAIN
