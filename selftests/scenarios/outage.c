// SPDX-License-Identifier: GPL-2.0-only
/*
 * A migration that does not get on.  Guarantees: the guest is without its network
 * no longer than the host's operator allows, who can give it back at any
 * time; a guest whose memory is written faster than it can be sent is not asked at
 * all; and whatever becomes of the migration, the guest can be migrated later.
 */
#include <signal.h>

#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

#define BANDWIDTH	4000000LL
#define LIMIT_MS	"3000"
#define NO_LIMIT	"0"
#define PRE_COPY_MS	30000
#define START_MS	120000
#define READY_MS	30000
#define BACK_MS		30000
#define HELD_MS		2000
#define MIGRATE_MS	120000
#define CANCEL_MS	30000
#define PROBES_WANTED	20

/*
 * Several times as much a second as is sent, however slow the machine, in so much
 * memory that a pass takes seconds.
 */
#define WRITER_BANDWIDTH	6000000LL
#define WRITER		"setsid dirty 48 24 >/dev/null 2>&1 </dev/null &"
#define WATCH_MS	30000

/* A quarter of BANDWIDTH. */
#define TRICKLE		"setsid dirty 4 1 >/dev/null 2>&1 </dev/null &"

struct story {
	struct scenario s;
	pid_t held;			/* a QEMU that SIGSTOP was sent to */
};

FIXTURE(outage) {
	struct story story;
};

FIXTURE_SETUP(outage)
{
	SCENARIO_SET_UP(scenario_setup(&self->story.s, "outage",
				       GUEST_WITH_AGENT));
	ASSERT_EQ(1, scenario_tracks_dma(&self->story.s));
}

static void let_go(struct story *story)
{
	if (story->held)
		kill(story->held, SIGCONT);
	story->held = 0;
}

FIXTURE_TEARDOWN(outage)
{
	let_go(&self->story);
	SCENARIO_TEAR_DOWN(&self->story.s);
}

static int begin(struct scenario *s, struct migration *migration,
		 long long bandwidth)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	migration->max_bandwidth = bandwidth;
	return err ? err : migration_begin(migration);
}

static int wait_start(struct scenario *s)
{
	long long deadline = deadline_in(START_MS);
	long starts = 0;
	int err;

	while (!(err = migcap_counter(scenario_vf(s), "starts", &starts)) &&
	       !starts) {
		if (!ms_until(deadline))
			return failure(-ETIMEDOUT, "the guest is not asked");
		sleep_ms(5);
	}
	return err;
}

/*
 * Ask the guest, and stop the destination when it is READY.  From START on less is
 * sent than the guest writes, so that the migration cannot be over by then: QEMU
 * would wait for the destination, and answer nobody.
 */
static int hold_destination(struct story *story,
			    struct migration *migration)
{
	struct scenario *s = &story->s;
	int err;

	err = guest_must(&scenario_vm(s)->guest, 10, TRICKLE);
	if (!err)
		err = begin(s, migration, BANDWIDTH);
	if (!err)
		err = wait_start(s);
	if (!err)
		err = migration_hold(migration);
	if (!err)
		err = migcap_wait(scenario_vf(s), "guest", "ready", READY_MS);
	if (err)
		return err;
	if (kill(migration->to->process.pid, SIGSTOP))
		return -errno;
	story->held = migration->to->process.pid;
	return migration_wait_status(migration, "active", 0);
}

/* The network works while the migration is still under way. */
static int back_meanwhile(struct scenario *s, struct migration *migration)
{
	int err;

	err = migcap_wait(scenario_vf(s), "guest", "present", BACK_MS);
	if (!err)
		err = probe_wait(s->probe, now_ns(), PROBES_WANTED, BACK_MS);
	if (!err)
		err = migration_wait_status(migration, "active", 0);
	return err;
}

