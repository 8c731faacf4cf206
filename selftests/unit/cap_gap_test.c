// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the search for free configuration space find what is free?
 *
 * Guarantees:
 *  - a place that is found is aligned, behind the header, below 100h, in
 *    nobody's use and reads as zero;
 *  - nothing is found only if there is no such place, and of several the
 *    highest is taken;
 *  - what may belong to a capability that the guest does not see is not free;
 *  - the runs that are listed are exactly the free bytes, in order.
 */
#include <kselftest_harness.h>

#include <linux/errno.h>

#include "cap_gap.h"
#include "random.h"

#define CONFIG_SIZE	256
#define CAP_SIZE	16
#define OWNED		0x11
#define ROUNDS		20000

FIXTURE(gap) {
	u8 owners[CONFIG_SIZE];
	u8 bytes[CONFIG_SIZE];
};

/* A device with a header and nothing else. */
FIXTURE_SETUP(gap)
{
	memset(self->owners, MIGCAP_GAP_FREE, CONFIG_SIZE);
	memset(self->owners, 0, 0x40);
	memset(self->bytes, 0, CONFIG_SIZE);
}

FIXTURE_TEARDOWN(gap)
{
}

/* What the search should say, spelled out. */
static bool naive_fits(const u8 *owners, const u8 *bytes, int offset, int size)
{
	int i;

	if (offset < 0x40 || offset % 4 || offset + size > CONFIG_SIZE)
		return false;
	for (i = 0; i < size; i++)
		if (owners[offset + i] != MIGCAP_GAP_FREE || bytes[offset + i])
			return false;
	return true;
}

static int naive_find(const u8 *owners, const u8 *bytes, int size)
{
	int offset, found = -ENOSPC;

	for (offset = 0; offset < CONFIG_SIZE; offset++)
		if (naive_fits(owners, bytes, offset, size))
			found = offset;
	return found;
}

TEST_F(gap, highest_place_is_taken)
{
	EXPECT_EQ(CONFIG_SIZE - CAP_SIZE,
		  migcap_vfio_cap_gap_find(self->owners, self->bytes,
					   CAP_SIZE));
	self->owners[0xff] = OWNED;
	EXPECT_EQ(0xec, migcap_vfio_cap_gap_find(self->owners, self->bytes,
						 CAP_SIZE));
	self->bytes[0xfb] = 1;
	EXPECT_EQ(0xe8, migcap_vfio_cap_gap_find(self->owners, self->bytes,
						 CAP_SIZE));
}

TEST_F(gap, full_space_has_no_place)
{
	int i;

	for (i = 0x4f; i < CONFIG_SIZE; i += CAP_SIZE)
		self->owners[i] = OWNED;
	EXPECT_EQ(-ENOSPC, migcap_vfio_cap_gap_find(self->owners, self->bytes,
						    CAP_SIZE));
}

TEST_F(gap, last_place_left_is_found)
{
	memset(self->owners + 0x40, OWNED, CONFIG_SIZE - 0x40);
	memset(self->owners + 0x60, MIGCAP_GAP_FREE, CAP_SIZE);
	EXPECT_EQ(0x60, migcap_vfio_cap_gap_find(self->owners, self->bytes,
						 CAP_SIZE));
}

TEST_F(gap, unaligned_run_does_not_fit)
{
	memset(self->owners + 0x40, OWNED, CONFIG_SIZE - 0x40);
	memset(self->owners + 0x61, MIGCAP_GAP_FREE, CAP_SIZE);
	EXPECT_EQ(-ENOSPC, migcap_vfio_cap_gap_find(self->owners, self->bytes,
						    CAP_SIZE));
}

TEST_F(gap, device_register_is_no_place)
{
	self->bytes[0x80] = 1;
	EXPECT_FALSE(migcap_vfio_cap_gap_fits(self->owners, self->bytes, 0x80,
					      CAP_SIZE));
	EXPECT_TRUE(migcap_vfio_cap_gap_fits(self->owners, NULL, 0x80,
					     CAP_SIZE));
}

