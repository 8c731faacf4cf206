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
 * The guest's memory is in small pages.  To split a large one for its log, KVM
 * takes it away, and the first access after that, a read included, counts as a
 * write: it would repair much of what is to be seen.
 *
 * The counter-test: with the agent's writing of pages switched off, the
 * trickle must be found wrong.  If not, the other tests mean nothing.
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/flood.h"
#include "../lib/scenario.h"

#define FLOOD_MS	30000
#define HEAD_START_MS	3000
#define AFTER_MS	1000
#define MIGRATE_MS	120000
#define ARRIVAL_MS	60000
#define BANDWIDTH	16000000LL
#define SLOW		100000LL
#define HOLD_MS		6000
#define LEFT		(8 << 20)

#define AGENT	"/sys/bus/pci/devices/*/migcap_agent"
#define KNOB	"/sys/kernel/debug/migcap_guest/skip_writing"
#define PASSES	"sed -n 's/.*guest_pass.* device=\\(.*\\) us=.*/\\1/p' " \
		"/sys/kernel/tracing/trace | tail -n 2"
#define ROOM	"echo 200000 200000 200000 | tee tcp_mem >udp_mem"
#define HOARD_OUTPUT \
	"queue %llu bad %llu udp %llu bad %llu memory %llu bad %llu file %llu bad %llu"

#define THP	"/sys/kernel/mm/transparent_hugepage"

enum flood_kind {
	TORRENT,
	TRICKLE,
};

static const struct {
	struct flood_rate rate;
	const char *hoard;
} kinds[] = {
	[TORRENT] = { { .tcp = 500000, .udp = 500000 }, "hoard" },
	[TRICKLE] = { { .udp = 20000 }, "hoard 80" },
};

struct found {
	unsigned long long queue, udp, memory, file;	/* bytes looked at */
	unsigned long long bad[4];
};

FIXTURE(tracked) {
	char thp[SYSFS_VALUE_MAX];
	struct scenario s;
	struct flood *flood;
};

/* The choice is among words, the one in brackets is in force. */
static int no_large_pages(char *was)
{
	char words[SYSFS_VALUE_MAX];
	int err = sysfs_read(THP, "enabled", words, sizeof(words));

	if (err)
		return err;
	if (sscanf(words, "%*[^[][%[^]]", was) != 1 &&
	    sscanf(words, "[%[^]]", was) != 1)
		return -EIO;
	return sysfs_write(THP, "enabled", "never");
}

FIXTURE_SETUP(tracked)
{
	int err;

	ASSERT_EQ(0, no_large_pages(self->thp));
	err = scenario_setup(&self->s, "tracked", GUEST_WITH_AGENT);
	if (err == -ENODEV)
		SKIP(return, "no NIC with SR-IOV");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(tracked)
{
	if (self->flood)
		flood_stop(self->flood);
	scenario_teardown(&self->s);
	sysfs_write(THP, "enabled", self->thp);
}

static struct guest *guest_of(struct scenario *s)
{
	return &scenario_vm(s)->guest;
}

/* All that arrives must stay as it came: no collapsing for lack of room. */
static struct flood *pour(struct scenario *s, enum flood_kind kind)
{
	struct guest *guest = guest_of(s);

	if (guest_must(guest, 20, "cd /proc/sys/net/ipv4 && " ROOM) ||
	    guest_must(guest, 20, "setsid %s >/tmp/hoard.out 2>&1 &",
		       kinds[kind].hoard))
		return NULL;
	return flood_start(WIRE_GUEST_ADDRESS, kinds[kind].rate, FLOOD_MS);
}

static int begin_and_hold(struct migration *migration)
{
	int err;

	migration->max_bandwidth = BANDWIDTH;
	err = migration_begin(migration);
	if (!err)
		err = migration_wait_left(migration, LEFT, MIGRATE_MS);
	if (!err)
		err = migration_set_bandwidth(migration, SLOW);
	if (err)
		return err;
	sleep_ms(HOLD_MS);
	return migration_set_bandwidth(migration, BANDWIDTH);
}

/* Nothing but `migrate`, slow enough that much arrives behind its back. */
static int migrate(struct scenario *s, struct migration *migration)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	if (!err)
		err = begin_and_hold(migration);
	if (!err)
		err = migration_finish(migration, MIGRATE_MS);
	if (err)
		return err;
	scenario_moved(s);
	err = guest_wait(guest_of(s), ARRIVAL_MS);
	return err ? vm_explain(scenario_vm(s), err) : 0;
}

