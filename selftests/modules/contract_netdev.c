// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network device of a driver that is played.  It sends nothing and receives
 * nothing; it is there, or not, and has a link, or not.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include "contract.h"

static netdev_tx_t vf_contract_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static int vf_contract_open(struct net_device *dev)
{
	netif_carrier_on(dev);
	netif_start_queue(dev);
	return 0;
}

static int vf_contract_stop(struct net_device *dev)
{
	netif_stop_queue(dev);
	netif_carrier_off(dev);
	return 0;
}

static const struct net_device_ops vf_contract_netdev_ops = {
	.ndo_open	= vf_contract_open,
	.ndo_stop	= vf_contract_stop,
	.ndo_start_xmit	= vf_contract_xmit,
};

int vf_contract_add_netdev(struct vf_contract *vf)
{
	struct net_device *dev = alloc_etherdev(0);
	int ret;

	if (!dev)
		return -ENOMEM;
	SET_NETDEV_DEV(dev, &vf->pdev->dev);
	dev->netdev_ops = &vf_contract_netdev_ops;
	eth_hw_addr_random(dev);
	strscpy(dev->name, "contract%d", sizeof(dev->name));
	netif_carrier_off(dev);
	ret = register_netdev(dev);
	if (ret) {
		free_netdev(dev);
		return ret;
	}
	vf->netdev = dev;
	return 0;
}

void vf_contract_remove_netdev(struct vf_contract *vf)
{
	if (!vf->netdev)
		return;
	unregister_netdev(vf->netdev);
	free_netdev(vf->netdev);
	vf->netdev = NULL;
}

void vf_contract_detach(struct vf_contract *vf)
{
	if (!vf->netdev)
		return;
	netif_device_detach(vf->netdev);
	netif_carrier_off(vf->netdev);
}

void vf_contract_attach(struct vf_contract *vf, bool linked)
{
	if (!vf->netdev)
		return;
	netif_device_attach(vf->netdev);
	if (linked && netif_running(vf->netdev))
		netif_carrier_on(vf->netdev);
}
