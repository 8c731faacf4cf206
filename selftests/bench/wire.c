// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making the shared network and taking it away again.
 */
#include "../lib/command.h"
#include "../lib/nl.h"
#include "wire.h"

#define NR_VFS	4

/* VF numbers of the two ends; both have the guest's MAC address. */
static const int vf_numbers[2] = { 0, 2 };
static const char *const taps[2] = { "benchtap0", "benchtap1" };

const char *wire_tap(int end)
{
	return taps[end];
}

static int join(const char *link)
{
	int err = command("ip link set %s master %s up", link, WIRE_BRIDGE);

	return err ? err : command("bridge link set dev %s isolated on", link);
}

/* The bridge has the PF's address: the NIC delivers no other to the PF. */
static int make_bridge(struct wire *wire)
{
	int end, err;

	err = command("ip link add %s type bridge forward_delay 0",
		      WIRE_BRIDGE);
	if (!err)
		err = command("ip link set %s up address $(cat /sys/class/net/%s/address)",
			      WIRE_BRIDGE, wire->pf.netdev);
	if (!err)
		err = join(wire->pf.netdev);
	/* A kernel that has them built in may have no modules at all. */
	if (!err)
		err = command("modprobe -aq tun vhost_net || true");
	for (end = 0; end < 2 && !err; end++) {
		err = command("ip tuntap add dev %s mode tap", taps[end]);
		if (!err)
			err = join(taps[end]);
	}
	return err ? err : nl_address_add(WIRE_BRIDGE, WIRE_HOST_ADDRESS "/24");
}

static int make_vf(struct wire *wire, int end)
{
	int err = pci_vf_bdf(&wire->pf, vf_numbers[end], wire->vfs[end]);

	if (err)
		return failure(err, "no VF %d", vf_numbers[end]);
	return nl_vf_set_mac(wire->pf.netdev, vf_numbers[end], WIRE_MAC);
}

int wire_make(struct wire *wire)
{
	int err = pci_find_pf(&wire->pf);

	if (!err)
		err = pci_make_vfs(&wire->pf, NR_VFS);
	if (!err)
		err = nl_link_set(wire->pf.netdev, true);
	if (!err)
		err = make_bridge(wire);
	if (!err)
		err = make_vf(wire, 0);
	return err ? err : make_vf(wire, 1);
}

void wire_remove(struct wire *wire)
{
	if (!wire->pf.bdf[0])
		return;
	pci_remove_vfs(&wire->pf);
	command("ip link del %s; ip link del %s; ip link del " WIRE_BRIDGE,
		taps[0], taps[1]);
}

int wire_bind(struct wire *wire, const char *driver)
{
	int err = pci_bind(wire->vfs[0], driver);

	return err ? err : pci_bind(wire->vfs[1], driver);
}