TEST_F(gap, choice_out_of_bounds_is_refused)
{
	static const u16 bad[] = {
		0, 0x3c, 0x3f, 0x41, 0x42, 0xf4, 0xf8, 0xfc, 0x100, 0x1000,
		0xfff0, 0xffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_FALSE(migcap_vfio_cap_gap_fits(self->owners, self->bytes,
						      bad[i], CAP_SIZE))
			TH_LOG("offset %#x", bad[i]);
	}
	EXPECT_TRUE(migcap_vfio_cap_gap_fits(self->owners, self->bytes, 0x40,
					     CAP_SIZE));
			EXPECT_TRUE(migcap_vfio_cap_gap_fits(self->owners,
							     self->bytes, 0xf0,
							     CAP_SIZE));
}

static void fill_randomly(struct random *rnd, u8 *owners, u8 *bytes)
{
	int i, runs = random_below(rnd, 24);

	memset(owners, MIGCAP_GAP_FREE, CONFIG_SIZE);
	memset(bytes, 0, CONFIG_SIZE);
	memset(owners, 0, 0x40);
	for (i = 0; i < runs; i++) {
		int at = random_below(rnd, CONFIG_SIZE);
		int len = random_below(rnd, 40);

		if (len > CONFIG_SIZE - at)
			len = CONFIG_SIZE - at;
		if (random_below(rnd, 4))
			memset(owners + at, random_below(rnd, 0x20), len);
		else
			bytes[at] = random_next(rnd);
	}
}

TEST_F(gap, random_maps_agree_with_naive_search)
{
	unsigned long round, rounds = random_rounds(ROUNDS);
	struct random rnd = { 1 };

	for (round = 0; round < rounds; round++) {
		int size = 4 + random_below(&rnd, 60);

		fill_randomly(&rnd, self->owners, self->bytes);
		ASSERT_EQ(naive_find(self->owners, self->bytes, size),
			  migcap_vfio_cap_gap_find(self->owners, self->bytes,
						   size))
		TH_LOG("round %lu", round);
	}
}

TEST_F(gap, runs_are_the_free_bytes)
{
	unsigned long round, rounds = random_rounds(ROUNDS);
	struct random rnd = { 2 };

	for (round = 0; round < rounds; round++) {
		u8 rebuilt[CONFIG_SIZE] = { 0 };
		struct migcap_vfio_cap_gap gap;
		int i, at = 0;

		fill_randomly(&rnd, self->owners, self->bytes);
		for (;;) {
			gap = migcap_vfio_cap_gap_next(self->owners, at,
						       CONFIG_SIZE);
			if (!gap.size)
				break;
			ASSERT_GE(gap.offset, at);
			ASSERT_LE(gap.offset + gap.size, CONFIG_SIZE);
			memset(rebuilt + gap.offset, 1, gap.size);
			at = gap.offset + gap.size;
		}
		for (i = 0; i < CONFIG_SIZE; i++) {
			ASSERT_EQ(self->owners[i] == MIGCAP_GAP_FREE,
				  rebuilt[i]);
		}
	}
}

TEST_F(gap, no_run_behind_the_end)
{
	EXPECT_EQ(0, migcap_vfio_cap_gap_next(self->owners, CONFIG_SIZE,
					      CONFIG_SIZE).size);
}

/* Core shows the capability at 70h and hides those at 50h and 90h. */
TEST_F(gap, hidden_capabilities_are_not_free)
{
	int i;

	memset(self->owners + 0x70, OWNED, 12);
	migcap_vfio_cap_gap_hide(self->owners, 0x50);
	migcap_vfio_cap_gap_hide(self->owners, 0x70);
	migcap_vfio_cap_gap_hide(self->owners, 0x90);
	migcap_vfio_cap_gap_spread(self->owners, CONFIG_SIZE);
	for (i = 0x40; i < CONFIG_SIZE; i++) {
		u8 want = MIGCAP_GAP_FREE;

		if (i >= 0x70 && i < 0x7c)
			want = OWNED;
		else if ((i >= 0x50 && i < 0x70) || i >= 0x90)
			want = MIGCAP_GAP_HIDDEN;
		ASSERT_EQ(want, self->owners[i])
			TH_LOG("%#x", i);
	}
	EXPECT_EQ(0x80, migcap_vfio_cap_gap_find(self->owners, self->bytes,
						 CAP_SIZE));
}

TEST_HARNESS_MAIN
