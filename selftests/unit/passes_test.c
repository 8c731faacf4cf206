// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the guest asked when another pass over RAM would no longer help?
 *
 * Guarantees:
 *  - a short pass is the last, be it the first;
 *  - a long one is not while passes shrink, and is when they do not;
 *  - whatever their lengths, there is a last one before long.
 */
#include <kselftest_harness.h>

#include "passes.h"

#define MS		1000000ULL
#define HOUR		(3600 * 1000 * MS)
/* An hour, by three quarters each time, is less than 100 ms after 37 times. */
#define PASSES_MAX	40

struct clocked {
	struct migcap_passes passes;
	u64 now;
};

FIXTURE(passes) {
	struct clocked clocked;
};

FIXTURE_SETUP(passes)
{
	self->clocked.now = 12345;
	migcap_passes_begin(&self->clocked.passes, self->clocked.now);
}

FIXTURE_TEARDOWN(passes)
{
}

static bool pass(struct clocked *clocked, u64 took)
{
	clocked->now += took;
	return migcap_passes_end(&clocked->passes, clocked->now);
}

TEST_F(passes, short_one_is_the_last)
{
	EXPECT_TRUE(pass(&self->clocked, 0));
	EXPECT_TRUE(pass(&self->clocked, 99 * MS));
	EXPECT_TRUE(pass(&self->clocked, 50 * MS));
}

TEST_F(passes, long_ones_are_not_while_they_shrink)
{
	EXPECT_FALSE(pass(&self->clocked, 8000 * MS));
	EXPECT_FALSE(pass(&self->clocked, 6000 * MS));
	EXPECT_FALSE(pass(&self->clocked, 300 * MS));
	EXPECT_FALSE(pass(&self->clocked, 200 * MS));
	EXPECT_TRUE(pass(&self->clocked, 80 * MS));
}

TEST_F(passes, long_ones_are_when_they_do_not_shrink)
{
	EXPECT_FALSE(pass(&self->clocked, 8000 * MS));
	EXPECT_TRUE(pass(&self->clocked, 6001 * MS));
	EXPECT_TRUE(pass(&self->clocked, 6001 * MS));
	EXPECT_TRUE(pass(&self->clocked, 9000 * MS));
}

/* Each as long as one may be that is not the last. */
TEST_F(passes, there_is_a_last_one)
{
	u64 took = HOUR;
	int count;

	for (count = 1; !pass(&self->clocked, took); count++) {
		ASSERT_GT(PASSES_MAX, count);
		took = took / 4 * 3;
	}
	EXPECT_GT(100 * MS, took);
}

TEST_HARNESS_MAIN
