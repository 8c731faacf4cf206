// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest opens its interface while a migration has its consent, and netpoll
 * (netconsole) is attached to it.  The core leaves a semaphore of netpoll down
 * when such an open is refused, and the next one waits for it with the RTNL
 * held.
 *
 * Guarantees:
 *  - the open is not refused: the host hears of it, and the guest becomes READY
 *    again by taking the driver down;
 *  - after END the network is there, and the RTNL free;
 *  - without netpoll the open is refused, and the agent makes up for it after END.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/nic.h"
#include "../lib/scenario_fixture.h"

#define PATIENCE_MS	30000
#define NETCONSOLE	"load netconsole netconsole=@" WIRE_GUEST_ADDRESS \
			"/eth0,@" WIRE_HOST_ADDRESS "/"
/* In the background: it may wait for ever, and all that follows with it. */
#define OPEN		"(ip link set eth0 up; echo $? >/tmp/up) " \
			">/dev/null 2>&1 </dev/null & " \
			"for i in $(seq 100); do [ -e /tmp/up ] && break; " \
			"sleep 0.1; done; grep -x %d /tmp/up && rm /tmp/up"

#define STATE		NIC_VF_DRIVER_DIR "/0*/migcap_agent/state"
#define QUIESCED	"for i in $(seq 100); do grep -x quiesced " STATE \
			" && exit; sleep 0.1; done; cat " STATE "; exit 1"

SCENARIO(netpoll, GUEST_WITH_AGENT)

static int close_and_start(struct scenario *s)
{
	const char *vf = scenario_vf(s);

	if (guest_must(&scenario_vm(s)->guest, 10, "ip link set eth0 down") ||
	    migcap_wait(vf, "guest", "standing", PATIENCE_MS))
		return -EIO;
	return migcap_quiesce(vf, PATIENCE_MS);
}

/* Open it in the guest; the status that `ip` is to end with. */
static int open_ends(struct scenario *s, int status)
{
	return guest_must(&scenario_vm(s)->guest, 20, OPEN, status);
}

TEST_F_TIMEOUT(netpoll, open_goes_on, 200)
{
	struct scenario *s = &self->s;
	struct guest *guest = &scenario_vm(s)->guest;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, guest_must(guest, 20, NETCONSOLE));
	ASSERT_EQ(0, close_and_start(s));
	ASSERT_EQ(0, open_ends(s, 0));
	/* By the driver, since the interface is open now. */
	EXPECT_EQ(0, guest_must(guest, 20, QUIESCED));
	EXPECT_EQ(0, migcap_wait(vf, "guest", "ready", PATIENCE_MS));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	ASSERT_EQ(0, migcap_wait(vf, "guest", "present", PATIENCE_MS));
	ASSERT_EQ(0, open_ends(s, 0));
	EXPECT_EQ(0, guest_must(guest, 10,
				"ip address add 10.8.8.8/32 dev lo"));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(netpoll, is_not_there, 200)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, close_and_start(s));
	ASSERT_EQ(0, open_ends(s, 2));
	EXPECT_TRUE(migcap_reads(vf, "guest", "ready"));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	ASSERT_EQ(0, migcap_wait(vf, "guest", "present", PATIENCE_MS));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
