// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that does not consent to its migration, and an operator who wants it
 * nevertheless (on_timeout=force).  Guarantees: a migration of a guest that does
 * not answer, or is too busy to, or is paused in the middle, succeeds without a byte
 * lost, and the agent recovers the driver on the other host as soon as it gets to
 * run; if the destination dies after the device was cut off, it does so here, and
 * nobody has to help.
 *
 * Nothing but the device writes to most of what is looked at, see hoard.h.
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/hoard.h"
#include "../lib/scenario_fixture.h"

#define READY_TIMEOUT_MS "1000"
#define MIGRATE_MS	120000
#define ARRIVAL_MS	60000
#define STOP_MS		60000
#define BANDWIDTH	16000000LL
#define HOG_BEGINS_MS	2000
#define HOG_MS		5000

#define IGNORE_START	"echo Y > /sys/module/migcap_guest/parameters/ignore_start"

/* Real-time tasks may have all the time, and RCU is not to complain of that. */
#define HOG	"echo 1 >/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress; " \
		"echo -1 >/proc/sys/kernel/sched_rt_runtime_us && hog 120 &"

/* For as long as it may take. */
#define BLAST	"setsid blast " WIRE_HOST_ADDRESS " 600000 " \
		"</dev/null >/dev/null 2>&1 &"

FIXTURE(forced) {
	char thp[SYSFS_VALUE_MAX];
	struct scenario s;
	struct flood *flood;
};

FIXTURE_SETUP(forced)
{
	static const struct scenario_vmm vmm = { .log = true };
	const char *vf;

	ASSERT_EQ(0, hoard_small_pages(self->thp));
	SCENARIO_SET_UP(scenario_setup_vmm(&self->s, "forced", GUEST_WITH_AGENT,
					   &vmm));
	vf = scenario_vf(&self->s);
	ASSERT_EQ(0, migcap_write(vf, "on_timeout", "force"));
	ASSERT_EQ(0, migcap_write(vf, "ready_timeout_ms", READY_TIMEOUT_MS));
}

FIXTURE_TEARDOWN(forced)
{
	if (self->flood)
		flood_stop(self->flood);
	SCENARIO_TEAR_DOWN(&self->s);
	hoard_restore_pages(self->thp);
}

#define FORCED	FIXTURE_DATA(forced)

static struct guest *guest_of(struct scenario *s)
{
	return &scenario_vm(s)->guest;
}

static int begin(struct scenario *s, struct migration *migration)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	migration->max_bandwidth = BANDWIDTH;
	return err ? err : migration_begin(migration);
}

static int begin_held(struct scenario *s, struct migration *migration)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	return err ? err : migration_begin_held(migration, MIGRATE_MS);
}

static void look(struct __test_metadata *_metadata, FORCED *self)
{
	flood_stop(self->flood);
	self->flood = NULL;
	EXPECT_EQ(0, hoard_check(guest_of(&self->s),
				 2 * hoard_trickle.rate.udp));
	ASSERT_EQ(0, scenario_traffic(&self->s));
	EXPECT_EQ(0, scenario_healthy(&self->s));
}

TEST_F_TIMEOUT(forced, silent_guest, 300)
{
	struct scenario *s = &self->s;
	const char *source = scenario_vf(s);
	struct migration migration;
	long forced = 0;

	self->flood = scenario_pour(s);
	ASSERT_NE(NULL, self->flood);
	ASSERT_EQ(0, guest_must(guest_of(s), 20, IGNORE_START));
	ASSERT_EQ(0, begin(s, &migration));
	ASSERT_EQ(0, scenario_arrive(s, &migration));
	TH_LOG("downtime %lld ms, %lld KiB sent in %lld passes",
	       migration.downtime_ms, migration.ram_bytes >> 10,
	       migration.passes);
	EXPECT_EQ(0, migcap_counter(source, "forced", &forced));
	EXPECT_EQ(1, forced);
	look(_metadata, self);
}

/*
 * Not asked before it is busy, or it might answer.  When it no longer is, it sends to
 * a device that was cut off: what the driver does then must not meet the agent.
 */
static int make_busy(struct scenario *s, struct migration *migration)
{
	int err = guest_must(guest_of(s), 20, BLAST);

	if (!err)
		err = guest_must(guest_of(s), 20, HOG);
	sleep_ms(HOG_BEGINS_MS);
	if (!err && guest_wait(guest_of(s), HOG_MS) != -ETIMEDOUT)
		err = failure(-EIO, "the guest is not busy");
	return err ? err : migration_release(migration);
}

/* Nobody but the hog runs in the guest until it has seen the other host. */
TEST_F_TIMEOUT(forced, busy_guest, 300)
{
	struct scenario *s = &self->s;
	const char *source = scenario_vf(s);
	struct migration migration;
	long forced = 0;

	self->flood = scenario_pour(s);
	ASSERT_NE(NULL, self->flood);
	ASSERT_EQ(0, begin_held(s, &migration));
	ASSERT_EQ(0, make_busy(s, &migration));
	ASSERT_EQ(0, scenario_arrive(s, &migration));
	ASSERT_EQ(0, guest_must(guest_of(s), 20, "killall blast"));
	EXPECT_EQ(0, migcap_counter(source, "forced", &forced));
	EXPECT_EQ(1, forced);
	look(_metadata, self);
}

TEST_F_TIMEOUT(forced, paused_in_the_middle, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	self->flood = scenario_pour(s);
	ASSERT_NE(NULL, self->flood);
	ASSERT_EQ(0, begin_held(s, &migration));
	ASSERT_EQ(0, qmp_command(&scenario_vm(s)->qmp, "stop", NULL, NULL));
	ASSERT_EQ(0, migcap_wait(scenario_vf(s), "quiesce", "forced",
				 STOP_MS));
	ASSERT_EQ(0, migration_release(&migration));
	ASSERT_EQ(0, migration_wait_status(&migration, "completed",
					   MIGRATE_MS));
	ASSERT_EQ(0, migration_wait_over(migration.to, MIGRATE_MS));
	scenario_moved(s);
	ASSERT_EQ(0, scenario_set_running(s, true));
	ASSERT_EQ(0, guest_wait(guest_of(s), ARRIVAL_MS));
	look(_metadata, self);
}

TEST_F_TIMEOUT(forced, destination_dies, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, guest_must(guest_of(s), 20, IGNORE_START));
	ASSERT_EQ(0, begin(s, &migration));
	ASSERT_EQ(0, migcap_wait(scenario_vf(s), "quiesce", "forced",
				 MIGRATE_MS));
	vm_kill(migration.to);
	ASSERT_EQ(0, migration_expect_failure(&migration, MIGRATE_MS));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
