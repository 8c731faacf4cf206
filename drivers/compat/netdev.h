/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 6.0: references to network devices are tracked
 * ("net: rename reference+tracking helpers").
 */
#ifndef MIGCAP_COMPAT_NETDEV_H
#define MIGCAP_COMPAT_NETDEV_H

#include <linux/netdevice.h>

#ifndef MIGCAP_HAVE_NETDEV_HOLD
#define netdevice_tracker	struct migcap_compat_tracker
#define netdev_hold		migcap_compat_netdev_hold
#define netdev_put		migcap_compat_netdev_put

struct migcap_compat_tracker {
};

static inline void
migcap_compat_netdev_hold(struct net_device *dev,
			  struct migcap_compat_tracker *tracker, gfp_t gfp)
{
	dev_hold(dev);
}

static inline void
migcap_compat_netdev_put(struct net_device *dev,
			 struct migcap_compat_tracker *tracker)
{
	dev_put(dev);
}
#endif

#endif /* MIGCAP_COMPAT_NETDEV_H */
