// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest in which nobody answers.  Guarantees: a migration is refused at once
 * with a reason, before anything is done to the guest.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

SCENARIO(noagent, GUEST_WITHOUT_AGENT)

#define PATIENCE_MS	30000

TEST_F_TIMEOUT(noagent, quiesce_refused, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);

	ASSERT_TRUE(migcap_reads(vf, "guest", "absent"));
	EXPECT_EQ(-EOPNOTSUPP, migcap_write(vf, "quiesce", "1"));
	EXPECT_TRUE(migcap_reads(vf, "quiesce", "idle"));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(noagent, migration_refused, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);
	struct migration migration;
	long starts = -1;

	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_expect_failure(&migration, PATIENCE_MS));
	note("QEMU says: %s", migration.error);
	EXPECT_NE('\0', migration.error[0]);
	EXPECT_EQ(-EOPNOTSUPP, migcap_last_error(vf));
	EXPECT_EQ(0, migcap_counter(vf, "starts", &starts));
	EXPECT_EQ(0, starts);
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
