// SPDX-License-Identifier: GPL-2.0-only
/*
 * A migration that is given up.  Guarantees: whenever that happens, the guest
 * gets END and has its network back, and can be migrated later.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

SCENARIO(cancel, GUEST_WITH_AGENT)

#define CANCEL_MS	30000
#define READY_MS	30000

/* Both ways end here: nothing is left behind, and the next one succeeds. */
static int all_is_well(struct scenario *s)
{
	struct migration migration;
	int err;

	err = scenario_healthy(s);
	if (!err)
		err = scenario_migrate(s, &migration);
	return err ? err : scenario_healthy(s);
}

/* The guest may or may not have seen START by then: either must do. */
TEST_F_TIMEOUT(cancel, before_ready, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, migcap_write(vf, "quiesce", "1"));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	ASSERT_EQ(0, all_is_well(s));
}

TEST_F_TIMEOUT(cancel, quiesced_without_migration, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, migcap_quiesce(vf, READY_MS));
	EXPECT_TRUE(migcap_reads(vf, "guest", "ready"));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	ASSERT_EQ(0, all_is_well(s));
}

TEST_F_TIMEOUT(cancel, after_ready, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	migration.max_bandwidth = 4 << 20;
	ASSERT_EQ(0, migcap_quiesce(vf, READY_MS));
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_wait_status(&migration, "active", CANCEL_MS));
	ASSERT_EQ(0, migcap_wait(vf, "state", "pre_copy", CANCEL_MS));
	EXPECT_TRUE(migcap_reads(vf, "guest", "ready"));
	ASSERT_EQ(0, migration_cancel(&migration, CANCEL_MS));
	ASSERT_EQ(0, all_is_well(s));
}

/* Where the guest is asked late, it has not been asked yet by then. */
TEST_F_TIMEOUT(cancel, while_copying, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, scenario_start_destination(s));
	ASSERT_EQ(0, scenario_quiesce(s));
	migration = scenario_migration(s);
	migration.max_bandwidth = 4 << 20;
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_wait_status(&migration, "active", CANCEL_MS));
	ASSERT_EQ(0, migcap_wait(vf, "state", "pre_copy", CANCEL_MS));
	if (!s->needs_quiesce)
		EXPECT_TRUE(migcap_reads(vf, "guest", "present"));
	ASSERT_EQ(0, migration_cancel(&migration, CANCEL_MS));
	ASSERT_EQ(0, all_is_well(s));
}

TEST_HARNESS_MAIN
