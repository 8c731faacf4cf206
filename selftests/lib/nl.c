// SPDX-License-Identifier: GPL-2.0-only
/*
 * Route netlink by libnl3.  Each function opens its own socket: they are few
 * and far between, and nothing has to be kept.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/sriov.h>
#include <string.h>

#include "failure.h"
#include "nl.h"

static struct nl_sock *route_socket(void)
{
	struct nl_sock *sk = nl_socket_alloc();

	if (sk && nl_connect(sk, NETLINK_ROUTE)) {
		nl_socket_free(sk);
		sk = NULL;
	}
	return sk;
}

/* libnl has its own error numbers; the ones met here are few. */
static int report(int err, const char *link, const char *what)
{
	if (err >= 0)
		return 0;
	err = -err;
	return failure(err == NLE_NODEV || err == NLE_OBJ_NOTFOUND ?
		       -ENODEV : -EIO, "%s: cannot %s: %s", link, what,
		       nl_geterror(err));
}

/* Apply the changes in @changes to the link of that name. */
static int change_link(const char *link, struct rtnl_link *changes)
{
	struct nl_sock *sk = route_socket();
	struct rtnl_link *now = NULL;
	int err;

	if (!sk || !changes)
		return -NLE_NOMEM;
	err = rtnl_link_get_kernel(sk, 0, link, &now);
	if (!err)
		err = rtnl_link_change(sk, now, changes, 0);
	rtnl_link_put(now);
	nl_socket_free(sk);
	return err;
}

int nl_link_set(const char *link, bool up)
{
	struct rtnl_link *changes = rtnl_link_alloc();
	int err;

	if (up)
		rtnl_link_set_flags(changes, IFF_UP);
	else
		rtnl_link_unset_flags(changes, IFF_UP);
	err = change_link(link, changes);
	rtnl_link_put(changes);
	return report(err, link, up ? "set the link up" : "set the link down");
}

static int change_address(const char *link, const char *text,
			  int (*change)(struct nl_sock *sk,
					struct rtnl_addr *address, int flags))
{
	struct rtnl_addr *address = rtnl_addr_alloc();
	struct nl_sock *sk = route_socket();
	struct nl_addr *local = NULL;
	int err;

	if (!address || !sk)
		return -NLE_NOMEM;
	err = nl_addr_parse(text, AF_INET, &local);
	if (!err)
		err = rtnl_addr_set_local(address, local);
	if (!err) {
		rtnl_addr_set_ifindex(address, if_nametoindex(link));
		err = change(sk, address, 0);
	}
	nl_addr_put(local);
	rtnl_addr_put(address);
	nl_socket_free(sk);
	return err;
}

int nl_address_add(const char *link, const char *address)
{
	int err = change_address(link, address, rtnl_addr_add);

	if (err == -NLE_EXIST)
		err = 0;
	return report(err, link, "add the address");
}

int nl_address_del(const char *link, const char *address)
{
	int err = change_address(link, address, rtnl_addr_delete);

	if (err == -NLE_NOADDR)
		err = 0;
	return report(err, link, "remove the address");
}

static struct rtnl_link_vf *vf_alloc(int index)
{
	struct rtnl_link_vf *vf = rtnl_link_vf_alloc();

	if (vf)
		rtnl_link_vf_set_index(vf, index);
	return vf;
}

/* Apply one VF's settings and drop it: the link owns it once it is added. */
static int change_vf(const char *link, struct rtnl_link_vf *vf)
{
	struct rtnl_link *changes = rtnl_link_alloc();
	int err;

	err = rtnl_link_vf_add(changes, vf);
	if (!err)
		err = change_link(link, changes);
	rtnl_link_put(changes);
	rtnl_link_vf_put(vf);
	return err;
}

int nl_vf_set_mac(const char *link, int index, const char *mac)
{
	struct rtnl_link_vf *vf = vf_alloc(index);
	struct nl_addr *address;
	int err;

	err = nl_addr_parse(mac, AF_LLC, &address);
	if (!err) {
		rtnl_link_vf_set_addr(vf, address);
		nl_addr_put(address);
		err = change_vf(link, vf);
	}
	return report(err, link, "set a VF's MAC address");
}

int nl_vf_set_vlan(const char *link, int index, int vlan)
{
	struct rtnl_link_vf *vf = vf_alloc(index);
	nl_vf_vlans_t *vlans;
	int err;

	err = rtnl_link_vf_vlan_alloc(&vlans, 1);
	if (!err) {
		vlans->vlans[0].vf_vlan = vlan;
		vlans->vlans[0].vf_vlan_proto = ETH_P_8021Q;
		rtnl_link_vf_set_vlans(vf, vlans);
		rtnl_link_vf_vlan_put(vlans);
		err = change_vf(link, vf);
	}
	return report(err, link, "set a VF's VLAN");
}

int nl_vf_set_spoofcheck(const char *link, int index, bool on)
{
	struct rtnl_link_vf *vf = vf_alloc(index);

	rtnl_link_vf_set_spoofchk(vf, on);
	return report(change_vf(link, vf), link, "set a VF's spoof check");
}

int nl_vf_set_trust(const char *link, int index, bool on)
{
	struct rtnl_link_vf *vf = vf_alloc(index);

	rtnl_link_vf_set_trust(vf, on);
	return report(change_vf(link, vf), link, "set a VF's trust");
}

static void fill_stats(struct rtnl_link_vf *vf, struct nl_vf_stats *stats)
{
	uint64_t value;

	rtnl_link_vf_get_stat(vf, RTNL_LINK_VF_STATS_RX_PACKETS, &value);
	stats->rx_packets = value;
	rtnl_link_vf_get_stat(vf, RTNL_LINK_VF_STATS_TX_PACKETS, &value);
	stats->tx_packets = value;
	rtnl_link_vf_get_stat(vf, RTNL_LINK_VF_STATS_RX_BYTES, &value);
	stats->rx_bytes = value;
	rtnl_link_vf_get_stat(vf, RTNL_LINK_VF_STATS_TX_BYTES, &value);
	stats->tx_bytes = value;
}

int nl_vf_stats(const char *link, int index, struct nl_vf_stats *stats)
{
	struct nl_sock *sk = route_socket();
	struct rtnl_link_vf *vf = NULL;
	struct rtnl_link *now = NULL;
	int err;

	if (!sk)
		return -ENOMEM;
	err = rtnl_link_get_kernel(sk, 0, link, &now);
	if (!err) {
		vf = rtnl_link_vf_get(now, index);
		if (vf)
			fill_stats(vf, stats);
		else
			err = -NLE_OBJ_NOTFOUND;
	}
	rtnl_link_vf_put(vf);
	rtnl_link_put(now);
	nl_socket_free(sk);
	return report(err, link, "read a VF's statistics");
}
