// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that keeps account of its own DMA: `migrate` and nothing else, while
 * data comes in.  Guarantees: whatever arrived, before or during the
 * migration, is right at the destination, be it unread in a socket's queue, in
 * anonymous memory or in the page cache.
 *
 * It comes at two rates.  As a torrent, it makes the guest recycle its memory.
 * As a trickle of datagrams that nobody reads, it goes into receive buffers
 * that the driver set up before the migration began and that the NIC alone
 * writes: all of them are lost unless the agent writes them, too.
 *
 * When nearly all memory has been sent once, the rest is sent slowly for a while:
 * much arrives then in pages that are not sent again by themselves, and the guest
 * has not been asked yet.
 *
 * The counter-test: with the agent's writing of pages switched off, the
 * trickle must be found wrong.  If not, the other tests mean nothing.
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/hoard.h"
#include "../lib/scenario_fixture.h"

#define HEAD_START_MS	3000
#define AFTER_MS	1000
#define MIGRATE_MS	120000
#define HOLD_MS		6000

#define AGENT	"/sys/bus/pci/devices/*/migcap_agent"
#define KNOB	"/sys/kernel/debug/migcap_guest/skip_writing"
#define PASSES	"sed -n 's/.*guest_pass.* device=\\(.*\\) us=.*/\\1/p' " \
		"/sys/kernel/tracing/trace | tail -n 2"

FIXTURE(tracked) {
	char thp[SYSFS_VALUE_MAX];
	struct scenario s;
	struct flood *flood;
};

FIXTURE_SETUP(tracked)
{
	ASSERT_EQ(0, hoard_small_pages(self->thp));
	SCENARIO_SET_UP(scenario_setup(&self->s, "tracked", GUEST_WITH_AGENT));
}

FIXTURE_TEARDOWN(tracked)
{
	if (self->flood)
		flood_stop(self->flood);
	SCENARIO_TEAR_DOWN(&self->s);
	hoard_restore_pages(self->thp);
}

static struct guest *guest_of(struct scenario *s)
{
	return &scenario_vm(s)->guest;
}

static int begin_and_hold(struct migration *migration)
{
	int err = migration_begin_held(migration, MIGRATE_MS);

	if (err)
		return err;
	sleep_ms(HOLD_MS);
	return migration_release(migration);
}

/* Nothing but `migrate`, slow enough that much arrives behind its back. */
static int migrate(struct scenario *s, struct migration *migration)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	if (!err)
		err = begin_and_hold(migration);
	return err ? err : scenario_arrive(s, migration);
}

static int flood_and_migrate(struct scenario *s, const struct hoard_plan *plan,
			     struct flood **flood, struct migration *migration,
			     struct hoard_found *found)
{
	int err;

	*flood = hoard_pour(guest_of(s), plan);
	if (!*flood)
		return -EIO;
	sleep_ms(HEAD_START_MS);
	if (plan == &hoard_trickle)
		scenario_quiet(s);
	err = migrate(s, migration);
	if (err)
		return err;
	sleep_ms(AFTER_MS);
	flood_stop(*flood);
	*flood = NULL;
	return hoard_look(guest_of(s), found);
}

static void tell(struct __test_metadata *_metadata, struct scenario *s,
		 const struct migration *migration,
		 const struct hoard_found *found)
{
	struct gap gap;

	TH_LOG("total %lld ms, downtime %lld ms, %lld KiB sent in %lld passes",
	       migration->total_ms, migration->downtime_ms,
	       migration->ram_bytes >> 10, migration->passes);
	if (s->probe) {
		gap = probe_longest_gap(s->probe, migration->asked, now_ns());
		TH_LOG("no answer for %.0f ms", ns_to_ms(gap.to - gap.from));
	}
	TH_LOG("bytes bad/all: queue %llu/%llu, udp %llu/%llu",
	       found->bad[0], found->queue, found->bad[1], found->udp);
	TH_LOG("memory %llu/%llu, file %llu/%llu",
	       found->bad[2], found->memory, found->bad[3], found->file);
	if (!guest_run(guest_of(s), 20, "cat " AGENT "/dma_pages"))
		TH_LOG("%s", guest_of(s)->output);
}

/* Pages of the last pass with the device up, and of the one with it down. */
static int last_passes(struct scenario *s, unsigned long *up,
		       unsigned long *down)
{
	struct guest *guest = guest_of(s);

	if (guest_must(guest, 20, PASSES))
		return -EIO;
	if (sscanf(guest->output, "up pages=%lu down pages=%lu", up, down) != 2)
		return failure(-EIO, "passes: %s", guest->output);
	return 0;
}

TEST_F_TIMEOUT(tracked, torrent, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	struct hoard_found found;

	if (clock_slowness() > 1)
		SKIP(return, "a guest would do nothing but receive here");
	ASSERT_EQ(1, scenario_tracks_dma(s));
	ASSERT_EQ(0, flood_and_migrate(s, &hoard_torrent, &self->flood,
				       &migration, &found));
	tell(_metadata, s, &migration, &found);
	EXPECT_LT(2 * hoard_torrent.rate.tcp, found.queue);
	EXPECT_LT(2 * hoard_torrent.rate.udp, found.udp);
	EXPECT_LT(2 * hoard_torrent.rate.tcp, found.memory);
	EXPECT_LT(0, found.file);
	EXPECT_EQ(0, hoard_bad(&found));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(tracked, trickle, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	unsigned long up, down;
	struct hoard_found found;

	ASSERT_EQ(0, flood_and_migrate(s, &hoard_trickle, &self->flood,
				       &migration, &found));
	tell(_metadata, s, &migration, &found);
	EXPECT_LT(2 * hoard_trickle.rate.udp, found.udp);
	EXPECT_EQ(0, hoard_bad(&found));

	/* What is left in the end was written a moment before, so it is quick. */
	ASSERT_EQ(0, last_passes(s, &up, &down));
	EXPECT_LT(down / 2, up);
}

TEST_F_TIMEOUT(tracked, trickle_without_writing, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	struct hoard_found found;

	ASSERT_EQ(0, guest_must(guest_of(s), 20, "echo Y >" KNOB));
	ASSERT_EQ(0, flood_and_migrate(s, &hoard_trickle, &self->flood,
				       &migration, &found));
	tell(_metadata, s, &migration, &found);
	EXPECT_LT(0, found.bad[1]);
}

TEST_HARNESS_MAIN
