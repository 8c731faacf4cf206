/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network configuration of the machine under test, through libnl3: the
 * physical function's link and address, and what the PF rules about its VFs.
 * Links are named as the kernel names them.  All functions return 0 or -errno
 * with a failure reason.
 */
#ifndef MIGCAP_TEST_NL_H
#define MIGCAP_TEST_NL_H

#include <stdbool.h>

struct nl_vf_stats {
	unsigned long long rx_packets, tx_packets;
	unsigned long long rx_bytes, tx_bytes;
};

int nl_link_set(const char *link, bool up);

/* Add "10.9.0.1/24"; fine if it is there already. */
int nl_address_add(const char *link, const char *address);
int nl_address_del(const char *link, const char *address);

/* Rules of the PF @link for VF @vf. */
int nl_vf_set_mac(const char *link, int vf, const char *mac);
int nl_vf_set_vlan(const char *link, int vf, int vlan);
int nl_vf_set_spoofcheck(const char *link, int vf, bool on);
int nl_vf_set_trust(const char *link, int vf, bool on);
int nl_vf_stats(const char *link, int vf, struct nl_vf_stats *stats);

#endif /* MIGCAP_TEST_NL_H */
