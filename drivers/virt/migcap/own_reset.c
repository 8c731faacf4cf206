// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver's own reset of its device.
 *
 * A device that was cut off has sent nothing since, and may have lost its link.
 * The driver's watchdog is the first to notice that in a guest that goes on, and
 * queues a work that takes the device down and up.  If that takes no lock, and the
 * agent does the same at that moment, NAPI is disabled twice in a row, or enabled:
 * the former never returns, with the network device's lock held from Linux 6.14 on,
 * so that the agent waits for it for ever; the latter is a BUG().
 *
 * A watchdog looks every few seconds.  What it has queued is waited for; it will
 * not look again before the driver is down.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#include "agent.h"
#include "netdev.h"
#include "own_reset.h"
#include "quirks.h"

/*
 * Whatever schedule_work() has queued: which work it is that is waited for, only the
 * driver knows.  The kernel warns of that, since others' works may need locks that
 * the caller has.  This one has the device_lock, which only the handling of a real
 * error would want, and that does not come by such a work in a guest.
 */
static void migcap_guest_own_reset_flush(void)
{
	flush_workqueue(READ_ONCE(system_percpu_wq));
}

/* Without a reason to reset the device the driver does not. */
static bool migcap_guest_own_reset_is_likely(struct migcap_guest_agent *agent)
{
	struct net_device *dev = migcap_guest_netdev_up(agent->pdev);

	return dev && (agent->reset_pending || !netif_carrier_ok(dev));
}

/**
 * migcap_guest_own_reset_wait() - have a reset that the driver has begun come to
 * its end
 * @agent:	the agent
 *
 * Context: device_lock and RTNL held.  The RTNL is dropped while there is something
 * to wait for, since other works of the kernel may need it.
 */
void migcap_guest_own_reset_wait(struct migcap_guest_agent *agent)
{
	ASSERT_RTNL();

	if (!(agent->quirks & MIGCAP_QUIRK_OWN_RESET) ||
	    !migcap_guest_own_reset_is_likely(agent))
		return;
	rtnl_unlock();
	/* The work of the watchdog, and the one that it has queued. */
	migcap_guest_own_reset_flush();
	migcap_guest_own_reset_flush();
	rtnl_lock();
}
