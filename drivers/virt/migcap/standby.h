/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The standby of a failover pair, while the primary is down for a migration.
 *
 * Owns: taking in what the standby receives.  Does not own: what is sent, which
 * net_failover directs to whichever of the two has a link, nor when all this
 * happens (netdev.c, announce.c).  Lock: the RTNL.
 */
#ifndef MIGCAP_GUEST_STANDBY_H
#define MIGCAP_GUEST_STANDBY_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/netdevice.h>

/**
 * struct migcap_guest_standby - a standby that receives for its pair
 * @node:	among those that do
 * @tap:	sees what the standby receives; @tap.dev is the standby
 * @pair:	the failover device, NULL while the standby does not receive for it
 * @trackers:	of the references to @pair and to the standby
 * @frames:	taken in since the agent exists
 */
struct migcap_guest_standby {
	struct list_head node;
	struct packet_type tap;
	struct net_device *pair;
	netdevice_tracker trackers[2];
	atomic_long_t frames;
};

bool migcap_guest_standby_begin(struct migcap_guest_standby *standby,
				struct net_device *primary);
void migcap_guest_standby_end(struct migcap_guest_standby *standby);
void migcap_guest_standby_unlinked(struct net_device *pair);

#endif /* MIGCAP_GUEST_STANDBY_H */
