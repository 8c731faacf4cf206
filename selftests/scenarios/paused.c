// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM that was paused with its NIC in use, and an operator who wants it migrated
 * nevertheless (on_timeout=force).  Guarantees: it is, without a byte lost; its
 * agent recovers the driver when the VM goes on, over there or, if the destination
 * dies, here; and the guest can be migrated the usual way after that.  It can also
 * be saved to a file, and restored from it more than once.
 *
 * Needs no log of the device's DMA: the device is cut off before memory is sent.
 */
#include <unistd.h>

#include "kselftest_harness.h"

#include "../lib/hoard.h"
#include "../lib/scenario_fixture.h"

#define STATE_MS	10000
#define MIGRATE_MS	120000
#define ARRIVAL_MS	60000
#define REBOOT_MS	120000
#define SLOW		(4 << 20)
#define SAVED		"/run/migcap/paused.saved"

FIXTURE(paused) {
	char thp[SYSFS_VALUE_MAX];
	struct scenario s;
	struct flood *flood;
};

FIXTURE_SETUP(paused)
{
	ASSERT_EQ(0, hoard_small_pages(self->thp));
	SCENARIO_SET_UP(scenario_setup(&self->s, "paused", GUEST_WITH_AGENT));
	ASSERT_EQ(0, migcap_write(scenario_vf(&self->s), "on_timeout",
				  "force"));
}

FIXTURE_TEARDOWN(paused)
{
	if (self->flood)
		flood_stop(self->flood);
	SCENARIO_TEAR_DOWN(&self->s);
	unlink(SAVED);
	hoard_restore_pages(self->thp);
}

static int pause_and_begin(struct scenario *s, struct migration *migration,
			   long long bandwidth)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	migration->max_bandwidth = bandwidth;
	if (!err)
		err = scenario_set_running(s, false);
	return err ? err : migration_begin(migration);
}

static int go_on(struct scenario *s)
{
	int err = scenario_set_running(s, true);

	return err ? err : guest_wait(&scenario_vm(s)->guest, ARRIVAL_MS);
}

/* The other VF is not told that force is wanted: it need not be. */
static int go_on_there(struct scenario *s, struct migration *migration)
{
	int err = migration_wait_status(migration, "completed", MIGRATE_MS);

	/* `cont` counts for nothing before it has learned that it was stopped. */
	if (!err)
		err = migration_wait_over(migration->to, MIGRATE_MS);
	if (err)
		return err;
	scenario_moved(s);
	return go_on(s);
}

TEST_F_TIMEOUT(paused, goes_on_there, 300)
{
	struct scenario *s = &self->s;
	const char *source = scenario_vf(s);
	struct migration migration;
	long forced = 0;

	self->flood = scenario_pour(s);
	ASSERT_NE(NULL, self->flood);
	ASSERT_EQ(0, pause_and_begin(s, &migration, 0));
	ASSERT_EQ(0, go_on_there(s, &migration));
	EXPECT_EQ(0, migcap_counter(source, "forced", &forced));
	EXPECT_EQ(1, forced);

	flood_stop(self->flood);
	self->flood = NULL;
	EXPECT_EQ(0, hoard_check(&scenario_vm(s)->guest,
				 2 * hoard_trickle.rate.udp));
	ASSERT_EQ(0, scenario_traffic(s));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(paused, destination_dies, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, pause_and_begin(s, &migration, SLOW));
	ASSERT_EQ(0, migcap_wait(scenario_vf(s), "quiesce", "forced",
				 STATE_MS));
	vm_kill(migration.to);
	ASSERT_EQ(0, migration_expect_failure(&migration, MIGRATE_MS));
	ASSERT_EQ(0, go_on(s));
	ASSERT_EQ(0, scenario_healthy(s));

	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, scenario_healthy(s));
}

static int save(struct scenario *s)
{
	struct migration migration = scenario_migration(s);
	int err = scenario_set_running(s, false);

	if (!err)
		err = migration_save(&migration, SAVED);
	return err ? err : migration_wait_status(&migration, "completed",
						 MIGRATE_MS);
}

/* On the other VF, each time as if the last time had not been. */
static int restore(struct scenario *s)
{
	int err = scenario_restore(s, SAVED);

	return err ? err : go_on(s);
}

TEST_F_TIMEOUT(paused, restored_twice, 300)
{
	struct scenario *s = &self->s;
	int times;

	ASSERT_EQ(0, save(s));
	for (times = 0; times < 2; times++) {
		ASSERT_EQ(0, restore(s));
		ASSERT_EQ(0, scenario_traffic(s));
		ASSERT_EQ(0, scenario_healthy(s));
	}
}

static int move_paused(struct scenario *s, const char *on_timeout)
{
	struct migration migration;
	int err = migcap_write(scenario_vf(s), "on_timeout", on_timeout);

	scenario_quiet(s);
	if (!err)
		err = pause_and_begin(s, &migration, 0);
	return err ? err : go_on_there(s, &migration);
}

static int system_reset(struct scenario *s)
{
	vm_expect_reset(scenario_vm(s));
	return qmp_command(&scenario_vm(s)->qmp, "system_reset", NULL, NULL);
}

/* Nobody is there when the guest is told; or it forgets what it was told at once. */
TEST_F_TIMEOUT(paused, recovered_late, 600)
{
	struct scenario *s = &self->s;
	struct guest_kernel before;

	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 20,
				"rmmod migcap_guest"));
	ASSERT_EQ(0, move_paused(s, "force-lost"));
	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 20,
				"load migcap_guest"));
	ASSERT_EQ(0, scenario_traffic(s));
	ASSERT_EQ(0, scenario_healthy(s));

	ASSERT_EQ(0, guest_which_kernel(&scenario_vm(s)->guest, &before));
	ASSERT_EQ(0, move_paused(s, "force"));
	ASSERT_EQ(0, system_reset(s));
	ASSERT_EQ(0, guest_wait_reboot(&scenario_vm(s)->guest, &before,
				       REBOOT_MS));
	ASSERT_EQ(0, scenario_network(s));
	ASSERT_EQ(0, scenario_traffic(s));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
