// SPDX-License-Identifier: GPL-2.0-only
/*
 * Back and forth five times with one connection open: what a migration leaves
 * behind on a VF or in the guest would show at the next.
 */
#include "kselftest_harness.h"

#include "../lib/scenario_fixture.h"

#define ROUNDS	5

SCENARIO(pingpong, GUEST_WITH_AGENT)

TEST_F_TIMEOUT(pingpong, five_times, 900)
{
	struct migration migration;
	int i;

	for (i = 0; i < 2 * ROUNDS; i++) {
		ASSERT_EQ(0, scenario_migrate(&self->s, &migration)) {
			TH_LOG("migration %d of %d", i + 1, 2 * ROUNDS);
		}
		ASSERT_EQ(0, scenario_healthy(&self->s)) {
			TH_LOG("after migration %d of %d", i + 1, 2 * ROUNDS);
		}
		TH_LOG("migration %d: total %lld ms, downtime %lld ms", i + 1,
		       migration.total_ms, migration.downtime_ms);
	}
}

TEST_HARNESS_MAIN
