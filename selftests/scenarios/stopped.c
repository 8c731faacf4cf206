// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM that is stopped before it is migrated: nobody in it can answer.
 * Guarantees: with its device quiesced before the stop it is migrated, and the
 * network works when it goes on over there; else it is refused, and goes on
 * here as if nothing had been asked.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

SCENARIO(stopped, GUEST_WITH_AGENT)

#define PATIENCE_MS	120000

TEST_F_TIMEOUT(stopped, quiesced_before, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), PATIENCE_MS));
	ASSERT_EQ(0, qmp_command(&scenario_vm(s)->qmp, "stop", NULL, NULL));
	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_wait_status(&migration, "completed",
					   PATIENCE_MS));
	/* `cont` counts for nothing before it has learned that it was stopped. */
	ASSERT_EQ(0, migration_wait_over(migration.to, PATIENCE_MS));

	scenario_moved(s);
	ASSERT_EQ(0, qmp_command(&scenario_vm(s)->qmp, "cont", NULL, NULL));
	ASSERT_EQ(0, guest_wait(&scenario_vm(s)->guest, PATIENCE_MS));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(stopped, in_use, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, qmp_command(&scenario_vm(s)->qmp, "stop", NULL, NULL));
	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_expect_failure(&migration, PATIENCE_MS));
	ASSERT_EQ(0, qmp_command(&scenario_vm(s)->qmp, "cont", NULL, NULL));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
