// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of network devices.
 */
#include <linux/netdevice.h>

#if defined(MIGCAP_MUST_PASS)
static void __maybe_unused probe(struct net_device *dev)
{
	dev_hold(dev);
}
#elif defined(MIGCAP_MUST_FAIL)
static void __maybe_unused probe(struct net_device *dev)
{
	dev_hold_that_no_kernel_has(dev);
}
#elif defined(MIGCAP_PROBE_NETDEV_HOLD)
static netdevice_tracker tracker;
static void __maybe_unused probe(struct net_device *dev)
{
	netdev_hold(dev, &tracker, GFP_KERNEL);
	netdev_put(dev, &tracker);
}
#endif
