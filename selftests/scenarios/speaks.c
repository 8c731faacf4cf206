// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest without the agent, whose VF driver answers the host itself, as
 * Documentation/porting.md has it (modules/contract_speak.c).
 *
 * Guarantees: such a guest migrates there and back, its device receives on the
 * other host, no memory is written that the driver has freed, and the mailbox
 * vector reached the driver.
 */
#include "kselftest_harness.h"

#include "../lib/contract.h"
#include "../lib/scenario_fixture.h"

#define FRAMES_MS	10000

SCENARIO(speaks, GUEST_WITHOUT_AGENT)

TEST_F_TIMEOUT(speaks, there_and_back, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	char resumed[16];
	int trip;

	ASSERT_EQ(0, contract_play(s, "speaks"));
	ASSERT_EQ(0, contract_send(s));
	ASSERT_EQ(0, contract_receives(s, 20));
	for (trip = 1; trip <= 2; trip++) {
		ASSERT_EQ(0, scenario_migrate(s, &migration));
		EXPECT_EQ(0, migcap_settled(scenario_vf(s), "present",
					    FRAMES_MS));
		snprintf(resumed, sizeof(resumed), "resumed %d", trip);
		EXPECT_EQ(0, contract_comes(s, "contract", resumed));
		EXPECT_EQ(trip, contract_number(s, "contract", "down"));
		EXPECT_EQ(0, contract_receives(s, 20));
		EXPECT_EQ(0, contract_number(s, "contract", "spoiled"));
	}
	EXPECT_LT(0, contract_number(s, "contract", "interrupts"));
}

TEST_HARNESS_MAIN
