// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gratuitous ARP, unsolicited neighbour advertisements and multicast reports of
 * a function that is back, perhaps on another host.
 *
 * The event that tells of a link comes up to a second after the link, if the
 * driver had detached its network device: the kernel puts off what concerns a
 * device that is not present.  So the link is looked for.  One round may be
 * lost, or come before a switch forwards; there are three.
 *
 * The addresses may be those of any network device above the function's.
 */
#include <linux/if_vlan.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include <net/sch_generic.h>

#include "agent.h"
#include "announce.h"
#include "netdev.h"

#define ROUNDS		3
#define ROUND_MS	500
#define LOOK_MS		10
#define LOOK_LIMIT_MS	5000

static void migcap_guest_announce_one(struct net_device *dev)
{
	call_netdevice_notifiers(NETDEV_NOTIFY_PEERS, dev);
	call_netdevice_notifiers(NETDEV_RESEND_IGMP, dev);
}

/* A virtual switch is no device above its own ports, which have the addresses. */
static void migcap_guest_announce_ovs(struct net *net)
{
	struct net_device *dev;

	for_each_netdev(net, dev) {
		if (dev->rtnl_link_ops &&
		    !strcmp(dev->rtnl_link_ops->kind, "openvswitch"))
			migcap_guest_announce_one(dev);
	}
}

static int migcap_guest_announce_upper(struct net_device *dev,
				       struct netdev_nested_priv *priv)
{
	/* These hear it from the device below. */
	if (is_vlan_dev(dev) || netif_is_macvlan(dev))
		return 0;
	if (netif_is_ovs_master(dev))
		migcap_guest_announce_ovs(dev_net(dev));
	else
		migcap_guest_announce_one(dev);
	return 0;
}

/**
 * migcap_guest_announce_now() - one round
 * @dev:	network device of a function, with a link
 *
 * Context: RTNL held.
 */
void migcap_guest_announce_now(struct net_device *dev)
{
	struct netdev_nested_priv none = {};

	ASSERT_RTNL();

	migcap_guest_announce_one(dev);
	/* The RTNL keeps the devices where they are, and the notifiers sleep. */
	netdev_walk_all_upper_dev_rcu(dev, migcap_guest_announce_upper, &none);
}

/*
 * Between a driver's word that there is a link and the event that tells of it,
 * what is sent is dropped, if the loss of the link had been noticed.
 */
static bool migcap_guest_announce_can(const struct net_device *dev)
{
	return netif_carrier_ok(dev) && !qdisc_tx_is_noop(dev);
}

static int migcap_guest_announce_is_mute(struct net_device *dev,
					 struct netdev_nested_priv *priv)
{
	return netif_running(dev) && !migcap_guest_announce_can(dev);
}

/*
 * A bridge or a bond hears of the link by events of its own, each of which may
 * come late, too.
 */
static bool migcap_guest_announce_all_can(struct net_device *dev)
{
	struct netdev_nested_priv none = {};

	return migcap_guest_announce_can(dev) &&
	       !netdev_walk_all_upper_dev_rcu(dev, migcap_guest_announce_is_mute,
					      &none);
}

static void migcap_guest_announce_again(struct migcap_guest_announce *announce,
					unsigned int ms)
{
	cancel_delayed_work(&announce->work);
	schedule_delayed_work(&announce->work, msecs_to_jiffies(ms));
}

static void migcap_guest_announce_round(struct migcap_guest_agent *agent,
					struct net_device *dev)
{
	struct migcap_guest_announce *announce = &agent->announce;

	migcap_guest_announce_now(dev);
	if (announce->rounds == ROUNDS) {
		agent->counters.announced++;
		migcap_guest_standby_end(&agent->standby);
	}
	if (--announce->rounds)
		migcap_guest_announce_again(announce, ROUND_MS);
}

static void migcap_guest_announce_look(struct migcap_guest_agent *agent)
{
	struct migcap_guest_announce *announce = &agent->announce;
	struct net_device *dev;
	bool in_time;

	if (!announce->rounds)
		return;
	dev = migcap_guest_netdev_up(agent->pdev);
	if (!dev)
		return;
	in_time = time_before(jiffies, announce->until);
	/* A device above may have no link of its own for good. */
	if (in_time ? migcap_guest_announce_all_can(dev) :
		      migcap_guest_announce_can(dev))
		migcap_guest_announce_round(agent, dev);
	else if (in_time)
		migcap_guest_announce_again(announce, LOOK_MS);
}

/* The caller that stops the work may hold the RTNL.  A later try will do. */
static void migcap_guest_announce_work(struct work_struct *work)
{
	struct migcap_guest_announce *announce =
		container_of(to_delayed_work(work),
			     struct migcap_guest_announce, work);

	if (!rtnl_trylock()) {
		migcap_guest_announce_again(announce, LOOK_MS);
		return;
	}
	migcap_guest_announce_look(container_of(announce,
						struct migcap_guest_agent,
						announce));
	rtnl_unlock();
}

/**
 * migcap_guest_announce_begin() - a function works again, perhaps elsewhere
 * @agent:	its agent
 *
 * Context: RTNL held.
 */
void migcap_guest_announce_begin(struct migcap_guest_agent *agent)
{
	struct migcap_guest_announce *announce = &agent->announce;

	ASSERT_RTNL();

	announce->rounds = ROUNDS;
	announce->until = jiffies + msecs_to_jiffies(LOOK_LIMIT_MS);
	migcap_guest_announce_look(agent);
}

/**
 * migcap_guest_announce_linked() - the event that tells of a link has come
 * @agent:	the function's agent
 * @dev:	the network device
 *
 * Context: RTNL held.
 */
void migcap_guest_announce_linked(struct migcap_guest_agent *agent,
				  struct net_device *dev)
{
	ASSERT_RTNL();

	if (agent->announce.rounds == ROUNDS &&
	    migcap_guest_announce_all_can(dev))
		migcap_guest_announce_round(agent, dev);
}

/**
 * migcap_guest_announce_cancel() - the function goes down, or nobody uses it
 * @announce:	its agent's
 *
 * Context: RTNL held.
 */
void migcap_guest_announce_cancel(struct migcap_guest_announce *announce)
{
	ASSERT_RTNL();

	announce->rounds = 0;
}

/**
 * migcap_guest_announce_init() - set up an agent's
 * @announce:	the agent's
 */
void migcap_guest_announce_init(struct migcap_guest_announce *announce)
{
	INIT_DELAYED_WORK(&announce->work, migcap_guest_announce_work);
}

/**
 * migcap_guest_announce_exit() - end what was begun
 * @announce:	the agent's, which begins nothing any more
 *
 * Context: RTNL not held, may sleep.
 */
void migcap_guest_announce_exit(struct migcap_guest_announce *announce)
{
	rtnl_lock();
	migcap_guest_announce_cancel(announce);
	rtnl_unlock();
	cancel_delayed_work_sync(&announce->work);
}
