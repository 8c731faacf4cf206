// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's root resets the VF while its driver is down.
 *
 * Guarantees:
 *  - the reset is done, and the driver does not hear of it: igbvf would wait for
 *    ever for what has been stopped already;
 *  - END is served, and the network is back;
 *  - the same with an interface that is closed: it can be opened then;
 *  - a reset of a VF in use reaches the driver, as without the agent.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/nic.h"
#include "../lib/scenario_fixture.h"

#define PATIENCE_MS	30000
#define VF		NIC_VF_DRIVER_DIR "/0*"
#define RESET		"for f in " VF "/reset; do echo 1 >$f; done; echo done >/tmp/reset"
#define RESET_AND_WAIT	"(" RESET ") >/dev/null 2>&1 </dev/null & " \
			"for i in $(seq 100); do [ -e /tmp/reset ] && exit; " \
			"sleep 0.1; done; cat /proc/$!/stack; exit 1"
#define COUNTER		"sed -n 's/^resets_passed //p' " VF "/migcap_agent/counters"

SCENARIO(reset, GUEST_WITH_AGENT)

/* It may hang: in the background, and waited for. */
static int reset_vf(struct scenario *s)
{
	return guest_must(&scenario_vm(s)->guest, 20, RESET_AND_WAIT);
}

static int resets_passed(struct scenario *s)
{
	struct guest *guest = &scenario_vm(s)->guest;

	return guest_must(guest, 10, COUNTER) ? -EIO : atoi(guest->output);
}

TEST_F_TIMEOUT(reset, while_quiesced, 200)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, migcap_quiesce(vf, PATIENCE_MS));
	EXPECT_EQ(0, reset_vf(s));
	EXPECT_TRUE(migcap_reads(vf, "guest", "ready"));
	EXPECT_EQ(1, resets_passed(s));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	ASSERT_EQ(0, migcap_wait(vf, "guest", "present", PATIENCE_MS));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(reset, while_closed, 200)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 10,
				"ip link set eth0 down"));
	ASSERT_EQ(0, migcap_wait(vf, "guest", "standing", PATIENCE_MS));
	EXPECT_EQ(0, reset_vf(s));
	EXPECT_TRUE(migcap_reads(vf, "guest", "standing"));
	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 10,
				"ip link set eth0 up"));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(reset, in_use, 200)
{
	struct scenario *s = &self->s;

	EXPECT_EQ(0, reset_vf(s));
	EXPECT_EQ(0, resets_passed(s));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
