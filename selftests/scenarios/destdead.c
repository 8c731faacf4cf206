// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other host dies in the middle of a migration.  Guarantees: the source
 * goes on as if nothing had been, and can be migrated elsewhere.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

SCENARIO(destdead, GUEST_WITH_AGENT)

#define PATIENCE_MS	30000

TEST_F_TIMEOUT(destdead, source_goes_on, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	migration.max_bandwidth = 4 << 20;
	ASSERT_EQ(0, scenario_quiesce(s));
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_wait_status(&migration, "active", PATIENCE_MS));
	ASSERT_EQ(0, migcap_wait(scenario_vf(s), "state", "pre_copy",
				 PATIENCE_MS));
	vm_kill(migration.to);
	ASSERT_EQ(0, migration_expect_failure(&migration, PATIENCE_MS));
	note("QEMU says: %s", migration.error);
	ASSERT_EQ(0, scenario_healthy(s));

	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
