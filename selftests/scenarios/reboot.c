// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest reboots, without telling anybody.  Guarantees: a reset ends what
 * was asked of the guest before it, and the new kernel starts afresh.  A migration
 * that is under way succeeds or fails, and does not wait for an answer that will
 * not come; the next one works.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

SCENARIO(reboot, GUEST_WITH_AGENT)

#define REBOOT_MS	120000
#define READY_MS	30000
#define STEP_MS		60000
#define SLOW		(4 << 20)

/* A migration that waits for this has hung: no step is granted as long. */
#define NO_TIMEOUT_MS	"600000"

#define IGNORE_START	"echo Y > /sys/module/migcap_guest/parameters/ignore_start"

static int reboot_guest(struct scenario *s)
{
	int err;

	err = guest_reboot(&scenario_vm(s)->guest, REBOOT_MS);
	if (err)
		return err;
	vm_expect_reset(scenario_vm(s));
	err = scenario_network(s);
	if (!err)
		err = scenario_traffic(s);
	return err ? err : scenario_healthy(s);
}

TEST_F_TIMEOUT(reboot, between_migrations, 600)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, scenario_healthy(s));
	ASSERT_EQ(0, reboot_guest(s));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(reboot, while_ready, 600)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), READY_MS));
	ASSERT_EQ(0, reboot_guest(s));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, scenario_healthy(s));
}

static int begin_slowly(struct scenario *s, struct migration *migration)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	migration->max_bandwidth = SLOW;
	if (!err)
		err = migcap_write(scenario_vf(s), "ready_timeout_ms",
				   NO_TIMEOUT_MS);
	if (!err)
		err = scenario_quiesce(s);
	if (!err)
		err = migration_begin(migration);
	return err ? err : migcap_wait(scenario_vf(s), "state", "pre_copy",
				       STEP_MS);
}

/* The new kernel is where the migration has left the guest. */
static int reboot_meets(struct scenario *s, struct migration *migration)
{
	struct guest_kernel before;
	int err;

	err = guest_begin_reboot(&scenario_vm(s)->guest, &before);
	if (!err && !qmp_wait(&scenario_vm(s)->qmp, "RESET", NULL, NULL,
			      migration->asked, STEP_MS))
		err = failure(-ETIMEDOUT, "the guest does not reboot");
	vm_expect_reset(scenario_vm(s));
	if (!err)
		err = migration_set_bandwidth(migration, 0);
	if (!err)
		err = migration_wait_end(migration, STEP_MS);
	if (err)
		return err;
	note("migration %s: %s", migration->status, migration->error);
	if (!strcmp(migration->status, "completed"))
		scenario_moved(s);
	vm_expect_reset(scenario_vm(s));
	return guest_wait_reboot(&scenario_vm(s)->guest, &before, REBOOT_MS);
}

/* The host waits for READY then. */
static int wait_in_vain(struct scenario *s, struct migration *migration)
{
	int err = guest_must(&scenario_vm(s)->guest, 20, IGNORE_START);

	if (!err)
		err = migration_set_bandwidth(migration, 0);
	return err ? err : migcap_wait(scenario_vf(s), "quiesce", "asked",
				       STEP_MS);
}

TEST_F_TIMEOUT(reboot, in_a_migration, 600)
{
	struct scenario *s = &self->s;
	struct migration migration;

	scenario_quiet(s);
	ASSERT_EQ(0, begin_slowly(s, &migration));
	ASSERT_EQ(0, reboot_meets(s, &migration));
	ASSERT_EQ(0, scenario_network(s));

	ASSERT_EQ(0, begin_slowly(s, &migration));
	if (!s->needs_quiesce) {
		ASSERT_EQ(0, wait_in_vain(s, &migration));
		ASSERT_EQ(0, reboot_meets(s, &migration));
		ASSERT_EQ(0, scenario_network(s));
		ASSERT_EQ(0, scenario_migrate(s, &migration));
	} else {
		ASSERT_EQ(0, migration_set_bandwidth(&migration, 0));
		ASSERT_EQ(0, scenario_arrive(s, &migration));
	}
	ASSERT_EQ(0, scenario_traffic(s));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
