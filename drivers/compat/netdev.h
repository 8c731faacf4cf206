/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 6.0: references to network devices are tracked
 * ("net: rename reference+tracking helpers").
 * 6.18: what schedule_work() queues has another name
 * ("workqueue: Add system_percpu_wq and system_dfl_wq").
 */
#ifndef MIGCAP_COMPAT_NETDEV_H
#define MIGCAP_COMPAT_NETDEV_H

#include <linux/netdevice.h>
#include <linux/workqueue.h>

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

#ifndef MIGCAP_HAVE_PERCPU_WQ
#define system_percpu_wq	system_wq
#endif

#endif /* MIGCAP_COMPAT_NETDEV_H */
