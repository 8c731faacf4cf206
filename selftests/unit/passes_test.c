// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the guest asked when another pass over RAM would no longer help?
 *
 * Guarantees:
 *  - a short pass is the last, be it the first;
 *  - a long one is not while passes shrink, and is when they have not for two
 *    seconds;
 *  - looks in between, as QEMU takes them while much is left, count as
 *    passes that do not shrink, and do not end the wait too early;
 *  - whatever their lengths, there is a last one before long.
 */
#include <kselftest_harness.h>

#include "passes.h"

#define MS		1000000ULL
#define HOUR		(3600 * 1000 * MS)
#define SHORT		(40 * MS)
#define LOOK		(50 * MS)	/* between two of QEMU's */
#define PASSES_MAX	150

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
	EXPECT_TRUE(pass(&self->clocked, SHORT - 1));
	EXPECT_TRUE(pass(&self->clocked, SHORT / 2));
}

TEST_F(passes, long_ones_are_not_while_they_shrink)
{
	EXPECT_FALSE(pass(&self->clocked, 8000 * MS));
	EXPECT_FALSE(pass(&self->clocked, 6000 * MS));
	EXPECT_FALSE(pass(&self->clocked, 300 * MS));
	EXPECT_FALSE(pass(&self->clocked, SHORT));
	EXPECT_TRUE(pass(&self->clocked, SHORT / 2));
}

TEST_F(passes, long_ones_are_when_they_do_not_shrink)
{
	EXPECT_FALSE(pass(&self->clocked, 8000 * MS));
	EXPECT_TRUE(pass(&self->clocked, 6001 * MS));
	EXPECT_TRUE(pass(&self->clocked, 9000 * MS));
}

TEST_F(passes, some_may_not_shrink)
{
	EXPECT_FALSE(pass(&self->clocked, 900 * MS));
	EXPECT_FALSE(pass(&self->clocked, 900 * MS));
	EXPECT_FALSE(pass(&self->clocked, 1000 * MS));
	EXPECT_FALSE(pass(&self->clocked, 500 * MS));
	EXPECT_TRUE(pass(&self->clocked, 500 * MS));
}

TEST_F(passes, looks_in_between_do_not_end_the_wait)
{
	int i;

	EXPECT_FALSE(pass(&self->clocked, 8000 * MS));
	/* The first one is shorter than the pass. */
	for (i = 0; i < 40; i++)
		EXPECT_FALSE(pass(&self->clocked, LOOK));
	EXPECT_TRUE(pass(&self->clocked, LOOK));
}

TEST_F(passes, wait_ends_with_what_is_left)
{
	EXPECT_FALSE(pass(&self->clocked, 8000 * MS));
	EXPECT_FALSE(pass(&self->clocked, LOOK));
	EXPECT_FALSE(pass(&self->clocked, LOOK));
	EXPECT_TRUE(pass(&self->clocked, LOOK / 3));
}

/*
 * The most that there can be: each as long as one may be that shrinks, and from
 * where they would be short, one that is as long as pays most.
 */
TEST_F(passes, there_is_a_last_one)
{
	u64 took = HOUR;
	int count;

	for (count = 1; !pass(&self->clocked, took); count++) {
		ASSERT_GT(PASSES_MAX, count);
		took = took / 4 * 3;
		if (took < SHORT)
			took = 2 * SHORT;
	}
	EXPECT_LT(PASSES_MAX / 2, count);
}

TEST_HARNESS_MAIN
