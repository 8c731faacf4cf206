// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest comes to a host whose PF has another MAC address for its VF.
 *
 * Guarantees: it is not refused for that; the guest's agent says what is wrong,
 * and the guest has its address again after the operator has set it on the PF and
 * the device was down once more.
 */
#include "kselftest_harness.h"

#include "../lib/command.h"
#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

#define QUIESCE_MS	30000
#define OTHER_MAC	"02:00:00:09:00:99"
#define AGENT		"/sys/bus/pci/devices/*/migcap_agent"
#define HAS_MAC		"grep -x %s /sys/class/net/eth0/address"
#define LOST		"grep '^network device has lost its hardware address' " \
			AGENT "/reason && grep -x 'addresses_lost 1' " \
			AGENT "/counters"
#define ALL_IS_WELL	"grep -x none " AGENT "/reason"

SCENARIO(address, GUEST_WITH_AGENT)

static int set_mac(struct scenario *s, int end, const char *mac)
{
	struct pci_pf pf;
	int number = pci_pf_of(s->wire.vfs[end], &pf);

	return number < 0 ? number :
	       command("ip link set %s vf %d mac %s", pf.netdev, number, mac);
}

TEST_F_TIMEOUT(address, of_another_host, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;
	const char *vf;

	ASSERT_EQ(0, set_mac(s, 1, OTHER_MAC));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	vf = scenario_vf(s);
	ASSERT_EQ(0, migcap_wait(vf, "guest", "present", QUIESCE_MS));
	EXPECT_EQ(0, guest_must(&scenario_vm(s)->guest, 20, HAS_MAC, OTHER_MAC));
	EXPECT_EQ(0, guest_must(&scenario_vm(s)->guest, 20, LOST));

	ASSERT_EQ(0, set_mac(s, 1, WIRE_MAC));
	ASSERT_EQ(0, migcap_quiesce(vf, QUIESCE_MS));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	EXPECT_EQ(0, scenario_healthy(s));
	EXPECT_EQ(0, guest_must(&scenario_vm(s)->guest, 20, HAS_MAC, WIRE_MAC));
	EXPECT_EQ(0, guest_must(&scenario_vm(s)->guest, 20, ALL_IS_WELL));
}

TEST_HARNESS_MAIN
