// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consent while the guest is suspended, to memory or to idle.
 *
 * A suspended guest answers nobody, and its device works for nobody.  So READY is
 * given at the last moment of a suspend, and taken back at the first of the
 * resume.  Those are the moments after the PM core has suspended the function, and
 * before it resumes it: a device of ours is the function's supplier, and a child
 * of the bridge above it, for its registers must still be reachable.
 *
 * Until then and from then on the agent is parked (main.c).  A guest that accounts
 * for its DMA says that an answer will come: it does, in the one way or the other.
 *
 * A device that comes back from a suspend to memory has lost its state, and drivers
 * expect that.  After a suspend to idle they may rely on it, so a function that was
 * replaced or reset meanwhile is recovered.
 *
 * Hibernation needs none of this: the VM is off, and what is resumed later finds
 * registers in which nothing has been said.
 *
 * Locks: the device_lock.  The agent is parked, so no one else changes its fields.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <linux/migcap_regs.h>

#include "agent.h"
#include "publish.h"
#include "suspend.h"

/*
 * The agent's thread may be finishing something.  If whoever it waits for is
 * suspended already, there is no consent, but the guest does suspend.
 */
#define LOCK_TRIES	100

static bool migcap_guest_suspend_lock(struct migcap_guest_agent *agent)
{
	unsigned int i;

	for (i = 0; i < LOCK_TRIES; i++) {
		if (device_trylock(&agent->pdev->dev))
			return true;
		usleep_range(1000, 2000);
	}
	return false;
}

/* Whether the function will work again, should it be replaced. */
static bool
migcap_guest_suspend_may_lose(const struct migcap_guest_agent *agent)
{
	return agent->state == MIGCAP_PARKED &&
	       (pm_suspend_via_firmware() || !agent->pdev->driver ||
		agent->backend.ops);
}

static int migcap_guest_suspend_noirq(struct device *dev)
{
	struct migcap_guest_agent *agent = dev_get_drvdata(dev);
	struct migcap_guest_suspend *suspend = &agent->suspend;
	struct migcap_guest_cap_regs now;

	if (!migcap_guest_suspend_lock(agent))
		return 0;
	if (!migcap_guest_suspend_may_lose(agent) ||
	    migcap_guest_cap_read(&agent->regs, &now))
		goto unlock;

	suspend->master_cleared = migcap_guest_is_master(agent->pdev);
	if (suspend->master_cleared)
		pci_clear_master(agent->pdev);
	if (!pci_wait_for_pending_transaction(agent->pdev)) {
		if (suspend->master_cleared)
			pci_set_master(agent->pdev);
		goto unlock;
	}
	suspend->epoch = now.epoch;
	suspend->asleep = true;
	migcap_guest_publish(agent, MIGCAP_STANDING);
unlock:
	device_unlock(&agent->pdev->dev);
	return 0;
}

/* Whether the function may be another one, or was reset. */
static bool migcap_guest_suspend_lost(struct migcap_guest_agent *agent)
{
	struct migcap_guest_cap_regs now;

	return migcap_guest_cap_read(&agent->regs, &now) ||
	       now.epoch != agent->suspend.epoch ||
	       !migcap_guest_publish_stands(agent, &now);
}

static int migcap_guest_resume_noirq(struct device *dev)
{
	struct migcap_guest_agent *agent = dev_get_drvdata(dev);
	struct migcap_guest_suspend *suspend = &agent->suspend;

	device_lock(&agent->pdev->dev);
	if (!suspend->asleep)
		goto unlock;

	if (migcap_guest_suspend_lost(agent))
		set_bit(pm_resume_via_firmware() ? MIGCAP_TODO_ANNOUNCE :
						   MIGCAP_TODO_RECOVER,
			&agent->todo);
	migcap_guest_publish(agent, MIGCAP_PARKED);
	if (suspend->master_cleared)
		pci_set_master(agent->pdev);
	suspend->asleep = false;
unlock:
	device_unlock(&agent->pdev->dev);
	return 0;
}

static const struct dev_pm_ops migcap_guest_suspend_ops = {
	.suspend_noirq	= migcap_guest_suspend_noirq,
	.resume_noirq	= migcap_guest_resume_noirq,
};

static const struct device_type migcap_guest_suspend_type = {
	.name	= "migcap_suspend",
	.pm	= &migcap_guest_suspend_ops,
};

static void migcap_guest_suspend_release(struct device *dev)
{
	kfree(dev);
}

static struct device *
migcap_guest_suspend_add(struct migcap_guest_agent *agent)
{
	struct device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int ret;

	if (!dev)
		return NULL;
	dev->parent = agent->pdev->dev.parent;
	dev->type = &migcap_guest_suspend_type;
	dev->release = migcap_guest_suspend_release;
	dev_set_drvdata(dev, agent);
	device_initialize(dev);
	ret = dev_set_name(dev, "migcap-%s", pci_name(agent->pdev));
	if (!ret)
		ret = device_add(dev);
	if (!ret)
		return dev;
	put_device(dev);
	return NULL;
}

/**
 * migcap_guest_suspend_init() - consent whenever the guest is suspended
 * @agent:	the agent, its device registered
 *
 * Context: device_lock not held, no suspend under way.
 */
void migcap_guest_suspend_init(struct migcap_guest_agent *agent)
{
	struct migcap_guest_suspend *suspend = &agent->suspend;
	struct device *dev = migcap_guest_suspend_add(agent);

	if (!dev)
		goto warn;
	suspend->link = device_link_add(&agent->pdev->dev, dev,
					DL_FLAG_STATELESS);
	if (suspend->link) {
		suspend->dev = dev;
		return;
	}
	device_unregister(dev);
warn:
	pci_warn(agent->pdev, "migcap: no consent while suspended\n");
}

/**
 * migcap_guest_suspend_exit() - do so no longer
 * @agent:	the agent
 *
 * Context: device_lock not held.
 */
void migcap_guest_suspend_exit(struct migcap_guest_agent *agent)
{
	struct migcap_guest_suspend *suspend = &agent->suspend;

	if (!suspend->dev)
		return;
	device_link_del(suspend->link);
	device_unregister(suspend->dev);
	suspend->dev = NULL;
}
