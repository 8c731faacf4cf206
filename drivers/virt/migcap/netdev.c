// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network devices of a PCI function.
 *
 * They are looked up each time by their parent and not kept, in all network
 * namespaces: this happens when a link changes, not when a packet passes.
 */
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

#include "address.h"
#include "agent.h"
#include "announce.h"
#include "netdev.h"
#include "registry.h"
#include "verify.h"

/* Some network device of the function that is up, or that is not; or NULL. */
static struct net_device *migcap_guest_netdev_find(struct pci_dev *pdev,
						   bool up)
{
	struct net_device *dev, *found = NULL;
	struct net *net;

	ASSERT_RTNL();

	down_read(&net_rwsem);
	for_each_net(net) {
		for_each_netdev(net, dev) {
			if (dev->dev.parent == &pdev->dev &&
			    !!(dev->flags & IFF_UP) == up)
				found = dev;
		}
	}
	up_read(&net_rwsem);

	return found;
}

/**
 * migcap_guest_netdev_up() - a network device of a function that is in use
 * @pdev:	the function
 *
 * Context: RTNL held.
 * Return: the network device, valid for as long as the RTNL is held; NULL if
 * none is up.
 */
struct net_device *migcap_guest_netdev_up(struct pci_dev *pdev)
{
	return migcap_guest_netdev_find(pdev, true);
}

/**
 * migcap_guest_netdev_all_closed() - tell whether no one uses a network function
 * @pdev:	the function
 *
 * Context: RTNL held, so that an open or a close is either done or not begun.
 * Return: true if it has at least one network device and none is up.
 */
bool migcap_guest_netdev_all_closed(struct pci_dev *pdev)
{
	return migcap_guest_netdev_find(pdev, false) &&
	       !migcap_guest_netdev_up(pdev);
}

/**
 * migcap_guest_netdev_open() - make up for an open that was refused
 * @pdev:	the function
 *
 * Context: RTNL held.
 */
void migcap_guest_netdev_open(struct pci_dev *pdev)
{
	struct net_device *dev = migcap_guest_netdev_find(pdev, false);
	int ret;

	if (!dev)
		return;
	ret = dev_open(dev, NULL);
	if (ret)
		pci_warn(pdev, "migcap: %s cannot be opened: %d\n",
			 netdev_name(dev), ret);
}

/**
 * migcap_guest_netdev_look() - see what there is of the network
 * @pdev:	the function
 *
 * Context: RTNL held.
 * Return: MIGCAP_SEEN_NETDEV, MIGCAP_SEEN_OPEN, MIGCAP_SEEN_LINK.
 */
unsigned int migcap_guest_netdev_look(struct pci_dev *pdev)
{
	struct net_device *dev = migcap_guest_netdev_up(pdev);
	unsigned int seen = MIGCAP_SEEN_NETDEV;

	if (!dev)
		return migcap_guest_netdev_find(pdev, false) ? seen : 0;
	if (netif_device_present(dev))
		seen |= MIGCAP_SEEN_OPEN;
	if (netif_carrier_ok(dev))
		seen |= MIGCAP_SEEN_LINK;
	return seen;
}

/*
 * The core enters the notifier with a semaphore of netpoll down and leaves it
 * down for ever if the open is refused (__dev_open()).  The next open would
 * wait for it with the RTNL held.
 */
static bool migcap_guest_netdev_may_refuse(const struct net_device *dev)
{
#ifdef CONFIG_NETPOLL
	return !rcu_access_pointer(dev->npinfo);
#else
	return true;
#endif
}

/**
 * migcap_guest_netdev_gone() - the function does not work until further notice
 * @agent:	its agent
 *
 * If it has a standby, that one takes over, and neighbours are told.
 *
 * Context: RTNL held.
 */
void migcap_guest_netdev_gone(struct migcap_guest_agent *agent)
{
	struct net_device *dev = migcap_guest_netdev_up(agent->pdev);

	migcap_guest_announce_cancel(&agent->announce);
	if (dev && migcap_guest_standby_begin(&agent->standby, dev))
		migcap_guest_announce_now(dev);
}

/**
 * migcap_guest_netdev_back() - the function works again, perhaps on another host
 * @agent:	its agent
 *
 * Switches and neighbours are told as soon as there is a link.
 *
 * Context: RTNL held.
 */
void migcap_guest_netdev_back(struct migcap_guest_agent *agent)
{
	if (migcap_guest_netdev_up(agent->pdev))
		migcap_guest_announce_begin(agent);
	else
		migcap_guest_standby_end(&agent->standby);
}

static void
migcap_guest_netdev_relinked(struct netdev_notifier_changeupper_info *info)
{
	if (!info->linking)
		migcap_guest_standby_unlinked(info->upper_dev);
}

static int migcap_guest_netdev_event(struct notifier_block *nb,
				     unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct migcap_guest_agent *agent;
	bool refuse;
	int ret = 0;

	/* Not of the function alone: what stands by for it has another parent. */
	if (event == NETDEV_CHANGEUPPER)
		migcap_guest_netdev_relinked(info);

	if (!dev->dev.parent || !dev_is_pci(dev->dev.parent))
		return NOTIFY_DONE;
	agent = migcap_guest_registry_get(to_pci_dev(dev->dev.parent));
	if (!agent)
		return NOTIFY_DONE;

	switch (event) {
	case NETDEV_PRE_UP:
		refuse = migcap_guest_netdev_may_refuse(dev);
		ret = migcap_guest_transition_opening(agent, refuse);
		break;
	case NETDEV_GOING_DOWN:
		migcap_guest_transition_closing(agent);
		break;
	case NETDEV_CHANGEADDR:
		migcap_guest_address_changed(agent);
		break;
	case NETDEV_CHANGE:
		if (netif_carrier_ok(dev))
			migcap_guest_verify_linked(agent);
		migcap_guest_announce_linked(agent, dev);
		break;
	case NETDEV_UNREGISTER:
		migcap_guest_address_changed(agent);
		fallthrough;
	case NETDEV_UP:
		agent->open_refused = false;
		fallthrough;
	case NETDEV_DOWN:
	case NETDEV_REGISTER:
		migcap_guest_agent_kick(agent);
		break;
	}
	migcap_guest_registry_put(agent);
	return notifier_from_errno(ret);
}

static struct notifier_block migcap_guest_netdev_notifier = {
	.notifier_call = migcap_guest_netdev_event,
};

/**
 * migcap_guest_netdev_init() - begin to follow network devices
 *
 * Return: 0 or a negative errno.
 */
int migcap_guest_netdev_init(void)
{
	return register_netdevice_notifier(&migcap_guest_netdev_notifier);
}

/**
 * migcap_guest_netdev_exit() - no longer follow network devices
 *
 * No agent is left: each needs to know before its device is opened.
 */
void migcap_guest_netdev_exit(void)
{
	unregister_netdevice_notifier(&migcap_guest_netdev_notifier);
}
