// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main job: a guest moves to another host, the network comes along.
 * Guarantees: TCP connections survive with their content, the source keeps
 * nothing, START and END were each raised once, and the network was told where
 * the guest is.
 */
#include <unistd.h>

#include "kselftest_harness.h"

#include "../lib/arp.h"
#include "../lib/scenario_fixture.h"

#define ANNOUNCED_MS	5000

FIXTURE(migrate) {
	struct scenario s;
	int arp;
};

FIXTURE_SETUP(migrate)
{
	self->arp = -1;
	SCENARIO_SET_UP(scenario_setup(&self->s, "migrate", GUEST_WITH_AGENT));
	self->arp = arp_listen(self->s.wire.pf.netdev);
	ASSERT_LE(0, self->arp);
}

FIXTURE_TEARDOWN(migrate)
{
	close(self->arp);
	SCENARIO_TEAR_DOWN(&self->s);
}

TEST_F_TIMEOUT(migrate, network_comes_along, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	long starts, ends;

	ASSERT_EQ(0, scenario_migrate(s, &migration));
	EXPECT_EQ(0, arp_wait_announcement(self->arp, WIRE_GUEST_ADDRESS,
					   ANNOUNCED_MS, NULL));
	EXPECT_EQ(0, scenario_healthy(s));
	EXPECT_EQ(0, migcap_counter(s->wire.vfs[0], "starts", &starts));
	EXPECT_EQ(1, starts);
	EXPECT_EQ(0, migcap_counter(s->wire.vfs[1], "ends", &ends));
	EXPECT_EQ(1, ends);
	TH_LOG("total %lld ms, downtime %lld ms, %lld KiB sent in %lld passes",
	       migration.total_ms, migration.downtime_ms,
	       migration.ram_bytes >> 10, migration.passes);
}

TEST_HARNESS_MAIN
