/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hardware address that the network device of a function had.
 *
 * Owns: what it was, and having it back.  Does not own: when the device goes and
 * comes (transition.c).  Lock: the RTNL.
 */
#ifndef MIGCAP_GUEST_ADDRESS_H
#define MIGCAP_GUEST_ADDRESS_H

#include <linux/netdevice.h>

struct migcap_guest_agent;

/**
 * struct migcap_guest_address - what is to be had back
 * @ifindex:	of the network device, 0 if there was none
 * @bytes:	its address
 * @lost:	the network device has another one since it came back
 */
struct migcap_guest_address {
	int ifindex;
	u8 bytes[MAX_ADDR_LEN];
	bool lost;
};

void migcap_guest_address_remember(struct migcap_guest_agent *agent);
void migcap_guest_address_check(struct migcap_guest_agent *agent);
void migcap_guest_address_changed(struct migcap_guest_agent *agent);

#endif /* MIGCAP_GUEST_ADDRESS_H */
