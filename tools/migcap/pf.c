// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PF's network device through libnl3, see pf.h.
 *
 * Each function opens its own socket: the calls are few, and nothing has to be
 * kept or followed up.
 */
#include <errno.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/link/sriov.h>
#include <stdio.h>
#include <string.h>

#include "pf.h"

static char error_text[128];

const char *pf_error(void)
{
	return error_text;
}

/* libnl has error numbers of its own. */
static int errno_of(int err)
{
	switch (err < 0 ? -err : err) {
	case 0:
		return 0;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	case NLE_INVAL:
	case NLE_RANGE:
		return -EINVAL;
	case NLE_BUSY:
		return -EBUSY;
	default:
		return -EIO;
	}
}

static int report(int err, const char *pf, const char *what)
{
	if (err >= 0)
		return 0;
	snprintf(error_text, sizeof(error_text), "%s: cannot %s: %s", pf, what,
		 nl_geterror(err));
	return errno_of(err);
}

static struct nl_sock *route_socket(void)
{
	struct nl_sock *sk = nl_socket_alloc();

	if (sk && nl_connect(sk, NETLINK_ROUTE)) {
		nl_socket_free(sk);
		sk = NULL;
	}
	return sk;
}

static int get_link(const char *pf, struct rtnl_link **link)
{
	struct nl_sock *sk = route_socket();
	int err;

	if (!sk)
		return -NLE_NOMEM;
	err = rtnl_link_get_kernel(sk, 0, pf, link);
	nl_socket_free(sk);
	return err;
}

int pf_read_link(const char *pf, struct pf_link *info)
{
	struct rtnl_link *link;
	struct nl_addr *mac;
	int err = get_link(pf, &link);

	if (err)
		return report(err, pf, "read the link");
	*info = (struct pf_link){
		.mtu = rtnl_link_get_mtu(link),
		.up = rtnl_link_get_flags(link) & IFF_UP &&
		      rtnl_link_get_carrier(link),
	};
	mac = rtnl_link_get_addr(link);
	if (mac && nl_addr_get_len(mac) == ETH_ALEN)
		memcpy(info->mac, nl_addr_get_binary_addr(mac), ETH_ALEN);
	rtnl_link_put(link);
	return 0;
}

/* -1 from the kernel: the PF's driver has no such switch. */
static int get_switch(struct rtnl_link_vf *vf,
		      int (*get)(struct rtnl_link_vf *vf, uint32_t *value))
{
	uint32_t value = 0;

	return get(vf, &value) || value > 1 ? RULES_UNKNOWN : (int)value;
}

static void fill_rules(struct rtnl_link_vf *vf, struct rules *rules)
{
	nl_vf_vlans_t *vlans = NULL;
	struct nl_addr *mac = NULL;

	*rules = (struct rules)RULES_NONE;
	if (!rtnl_link_vf_get_addr(vf, &mac) && nl_addr_get_len(mac) == ETH_ALEN)
		memcpy(rules->mac, nl_addr_get_binary_addr(mac), ETH_ALEN);
	if (!rtnl_link_vf_get_vlans(vf, &vlans)) {
		if (vlans->size > 0) {
			rules->vlan = vlans->vlans[0].vf_vlan;
			rules->qos = vlans->vlans[0].vf_vlan_qos;
			rules->proto = vlans->vlans[0].vf_vlan_proto;
		}
		rtnl_link_vf_vlan_put(vlans);
	}
	rules->trust = get_switch(vf, rtnl_link_vf_get_trust);
	rules->spoofchk = get_switch(vf, rtnl_link_vf_get_spoofchk);
}

int pf_read_rules(const char *pf, int index, struct rules *rules)
{
	struct rtnl_link_vf *vf;
	struct rtnl_link *link;
	int err = get_link(pf, &link);

	if (err)
		return report(err, pf, "read the link");
	vf = rtnl_link_vf_get(link, index);
	if (vf)
		fill_rules(vf, rules);
	rtnl_link_vf_put(vf);
	rtnl_link_put(link);
	if (vf)
		return 0;
	snprintf(error_text, sizeof(error_text),
		 "%s: says nothing about VF %d", pf, index);
	return -ENOENT;
}

static struct rtnl_link_vf *vf_alloc(int index)
{
	struct rtnl_link_vf *vf = rtnl_link_vf_alloc();

	if (vf)
		rtnl_link_vf_set_index(vf, index);
	return vf;
}

/* Apply what is set in @vf, and drop it. */
static int change_vf(const char *pf, struct rtnl_link_vf *vf)
{
	struct rtnl_link *changes = rtnl_link_alloc(), *now = NULL;
	struct nl_sock *sk = route_socket();
	int err = -NLE_NOMEM;

	if (changes && sk)
		err = rtnl_link_vf_add(changes, vf);
	if (!err)
		err = rtnl_link_get_kernel(sk, 0, pf, &now);
	if (!err)
		err = rtnl_link_change(sk, now, changes, 0);
	rtnl_link_put(now);
	rtnl_link_put(changes);
	rtnl_link_vf_put(vf);
	nl_socket_free(sk);
	return err;
}

int pf_set_mac(const char *pf, int index, const struct rules *rules)
{
	struct rtnl_link_vf *vf = vf_alloc(index);
	struct nl_addr *mac;

	mac = nl_addr_build(AF_LLC, rules->mac, ETH_ALEN);
	if (!vf || !mac)
		return report(-NLE_NOMEM, pf, "set the VF's MAC address");
	rtnl_link_vf_set_addr(vf, mac);
	nl_addr_put(mac);
	return report(change_vf(pf, vf), pf, "set the VF's MAC address");
}

int pf_set_vlan(const char *pf, int index, const struct rules *rules)
{
	struct rtnl_link_vf *vf = vf_alloc(index);
	nl_vf_vlans_t *vlans;

	if (!vf || rtnl_link_vf_vlan_alloc(&vlans, 1))
		return report(-NLE_NOMEM, pf, "set the VF's VLAN");
	vlans->vlans[0].vf_vlan = rules->vlan;
	vlans->vlans[0].vf_vlan_qos = rules->qos;
	vlans->vlans[0].vf_vlan_proto = rules->proto;
	rtnl_link_vf_set_vlans(vf, vlans);
	rtnl_link_vf_vlan_put(vlans);
	return report(change_vf(pf, vf), pf, "set the VF's VLAN");
}

int pf_set_trust(const char *pf, int index, const struct rules *rules)
{
	struct rtnl_link_vf *vf;

	if (rules->trust == RULES_UNKNOWN)
		return 0;
	vf = vf_alloc(index);
	if (!vf)
		return report(-NLE_NOMEM, pf, "set the VF's trust");
	rtnl_link_vf_set_trust(vf, rules->trust);
	return report(change_vf(pf, vf), pf, "set the VF's trust");
}

int pf_set_spoofchk(const char *pf, int index, const struct rules *rules)
{
	struct rtnl_link_vf *vf;

	if (rules->spoofchk == RULES_UNKNOWN)
		return 0;
	vf = vf_alloc(index);
	if (!vf)
		return report(-NLE_NOMEM, pf, "set the VF's spoof check");
	rtnl_link_vf_set_spoofchk(vf, rules->spoofchk);
	return report(change_vf(pf, vf), pf, "set the VF's spoof check");
}
