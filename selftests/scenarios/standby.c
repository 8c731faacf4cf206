// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest with a second way to the network: a virtio-net of the VF's MAC address,
 * which its net_failover keeps as a standby.  Guarantees: while the VF is taken
 * down, for as long as that may be, the network works by way of the standby, both
 * ways; once it is up again, all goes by way of the VF; and the pair may be
 * dissolved at any time.
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/nic.h"
#include "../lib/scenario_fixture.h"

#define READY_MS	30000
#define BACK_MS		60000
#define PROBES_MS	60000
#define PROBES_WANTED	100
#define PAUSE_MS	1000

#define COUNTERS	"/sys/bus/pci/devices/*/migcap_agent/counters"
#define UNBIND_STANDBY	"cd /sys/bus/virtio/drivers/virtio_net && " \
			"echo virtio? >unbind"
#define OPEN_VF		"cd " NIC_VF_DRIVER_DIR "/*/net && vf=$(ls) && " \
			"ip address add " WIRE_GUEST_ADDRESS "/24 dev $vf && " \
			"ip link set $vf up"

/* The bridge looks for the guest at its standby until it hears from it elsewhere. */
#define SPEAK		"for i in $(seq 60); do " \
			"ping -c 1 -W 1 " WIRE_HOST_ADDRESS " && exit; " \
			"done; exit 1"

SCENARIO_VMM(standby, GUEST_WITH_AGENT, .standby = true)

/* So many probes of now are answered that no neighbour is forgotten. */
static bool answers(struct scenario *s)
{
	return !probe_wait(s->probe, now_ns(), PROBES_WANTED, PROBES_MS) &&
	       !scenario_network_works(s);
}

/* How many frames the standby has received for the pair. */
static long received(struct scenario *s)
{
	struct guest *guest = &scenario_vm(s)->guest;

	if (guest_must(guest, 10, "sed -n 's/^standby_frames //p' " COUNTERS))
		return -1;
	return strtol(guest->output, NULL, 10);
}

static bool all_by_vf(struct scenario *s)
{
	long long deadline = deadline_in(BACK_MS);
	long before = -1, now = received(s);

	while (now != before && ms_until(deadline)) {
		sleep_ms(PAUSE_MS);
		before = now;
		now = received(s);
	}
	return now == before && answers(s) && received(s) == now;
}

TEST_F_TIMEOUT(standby, carries_while_quiesced, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);
	long before = received(s);

	EXPECT_LE(0, before);
	ASSERT_EQ(0, migcap_quiesce(vf, READY_MS));
	EXPECT_TRUE(answers(s));
	EXPECT_TRUE(migcap_reads(vf, "guest", "ready"));
	EXPECT_LT(before, received(s));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	EXPECT_EQ(0, scenario_healthy(s));
	EXPECT_TRUE(all_by_vf(s));
}

TEST_F_TIMEOUT(standby, carries_across_a_migration, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, scenario_migrate(s, &migration));
	EXPECT_EQ(0, scenario_healthy(s));
	EXPECT_TRUE(all_by_vf(s));
	EXPECT_LT(0, received(s));
}

/* Nothing of the agent's keeps a device from going; the VF is left, closed. */
TEST_F_TIMEOUT(standby, pair_is_dissolved, 300)
{
	struct scenario *s = &self->s;
	struct guest *guest = &scenario_vm(s)->guest;
	const char *vf = scenario_vf(s);

	ASSERT_EQ(0, migcap_quiesce(vf, READY_MS));
	ASSERT_EQ(0, guest_must(guest, 60, UNBIND_STANDBY));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	ASSERT_EQ(0, migcap_settled(vf, "standing", BACK_MS));
	ASSERT_EQ(0, guest_must(guest, 20, OPEN_VF));
	ASSERT_EQ(0, guest_must(guest, 120, SPEAK));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
