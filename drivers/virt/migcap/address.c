// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hardware address that the network device of a function had.
 *
 * A PF has its own idea of what address a VF has, and drivers take it over when
 * they reset their device, without telling anyone.  After a migration to a host
 * with another idea the guest goes on with the wrong address: neighbours learn
 * the new one, but switches, firewalls and DHCP servers that know the guest by
 * its address do not.
 */
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>

#include "address.h"
#include "agent.h"
#include "netdev.h"

/* What a struct sockaddr has no room for, nobody can set. */
#define LENGTH_MAX	(sizeof(struct sockaddr) - \
			 offsetof(struct sockaddr, sa_data))

static struct net_device *
migcap_guest_address_dev(struct migcap_guest_agent *agent)
{
	struct net_device *dev = migcap_guest_netdev_up(agent->pdev);

	return dev && dev->addr_len <= LENGTH_MAX ? dev : NULL;
}

/**
 * migcap_guest_address_remember() - the device is about to be taken down
 * @agent:	its agent
 *
 * An address that was lost before is still wanted.
 *
 * Context: RTNL held.
 */
void migcap_guest_address_remember(struct migcap_guest_agent *agent)
{
	struct net_device *dev = migcap_guest_address_dev(agent);
	struct migcap_guest_address *address = &agent->address;

	ASSERT_RTNL();

	if (address->lost && dev && dev->ifindex == address->ifindex)
		return;
	address->ifindex = dev ? dev->ifindex : 0;
	if (dev)
		memcpy(address->bytes, dev->dev_addr, dev->addr_len);
}

static bool
migcap_guest_address_is_right(const struct migcap_guest_address *address,
			      const struct net_device *dev)
{
	return !memcmp(dev->dev_addr, address->bytes, dev->addr_len);
}

/* Whether it worked is seen by the address: not all drivers tell. */
static void migcap_guest_address_set(const struct migcap_guest_address *address,
				     struct net_device *dev)
{
	struct sockaddr_storage wanted = { .ss_family = dev->type };

	memcpy(((struct sockaddr *)&wanted)->sa_data, address->bytes,
	       dev->addr_len);
	/* Older kernels want a struct sockaddr. */
	dev_set_mac_address(dev, (void *)&wanted, NULL);
}

/**
 * migcap_guest_address_check() - the device has been brought up
 * @agent:	its agent
 *
 * Tries to have the address back if it is another one now.
 *
 * Context: RTNL held.
 */
void migcap_guest_address_check(struct migcap_guest_agent *agent)
{
	struct net_device *dev = migcap_guest_address_dev(agent);
	struct migcap_guest_address *address = &agent->address;

	ASSERT_RTNL();

	if (!dev || dev->ifindex != address->ifindex)
		return;
	if (!migcap_guest_address_is_right(address, dev))
		migcap_guest_address_set(address, dev);
	WRITE_ONCE(address->lost, !migcap_guest_address_is_right(address, dev));
	if (!address->lost)
		return;
	agent->counters.addresses_lost++;
	dev_warn_ratelimited(&agent->pdev->dev,
			     "migcap: %s had address %*phC and has %*phC now: set it for the VF on the PF of this host\n",
			     netdev_name(dev), dev->addr_len, address->bytes,
			     dev->addr_len, dev->dev_addr);
}

/**
 * migcap_guest_address_changed() - another address was chosen, or is not needed
 * @agent:	the agent of the function
 *
 * Context: RTNL held.
 */
void migcap_guest_address_changed(struct migcap_guest_agent *agent)
{
	ASSERT_RTNL();

	WRITE_ONCE(agent->address.lost, false);
}
