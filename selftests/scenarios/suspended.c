// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that is suspended to idle (s2idle) or to memory (S3), and woken on the
 * other host.  Guarantees: it is migrated like one that answers, without force; its
 * network works when it is awake, and it can be migrated again.  What its device
 * wrote before it fell asleep in the middle of a migration is there, too.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/hoard.h"
#include "../lib/scenario_fixture.h"

#define ASLEEP_MS	60000
#define AWAKE_MS	60000
#define MIGRATE_MS	120000
#define SLOW		(4 << 20)
#define LEFT		(64 << 20)

/* What a guest is told to fall asleep, and a VMM to wake it. */
struct sleep {
	const char *fall;
	const char *wake;
};

/* The power button wakes those who fell asleep idle, if somebody looks at it. */
static const struct sleep idle = {
	.fall = "load button && (sleep 1; echo freeze >/sys/power/state) &",
	.wake = "system_powerdown",
};

static const struct sleep deep = {
	.fall = "cd /sys/power && echo deep >mem_sleep && (sleep 1; echo mem >state) &",
	.wake = "system_wakeup",
};

FIXTURE(suspended) {
	char thp[SYSFS_VALUE_MAX];
	struct scenario s;
	struct flood *flood;
};

FIXTURE_SETUP(suspended)
{
	ASSERT_EQ(0, hoard_small_pages(self->thp));
	SCENARIO_SET_UP(scenario_setup(&self->s, "suspended",
				       GUEST_WITH_AGENT));
}

FIXTURE_TEARDOWN(suspended)
{
	if (self->flood)
		flood_stop(self->flood);
	SCENARIO_TEAR_DOWN(&self->s);
	hoard_restore_pages(self->thp);
}

static int fall_asleep(struct scenario *s, const struct sleep *sleep)
{
	int err = guest_must(&scenario_vm(s)->guest, 20, "%s", sleep->fall);

	if (!err)
		err = migcap_wait(scenario_vf(s), "guest", "standing",
				  ASLEEP_MS);
	return err;
}

static int wake(struct scenario *s, const struct sleep *sleep)
{
	int err = qmp_command(&scenario_vm(s)->qmp, sleep->wake, NULL, NULL);

	if (!err)
		err = guest_wait(&scenario_vm(s)->guest, AWAKE_MS);
	return err;
}

static int begin(struct scenario *s, struct migration *migration,
		 long long bandwidth)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	migration->max_bandwidth = bandwidth;
	return err ? err : migration_begin(migration);
}

static int arrive(struct scenario *s, struct migration *migration)
{
	int err = migration_finish(migration, MIGRATE_MS);

	if (!err)
		scenario_moved(s);
	return err;
}

static int sleep_through(struct scenario *s, const struct sleep *sleep)
{
	struct migration migration;
	int err;

	scenario_quiet(s);
	err = fall_asleep(s, sleep);
	if (!err)
		err = begin(s, &migration, 0);
	if (!err)
		err = arrive(s, &migration);
	if (!err)
		err = wake(s, sleep);
	if (!err)
		err = scenario_traffic(s);
	return err ? err : scenario_healthy(s);
}

TEST_F_TIMEOUT(suspended, woken_there, 600)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, sleep_through(s, &idle));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, scenario_healthy(s));
	ASSERT_EQ(0, sleep_through(s, &deep));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(suspended, in_the_middle, 600)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(1, scenario_tracks_dma(s));
	self->flood = scenario_pour(s);
	ASSERT_NE(NULL, self->flood);
	ASSERT_EQ(0, begin(s, &migration, SLOW));
	ASSERT_EQ(0, migration_wait_left(&migration, LEFT, MIGRATE_MS));
	ASSERT_EQ(0, fall_asleep(s, &idle));
	ASSERT_EQ(0, migration_set_bandwidth(&migration, 0));
	ASSERT_EQ(0, arrive(s, &migration));
	ASSERT_EQ(0, wake(s, &idle));

	flood_stop(self->flood);
	self->flood = NULL;
	EXPECT_EQ(0, hoard_check(&scenario_vm(s)->guest,
				 2 * hoard_trickle.rate.udp));
	ASSERT_EQ(0, scenario_traffic(s));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
