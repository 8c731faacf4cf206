// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest whose operator says how the VF's driver is taken down, with a stock
 * driver that can be taken down in more than one way: igbvf.
 *
 * Guarantees:
 *  - the agent says which way it would take, and why;
 *  - a way that does not exist, or is known not to work, is refused with an
 *    error of its own, and changes nothing;
 *  - power management takes igbvf to the other host and back: the network comes
 *    along, connections survive with their content.
 */
#include "kselftest_harness.h"

#include "../lib/scenario_fixture.h"

#define AGENT	"/sys/bus/pci/devices/*/migcap_agent/"
#define SAYS	"cat " AGENT "backend && grep -qx '%s' " AGENT "backend"
#define FORCE	"echo %s >$(echo " AGENT "backend)"
#define REFUSED	"! " FORCE " 2>/tmp/error && cat /tmp/error && " \
		"grep -q '%s' /tmp/error"
/* The thread looks at once, but it has to wake up. */
#define SOON	"sleep 1 && " SAYS

SCENARIO(backend, GUEST_WITH_AGENT)

static struct guest *guest_of(struct scenario *s)
{
	return &scenario_vm(s)->guest;
}

TEST_F_TIMEOUT(backend, power_management, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	int trip;

	EXPECT_EQ(0, guest_must(guest_of(s), 10, SAYS,
				"error_recovery: known driver"));
	EXPECT_EQ(0, guest_must(guest_of(s), 10, REFUSED, "levitation",
				"Invalid argument"));
	EXPECT_EQ(0, guest_must(guest_of(s), 10, REFUSED, "reset",
				"Operation not permitted"));
	EXPECT_EQ(0, guest_must(guest_of(s), 10, SOON,
				"error_recovery: known driver"));

	ASSERT_EQ(0, guest_must(guest_of(s), 10, FORCE, "power_management"));
	ASSERT_EQ(0, guest_must(guest_of(s), 10, SOON,
				"power_management: forced"));
	for (trip = 0; trip < 2; trip++) {
		ASSERT_EQ(0, scenario_migrate(s, &migration));
		ASSERT_EQ(0, scenario_healthy(s));
		TH_LOG("total %lld ms, downtime %lld ms", migration.total_ms,
		       migration.downtime_ms);
	}
	EXPECT_EQ(0, guest_must(guest_of(s), 10, SAYS,
				"power_management: forced"));
	EXPECT_EQ(0, guest_must(guest_of(s), 10,
				"grep -x 'resumed 2' " AGENT "counters"));
	ASSERT_EQ(0, guest_must(guest_of(s), 10, FORCE, "auto"));
	EXPECT_EQ(0, guest_must(guest_of(s), 10, SOON,
				"error_recovery: known driver"));
}

TEST_HARNESS_MAIN
