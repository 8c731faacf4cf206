// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest reboots, without telling anybody.  Guarantees: a reset ends what
 * was asked of the guest before it, and the new kernel starts afresh.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

SCENARIO(reboot, GUEST_WITH_AGENT)

#define REBOOT_MS	120000
#define READY_MS	30000

static int reboot_guest(struct scenario *s)
{
	int err;

	err = guest_reboot(&scenario_vm(s)->guest, REBOOT_MS);
	if (err)
		return vm_explain(scenario_vm(s), err);
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

TEST_HARNESS_MAIN