/* However it ended: all works, and the next one succeeds. */
static int all_is_well(struct scenario *s)
{
	struct migration migration;
	int err;

	err = scenario_healthy(s);
	if (!err)
		err = scenario_migrate(s, &migration);
	return err ? err : scenario_healthy(s);
}

static int end(struct story *story, struct migration *migration)
{
	int err;

	let_go(story);
	err = migration_set_bandwidth(migration, 0);
	if (!err)
		err = migration_wait_end(migration, MIGRATE_MS);
	if (err)
		return err;
	note("then the migration %s %s", migration->status, migration->error);
	if (!strcmp(migration->status, "completed"))
		scenario_moved(&story->s);
	return 0;
}

TEST_F_TIMEOUT(outage, limited, 400)
{
	struct scenario *s = &self->story.s;
	const char *vf = scenario_vf(s);
	struct migration migration;
	long limits = 0;

	ASSERT_EQ(0, migcap_write(vf, "quiesced_limit_ms", LIMIT_MS));
	ASSERT_EQ(0, hold_destination(&self->story, &migration));
	ASSERT_EQ(0, back_meanwhile(s, &migration));
	EXPECT_TRUE(migcap_reads(vf, "state", "pre_copy"));
	EXPECT_EQ(0, migcap_counter(vf, "limits", &limits));
	EXPECT_EQ(1, limits);
	EXPECT_EQ(0, migcap_write(vf, "quiesce", "0"));
	EXPECT_EQ(0, back_meanwhile(s, &migration));
	ASSERT_EQ(0, end(&self->story, &migration));
	ASSERT_EQ(0, all_is_well(s));
}

TEST_F_TIMEOUT(outage, ended_by_the_operator, 400)
{
	struct scenario *s = &self->story.s;
	const char *vf = scenario_vf(s);
	struct migration migration;

	ASSERT_EQ(0, migcap_write(vf, "quiesced_limit_ms", NO_LIMIT));
	ASSERT_EQ(0, hold_destination(&self->story, &migration));
	sleep_ms(HELD_MS);
	EXPECT_TRUE(migcap_reads(vf, "guest", "ready"));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	ASSERT_EQ(0, back_meanwhile(s, &migration));
	ASSERT_EQ(0, end(&self->story, &migration));
	ASSERT_EQ(0, all_is_well(s));
}

/* It converges after all where the guest does not get to write so much. */
static int give_up(struct scenario *s, struct migration *migration)
{
	int err = migration_cancel(migration, CANCEL_MS);

	if (strcmp(migration->status, "completed"))
		return err;
	note("migration completed in %lld passes", migration->passes);
	scenario_moved(s);
	return 0;
}

TEST_F_TIMEOUT(outage, memory_written_faster_than_sent, 400)
{
	struct scenario *s = &self->story.s;
	const char *vf = scenario_vf(s);
	struct migration migration;
	long starts = -1;

	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 10, WRITER));
	ASSERT_EQ(0, begin(s, &migration, WRITER_BANDWIDTH));
	ASSERT_EQ(0, migcap_wait(vf, "state", "pre_copy", PRE_COPY_MS));
	ASSERT_EQ(0, migration_wait_left(&migration, 0, MIGRATE_MS));
	sleep_ms(WATCH_MS);
	if (!migration_wait_status(&migration, "active", 0)) {
		EXPECT_EQ(0, migcap_counter(vf, "starts", &starts));
		EXPECT_EQ(0, starts);
		EXPECT_TRUE(migcap_reads(vf, "guest", "present"));
		EXPECT_EQ(0, probe_wait(s->probe, now_ns(), PROBES_WANTED,
					BACK_MS));
		TH_LOG("%lld passes in %.0f s, %lld KiB left",
		       migration.passes,
		       ns_to_ms(now_ns() - migration.asked) / 1000,
		       migration.ram_left >> 10);
	}
	ASSERT_EQ(0, give_up(s, &migration));
	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 10, "killall dirty"));
	ASSERT_EQ(0, all_is_well(s));
}

TEST_HARNESS_MAIN
