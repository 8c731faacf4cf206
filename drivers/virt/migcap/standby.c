// SPDX-License-Identifier: GPL-2.0-only
/*
 * The standby of a failover pair, while the primary is down for a migration.
 *
 * net_failover sends by whichever of the two has a link, but what the standby
 * receives it discards for as long as a primary is registered: it expects that
 * one to be unplugged.  Ours stays.  So for that time the frames are taken where
 * a packet socket on the standby would get them, and handed to the pair.
 */
#include <linux/if_ether.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>

#include "standby.h"

/* Those that receive for their pairs.  Lock: the RTNL. */
static LIST_HEAD(receivers);

static int migcap_guest_standby_receive(struct sk_buff *skb,
					struct net_device *dev,
					struct packet_type *tap,
					struct net_device *orig_dev)
{
	struct migcap_guest_standby *standby;

	standby = container_of(tap, struct migcap_guest_standby, tap);
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return NET_RX_DROP;

	atomic_long_inc(&standby->frames);
	skb->dev = standby->pair;
	return netif_rx(skb);
}

static struct net_device *migcap_guest_standby_find(struct net_device *pair,
						    struct net_device *primary)
{
	struct net_device *dev, *found = NULL;
	struct list_head *iter;

	netdev_for_each_lower_dev(pair, dev, iter) {
		if (dev != primary && netif_is_failover_slave(dev))
			found = dev;
	}
	return found;
}

/**
 * migcap_guest_standby_begin() - let a standby receive for its pair
 * @standby:	the agent's
 * @primary:	network device that is down
 *
 * Context: RTNL held.
 * Return: true if the standby receives; false if there is none.
 */
bool migcap_guest_standby_begin(struct migcap_guest_standby *standby,
				struct net_device *primary)
{
	struct net_device *pair, *dev = NULL;

	ASSERT_RTNL();

	if (standby->pair)
		return true;
	if (!netif_is_failover_slave(primary))
		return false;
	pair = netdev_master_upper_dev_get(primary);
	if (pair)
		dev = migcap_guest_standby_find(pair, primary);
	if (!dev)
		return false;

	netdev_hold(pair, &standby->trackers[0], GFP_KERNEL);
	netdev_hold(dev, &standby->trackers[1], GFP_KERNEL);
	WRITE_ONCE(standby->pair, pair);
	standby->tap = (struct packet_type){
		.type = htons(ETH_P_ALL),
		.ignore_outgoing = true,
		.dev = dev,
		.func = migcap_guest_standby_receive,
	};
	dev_add_pack(&standby->tap);
	list_add(&standby->node, &receivers);
	return true;
}

/**
 * migcap_guest_standby_end() - the primary is back, or will not come back
 * @standby:	the agent's
 *
 * Broadcasts reach both: from now on each is taken in once again.
 *
 * Context: RTNL held, may sleep.
 */
void migcap_guest_standby_end(struct migcap_guest_standby *standby)
{
	ASSERT_RTNL();

	if (!standby->pair)
		return;
	list_del(&standby->node);
	dev_remove_pack(&standby->tap);
	netdev_put(standby->tap.dev, &standby->trackers[1]);
	netdev_put(standby->pair, &standby->trackers[0]);
	WRITE_ONCE(standby->pair, NULL);
}

/**
 * migcap_guest_standby_unlinked() - a device has left its pair
 * @pair:	the failover device
 *
 * If it is the primary, the standby receives for the pair by itself.  If it is
 * the standby, it must not be kept from going away.
 *
 * Context: RTNL held, may sleep.
 */
void migcap_guest_standby_unlinked(struct net_device *pair)
{
	struct migcap_guest_standby *standby, *next;

	ASSERT_RTNL();

	list_for_each_entry_safe(standby, next, &receivers, node)
		if (standby->pair == pair)
			migcap_guest_standby_end(standby);
}
