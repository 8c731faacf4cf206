// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that has its address on its VF, or on what is stacked upon it, and whose
 * VF was down for a while, as in a migration.
 *
 * Guarantees: the network hears from the guest where it is as soon as the VF has a
 * link, and twice more, since the first time may be too early for a switch.
 *
 * How soon is measured in the pauses between the announcements: guest and host may
 * be slow, but both are in the same way.  A guest that had no processor just then is
 * given another try; the event that the agent must not wait for is late each time.
 */
#include <unistd.h>

#include "kselftest_harness.h"

#include "../lib/arp.h"
#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

#define QUIESCE_MS	30000
#define ANNOUNCED_MS	30000
#define ROUNDS		3
#define TRIES		3
#define ADDRESS		WIRE_GUEST_ADDRESS "/24 dev "
#define BOND		"/sys/class/net/bond0/bonding"

#define MAKE_BRIDGE	"load bridge && ip link add br0 type bridge && " \
			"ip link set eth0 master br0 && " \
			"ip address del " ADDRESS "eth0 && " \
			"ip address add " ADDRESS "br0 && ip link set br0 up"
#define UNDO_BRIDGE	"ip link set eth0 nomaster && ip link del br0 && " \
			"ip address add " ADDRESS "eth0"
#define MAKE_BOND	"load bonding max_bonds=0 && " \
			"echo +bond0 >/sys/class/net/bonding_masters && " \
			"echo active-backup >" BOND "/mode && " \
			"ip address del " ADDRESS "eth0 && " \
			"ip link set eth0 down && " \
			"echo +eth0 >" BOND "/slaves && " \
			"ip address add " ADDRESS "bond0 && ip link set bond0 up"
#define UNDO_BOND	"echo -eth0 >" BOND "/slaves && " \
			"echo -bond0 >/sys/class/net/bonding_masters && " \
			"ip address add " ADDRESS "eth0 && ip link set eth0 up"

static const struct stack {
	const char *name, *make, *undo;
} stacks[] = {
	{ "VF", "true", "true" },
	{ "bridge", MAKE_BRIDGE, UNDO_BRIDGE },
	{ "bond", MAKE_BOND, UNDO_BOND },
};

FIXTURE(announce) {
	struct scenario s;
	int arp;
};

FIXTURE_SETUP(announce)
{
	self->arp = -1;
	SCENARIO_SET_UP(scenario_setup(&self->s, "announce", GUEST_WITH_AGENT));
	self->arp = arp_listen(self->s.wire.pf.netdev);
	ASSERT_LE(0, self->arp);
}

FIXTURE_TEARDOWN(announce)
{
	close(self->arp);
	SCENARIO_TEAR_DOWN(&self->s);
}

/* The first answer after the VF is back, and then the announcements. */
static int down_and_up(struct scenario *s, int arp, long long *answer,
		       long long *announced)
{
	const char *vf = scenario_vf(s);
	int err = migcap_quiesce(vf, QUIESCE_MS);
	long long released;
	int round;

	if (err)
		return err;
	arp_forget(arp);
	released = now_ns();
	err = migcap_write(vf, "quiesce", "0");
	for (round = 0; !err && round < ROUNDS; round++)
		err = arp_wait_announcement(arp, WIRE_GUEST_ADDRESS,
					    ANNOUNCED_MS, &announced[round]);
	if (err)
		return err;
	*answer = probe_first_answer(s->probe, released, ANNOUNCED_MS);
	return *answer ? 0 : failure(-ETIMEDOUT, "no answer");
}

/* Whether the first announcement came as soon as there was an answer; -errno. */
static int is_announced_at_once(struct scenario *s, int arp, const char *name)
{
	long long answer, announced[ROUNDS], pause;
	int err = down_and_up(s, arp, &answer, announced);

	if (err)
		return err;
	pause = announced[1] - announced[0];
	note("%s: %lld ms after the first answer, again %lld ms later", name,
	     (announced[0] - answer) / NSEC_PER_MSEC, pause / NSEC_PER_MSEC);
	return announced[0] - answer < pause;
}

TEST_F_TIMEOUT(announce, wherever_the_address_is, 500)
{
	struct scenario *s = &self->s;
	struct guest *guest = &scenario_vm(s)->guest;
	const struct stack *stack = stacks;
	int try, at_once;

	for (; stack < stacks + ARRAY_SIZE(stacks); stack++) {
		ASSERT_EQ(0, guest_must(guest, 20, "%s", stack->make));
		ASSERT_EQ(0, scenario_network_works(s));
		at_once = 0;
		for (try = 0; !at_once && try < TRIES; try++)
			at_once = is_announced_at_once(s, self->arp,
						       stack->name);
		ASSERT_EQ(1, at_once);
		EXPECT_EQ(0, scenario_healthy(s));
		ASSERT_EQ(0, guest_must(guest, 20, "%s", stack->undo));
	}
}

TEST_HARNESS_MAIN
