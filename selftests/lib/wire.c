// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a guest's network and taking it away again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "failure.h"
#include "nl.h"
#include "wire.h"

#define VFS_EACH	2	/* at least, at each end */
#define BRIDGE		"migcapbr"
#define ADDRESS		WIRE_HOST_ADDRESS "/24"

static const char *const taps[2] = { "migcaptap0", "migcaptap1" };

const char *wire_link(const struct wire *wire)
{
	return wire->bridged ? BRIDGE : wire->pf.netdev;
}

struct wire_nic wire_nic(int end, const char *more)
{
	struct wire_nic nic;

	snprintf(nic.netdev, sizeof(nic.netdev),
		 "tap,id=net0,vhost=on,script=no,downscript=no,ifname=%s",
		 taps[end]);
	snprintf(nic.device, sizeof(nic.device),
		 "virtio-net-pci,id=net0dev,netdev=net0,mac=" WIRE_MAC "%s",
		 more);
	return nic;
}

static int join(const char *link)
{
	int err = command("ip link set %s master " BRIDGE " up", link);

	return err ? err : command("bridge link set dev %s isolated on", link);
}

/* The bridge has the PF's address: the NIC delivers no other to the PF. */
static int make_bridge(const char *pf)
{
	int end, err;

	nl_address_del(pf, ADDRESS);
	/* A kernel that has them built in may have no modules at all. */
	err = command("modprobe -aq bridge tun vhost_net || true");
	if (!err)
		err = command("ip link add " BRIDGE " type bridge forward_delay 0");
	if (!err)
		err = command("ip link set " BRIDGE " up address $(cat /sys/class/net/%s/address)",
			      pf);
	if (!err)
		err = join(pf);
	for (end = 0; end < 2 && !err; end++) {
		err = command("ip tuntap add dev %s mode tap", taps[end]);
		if (!err)
			err = join(taps[end]);
	}
	return err;
}

/* In the lab only: nobody else's VFs are removed for a test. */
static bool may_make_vfs(void)
{
	return getenv("MIGCAP_MAKE_VFS");
}

static int take_vf(struct wire *wire, int end, const char *vf)
{
	struct pci_pf pf;
	int number = pci_pf_of(vf, &pf);

	if (number < 0)
		return number;
	if (end && strcmp(pf.bdf, wire->pf.bdf))
		return failure(-ENODEV, "%s and %s are not of one NIC",
			       wire->vfs[0], vf);
	wire->pf = pf;
	snprintf(wire->vfs[end], sizeof(wire->vfs[end]), "%s", vf);
	return nl_vf_set_mac(pf.netdev, number, WIRE_MAC);
}

/* What was given; what it was like before, is for whoever gave it to restore. */
static int take_vfs(struct wire *wire)
{
	const char *first = getenv("MIGCAP_VF"), *second = getenv("MIGCAP_VF2");
	int err;

	if (!first || !*first || !second || !*second)
		return failure(-ENODEV, "no VFs given: MIGCAP_VF and MIGCAP_VF2");
	err = take_vf(wire, 0, first);
	return err ? err : take_vf(wire, 1, second);
}

static int make_vf(struct wire *wire, int number, const char *mac, char *bdf)
{
	int err = pci_vf_bdf(&wire->pf, number, bdf);

	if (err)
		return failure(err, "no VF %d", number);
	return nl_vf_set_mac(wire->pf.netdev, number, mac);
}

/* VFs of one end follow each other. */
static int make_end(struct wire *wire, int end, int each)
{
	int i, err = make_vf(wire, end * each, WIRE_MAC, wire->vfs[end]);
	char mac[] = WIRE_MAC;

	for (i = 0; i < wire->others && !err; i++) {
		mac[4]++;
		err = make_vf(wire, end * each + 1 + i, mac,
			      wire->other_vfs[end][i]);
	}
	return err;
}

static int make_vfs(struct wire *wire)
{
	int each = wire->others + 1 > VFS_EACH ? wire->others + 1 : VFS_EACH;
	int err = pci_find_pf(&wire->pf);

	wire->made_vfs = !err;
	if (!err)
		err = pci_make_vfs(&wire->pf, 2 * each);
	if (!err)
		err = nl_link_set(wire->pf.netdev, true);
	if (!err)
		err = make_end(wire, 0, each);
	return err ? err : make_end(wire, 1, each);
}

struct wire_address wire_address(int other, int host)
{
	struct wire_address address;

	snprintf(address.text, sizeof(address.text), "10.9.%d.%d",
		 (other + 1) & 15, host & 15);
	return address;
}

static int add_other_addresses(struct wire *wire)
{
	char address[24];
	int i, err = 0;

	for (i = 0; i < wire->others && !err; i++) {
		snprintf(address, sizeof(address), "%s/24",
			 wire_address(i, 1).text);
		err = nl_address_add(wire_link(wire), address);
	}
	return err;
}

static int obtain_vfs(struct wire *wire)
{
	if (may_make_vfs())
		return make_vfs(wire);
	if (wire->others)
		return failure(-ENODEV, "needs more VFs than are given");
	return take_vfs(wire);
}

int wire_make(struct wire *wire, bool bridged, int others)
{
	int err;

	wire->others = others;
	err = obtain_vfs(wire);

	wire->bridged = !err && bridged;
	if (!err)
		err = nl_link_set(wire->pf.netdev, true);
	if (!err && bridged)
		err = make_bridge(wire->pf.netdev);
	if (!err)
		err = nl_address_add(wire_link(wire), ADDRESS);
	return err ? err : add_other_addresses(wire);
}

static void remove_other_addresses(const struct wire *wire)
{
	char address[24];
	int i;

	for (i = 0; i < wire->others && wire->made_vfs; i++) {
		snprintf(address, sizeof(address), "%s/24",
			 wire_address(i, 1).text);
		nl_address_del(wire_link(wire), address);
	}
}

void wire_remove(struct wire *wire)
{
	int end, i;

	for (end = 0; end < 2; end++) {
		if (wire->vfs[end][0])
			pci_unbind(wire->vfs[end]);
		for (i = 0; i < wire->others; i++)
			if (wire->other_vfs[end][i][0])
				pci_unbind(wire->other_vfs[end][i]);
	}
	remove_other_addresses(wire);
	if (wire->made_vfs)
		pci_remove_vfs(&wire->pf);
	else if (wire->pf.bdf[0])
		nl_address_del(wire->pf.netdev, ADDRESS);
	if (wire->bridged)
		command("ip link del %s; ip link del %s; ip link del " BRIDGE,
			taps[0], taps[1]);
	wire->bridged = false;
}

int wire_bind(const struct wire *wire, const char *driver)
{
	int end, i, err = 0;

	for (end = 0; end < 2 && !err; end++) {
		err = pci_bind(wire->vfs[end], driver);
		for (i = 0; i < wire->others && !err; i++)
			err = pci_bind(wire->other_vfs[end][i], driver);
	}
	return err;
}