static int look_at_hoard(struct scenario *s, struct found *found)
{
	struct guest *guest = guest_of(s);

	if (guest_must(guest, 20, "killall -USR1 hoard") ||
	    guest_must(guest, 60, "while pidof hoard; do sleep 0.2; done") ||
	    guest_must(guest, 20, "cat /tmp/hoard.out"))
		return -EIO;
	if (sscanf(guest->output, HOARD_OUTPUT, &found->queue, &found->bad[0],
		   &found->udp, &found->bad[1], &found->memory, &found->bad[2],
		   &found->file, &found->bad[3]) != 8)
		return failure(-EIO, "hoard: %s", guest->output);
	return 0;
}

/*
 * Have the driver's receive buffers replaced by the other traffic, which then
 * stops: it would use them up.
 */
static void be_quiet(struct scenario *s)
{
	sleep_ms(HEAD_START_MS);
	stream_stop(s->stream);
	probe_stop(s->probe);
	s->stream = NULL;
	s->probe = NULL;
}

static int flood_and_migrate(struct scenario *s, enum flood_kind kind,
			     struct flood **flood, struct migration *migration,
			     struct found *found)
{
	int err;

	*flood = pour(s, kind);
	if (!*flood)
		return -EIO;
	if (kind == TRICKLE)
		be_quiet(s);
	else
		sleep_ms(HEAD_START_MS);
	err = migrate(s, migration);
	if (err)
		return err;
	sleep_ms(AFTER_MS);
	flood_stop(*flood);
	*flood = NULL;
	return look_at_hoard(s, found);
}

static void tell(struct __test_metadata *_metadata, struct scenario *s,
		 const struct migration *migration, const struct found *found)
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

static unsigned long long all_bad(const struct found *found)
{
	return found->bad[0] + found->bad[1] + found->bad[2] + found->bad[3];
}

TEST_F_TIMEOUT(tracked, torrent, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	struct found found;

	if (clock_slowness() > 1)
		SKIP(return, "a guest would do nothing but receive here");
	ASSERT_EQ(1, scenario_tracks_dma(s));
	ASSERT_EQ(0, flood_and_migrate(s, TORRENT, &self->flood, &migration,
				       &found));
	tell(_metadata, s, &migration, &found);
	EXPECT_LT(2 * kinds[TORRENT].rate.tcp, found.queue);
	EXPECT_LT(2 * kinds[TORRENT].rate.udp, found.udp);
	EXPECT_LT(2 * kinds[TORRENT].rate.tcp, found.memory);
	EXPECT_LT(0, found.file);
	EXPECT_EQ(0, all_bad(&found));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(tracked, trickle, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	unsigned long up, down;
	struct found found;

	ASSERT_EQ(0, flood_and_migrate(s, TRICKLE, &self->flood, &migration,
				       &found));
	tell(_metadata, s, &migration, &found);
	EXPECT_LT(2 * kinds[TRICKLE].rate.udp, found.udp);
	EXPECT_EQ(0, all_bad(&found));

	/* What is left in the end was written a moment before, so it is quick. */
	ASSERT_EQ(0, last_passes(s, &up, &down));
	EXPECT_LT(down / 2, up);
}

TEST_F_TIMEOUT(tracked, trickle_without_writing, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	struct found found;

	ASSERT_EQ(0, guest_must(guest_of(s), 20, "echo Y >" KNOB));
	ASSERT_EQ(0, flood_and_migrate(s, TRICKLE, &self->flood, &migration,
				       &found));
	tell(_metadata, s, &migration, &found);
	EXPECT_LT(0, found.bad[1]);
}

TEST_HARNESS_MAIN
