// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main job: a guest moves to another host, the network comes along.
 * Guarantees: TCP connections survive with their content, the source keeps
 * nothing, and START and END were each raised once.
 */
#include "kselftest_harness.h"

#include "../lib/scenario.h"

FIXTURE(migrate) {
	struct scenario s;
};

FIXTURE_SETUP(migrate)
{
	int err = scenario_setup(&self->s, "migrate", GUEST_WITH_AGENT);

	if (err == -ENODEV)
		SKIP(return, "no NIC with SR-IOV");
	ASSERT_EQ(0, err);
}

FIXTURE_TEARDOWN(migrate)
{
	scenario_teardown(&self->s);
}

TEST_F_TIMEOUT(migrate, network_comes_along, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	long starts, ends;

	ASSERT_EQ(0, scenario_migrate(s, &migration));
	EXPECT_EQ(0, scenario_healthy(s));
	EXPECT_EQ(0, migcap_counter(s->vfs[0], "starts", &starts));
	EXPECT_EQ(1, starts);
	EXPECT_EQ(0, migcap_counter(s->vfs[1], "ends", &ends));
	EXPECT_EQ(1, ends);
	TH_LOG("total %lld ms, downtime %lld ms, %lld KiB sent in %lld passes",
	       migration.total_ms, migration.downtime_ms,
	       migration.ram_bytes >> 10, migration.passes);
}

TEST_HARNESS_MAIN
