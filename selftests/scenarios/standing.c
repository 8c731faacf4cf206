// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest whose NIC is down has nothing to stop.  Guarantees: it is migrated
 * without an answer and undisturbed, and the NIC comes up on the other host.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

SCENARIO(standing, GUEST_WITH_AGENT)

#define PATIENCE_MS	120000

TEST_F_TIMEOUT(standing, migrates_unasked, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);
	struct migration migration;
	long raised = -1;

	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 10,
				"ip link set eth0 down"));
	ASSERT_EQ(0, migcap_wait(vf, "guest", "standing", PATIENCE_MS));
	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_finish(&migration, PATIENCE_MS));
	EXPECT_EQ(0, migcap_counter(vf, "irq_raised", &raised));
	EXPECT_EQ(0, raised);

	scenario_moved(s);
	ASSERT_EQ(0, guest_wait(&scenario_vm(s)->guest, PATIENCE_MS));
	EXPECT_TRUE(migcap_reads(scenario_vf(s), "guest", "standing"));
	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 10,
				"ip link set eth0 up"));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
