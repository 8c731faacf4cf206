// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the set of spans hold what was put into it, in little memory?
 *
 * Guarantees:
 *  - as long as there is room, it is the set that a bitmap would be, whatever
 *    is added in whatever order, and its gaps are the bitmap's;
 *  - spans that touch become one: a whole takes one, however it was cut;
 *  - what finds no room leaves the set as it was; what touches a span needs
 *    none;
 *  - pages beyond 32 bits are like others.
 */
#include <kselftest_harness.h>

#include "dirty_spans.h"
#include "random.h"

#define PAGES		256
#define BASE		(3ULL << 32)	/* beyond what 32 bits hold */
#define ROUNDS		20000
#define ADDS		40

FIXTURE(spans) {
	struct migcap_vfio_dirty_span list[PAGES];
	struct migcap_vfio_dirty_spans spans;
	bool bitmap[PAGES];
	struct random rnd;
};

FIXTURE_SETUP(spans)
{
	self->spans.span = self->list;
	self->spans.max = PAGES;
	self->rnd.state = 5;
}

FIXTURE_TEARDOWN(spans)
{
}

#define SPANS	FIXTURE_DATA(spans)

static bool add(SPANS *self, unsigned int first, unsigned int last)
{
	unsigned int page;

	if (!migcap_vfio_dirty_spans_add(&self->spans, BASE + first,
					 BASE + last))
		return false;
	for (page = first; page <= last; page++)
		self->bitmap[page] = true;
	return true;
}

/* The gaps from @first to @last cover what the bitmap has not, and no more. */
static bool gaps_are_right(SPANS *self, unsigned int first, unsigned int last)
{
	u64 at = BASE + first, end = BASE + last, to;
	bool gap[PAGES] = { false };
	unsigned int page;

	while (migcap_vfio_dirty_spans_gap(&self->spans, &at, end, &to)) {
		if (at > to || to > end)
			return false;
		for (; at <= to; at++)
			gap[at - BASE] = true;
	}
	for (page = first; page <= last; page++)
		if (gap[page] == self->bitmap[page])
			return false;
	return true;
}

/* In order, and none touches the next. */
static bool is_tidy(SPANS *self)
{
	u32 i;

	for (i = 0; i < self->spans.count; i++) {
		if (self->list[i].first > self->list[i].last)
			return false;
		if (i && self->list[i].first <= self->list[i - 1].last + 1)
			return false;
	}
	return self->spans.count <= self->spans.max;
}

static void choose(struct random *rnd, unsigned int *first, unsigned int *last)
{
	*first = random_below(rnd, PAGES);
	*last = *first + random_below(rnd, random_below(rnd, 4) ? 4 : PAGES);
	if (*last >= PAGES)
		*last = PAGES - 1;
}

TEST_F(spans, is_the_set_that_a_bitmap_is)
{
	unsigned long round, rounds = random_rounds(ROUNDS);
	unsigned int first, last;
	int adds;

	for (round = 0; round < rounds; round++) {
		self->spans.count = 0;
		memset(self->bitmap, 0, sizeof(self->bitmap));
		for (adds = 0; adds < ADDS; adds++) {
			choose(&self->rnd, &first, &last);
			ASSERT_TRUE(add(self, first, last));
			ASSERT_TRUE(is_tidy(self));
			choose(&self->rnd, &first, &last);
			ASSERT_TRUE(gaps_are_right(self, first, last))
				TH_LOG("round %lu: %u to %u", round, first,
				       last);
		}
	}
}

TEST_F(spans, is_never_more_than_it_may)
{
	unsigned long round, refused = 0;
	unsigned int first, last;

	self->spans.max = 3;
	for (round = 0; round < ROUNDS; round++) {
		if (round % 64 == 0) {
			self->spans.count = 0;
			memset(self->bitmap, 0, sizeof(self->bitmap));
		}
		choose(&self->rnd, &first, &last);
		refused += !add(self, first, last);
		ASSERT_TRUE(is_tidy(self));
		ASSERT_TRUE(gaps_are_right(self, 0, PAGES - 1));
	}
	EXPECT_NE(0, refused);
}

TEST_F(spans, pieces_of_a_whole_are_one)
{
	unsigned int page;

	for (page = 0; page < PAGES; page += 2) {
		ASSERT_TRUE(add(self, page, page))
			TH_LOG("page %u", page);
	}
	EXPECT_EQ(PAGES / 2, self->spans.count);
	for (page = 1; page < PAGES; page += 2) {
		ASSERT_TRUE(add(self, page, page))
			TH_LOG("page %u", page);
	}
	EXPECT_EQ(1, self->spans.count);
	EXPECT_TRUE(gaps_are_right(self, 0, PAGES - 1));
}

TEST_F(spans, grows_where_it_is_full)
{
	self->spans.max = 2;
	ASSERT_TRUE(add(self, 10, 19));
	ASSERT_TRUE(add(self, 40, 49));
	EXPECT_FALSE(add(self, 30, 30));
	EXPECT_TRUE(add(self, 20, 25));
	EXPECT_TRUE(add(self, 35, 60));
	EXPECT_TRUE(add(self, 26, 34));
	EXPECT_EQ(1, self->spans.count);
	EXPECT_TRUE(add(self, 0, 0));
	EXPECT_TRUE(gaps_are_right(self, 0, PAGES - 1));
}

TEST_HARNESS_MAIN
