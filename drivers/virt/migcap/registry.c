// SPDX-License-Identifier: GPL-2.0-only
/*
 * All agents there are.
 *
 * lifecycle_lock: held while an agent is made or ended, which may sleep and
 * wait for its thread; also protects closed and held.
 * agents_lock: protects the list, for lookups from anywhere.  An agent stays
 * on the list until it has parked, so that a driver which unbinds meanwhile
 * still finds it.
 */
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>

#include "registry.h"

static DEFINE_MUTEX(lifecycle_lock);
static DEFINE_SPINLOCK(agents_lock);
static LIST_HEAD(agents);
static unsigned long held;
static bool closed;

/**
 * migcap_guest_registry_get() - find the agent of a device
 * @pdev:	the device
 *
 * Return: the agent with a reference for migcap_guest_registry_put(), or NULL.
 */
struct migcap_guest_agent *migcap_guest_registry_get(struct pci_dev *pdev)
{
	struct migcap_guest_agent *agent, *found = NULL;

	spin_lock(&agents_lock);
	list_for_each_entry(agent, &agents, node) {
		if (agent->pdev == pdev) {
			kref_get(&agent->ref);
			found = agent;
			break;
		}
	}
	spin_unlock(&agents_lock);
	return found;
}

/**
 * migcap_guest_registry_put() - give back a reference
 * @agent:	the agent
 */
void migcap_guest_registry_put(struct migcap_guest_agent *agent)
{
	kref_put(&agent->ref, migcap_guest_agent_release);
}

static void migcap_guest_registry_publish(struct migcap_guest_agent *agent)
{
	struct pci_dev *pdev = agent->pdev;

	spin_lock(&agents_lock);
	list_add_tail(&agent->node, &agents);
	spin_unlock(&agents_lock);

	if (sysfs_create_group(&pdev->dev.kobj, &migcap_guest_agent_group))
		pci_warn(pdev, "migcap: no files in sysfs\n");
	migcap_guest_suspend_init(agent);
	wake_up_process(agent->thread);
}

static void migcap_guest_registry_withdraw(struct migcap_guest_agent *agent)
{
	sysfs_remove_group(&agent->pdev->dev.kobj, &migcap_guest_agent_group);
	migcap_guest_suspend_exit(agent);
	migcap_guest_agent_stop(agent);

	spin_lock(&agents_lock);
	list_del(&agent->node);
	spin_unlock(&agents_lock);
	migcap_guest_registry_put(agent);
}

static bool migcap_guest_registry_has(struct pci_dev *pdev)
{
	struct migcap_guest_agent *agent = migcap_guest_registry_get(pdev);

	if (agent)
		migcap_guest_registry_put(agent);
	return agent;
}

/**
 * migcap_guest_registry_add() - start an agent if the device has the capability
 * @pdev:	the device
 * @is_new:	it has just been added, no driver had it before
 *
 * Context: neither device_lock nor RTNL held.
 */
void migcap_guest_registry_add(struct pci_dev *pdev, bool is_new)
{
	u8 pos = migcap_guest_cap_find(pdev);
	struct migcap_guest_agent *agent;

	if (!pos)
		return;

	guard(mutex)(&lifecycle_lock);
	if (closed || migcap_guest_registry_has(pdev))
		return;

	agent = migcap_guest_agent_create(pdev, pos, held, is_new);
	if (IS_ERR(agent)) {
		pci_err(pdev, "migcap: no agent: %pe\n", agent);
		return;
	}
	pci_info(pdev, "migcap: migration capability at %#04x\n", pos);
	migcap_guest_registry_publish(agent);
}

/**
 * migcap_guest_registry_remove() - end the agent of a device that goes away
 * @pdev:	the device
 *
 * Context: neither device_lock nor RTNL held.
 */
void migcap_guest_registry_remove(struct pci_dev *pdev)
{
	struct migcap_guest_agent *agent, *next;

	guard(mutex)(&lifecycle_lock);
	list_for_each_entry_safe(agent, next, &agents, node)
		if (agent->pdev == pdev)
			migcap_guest_registry_withdraw(agent);
}

/**
 * migcap_guest_registry_close() - end all agents, and start none any more
 *
 * Context: neither device_lock nor RTNL held.
 */
void migcap_guest_registry_close(void)
{
	struct migcap_guest_agent *agent, *next;

	guard(mutex)(&lifecycle_lock);
	closed = true;
	list_for_each_entry_safe(agent, next, &agents, node)
		migcap_guest_registry_withdraw(agent);
}

/**
 * migcap_guest_registry_hold() - park all agents, those to come included
 * @why:	who asks
 *
 * Context: neither device_lock nor RTNL held.
 */
void migcap_guest_registry_hold(enum migcap_guest_hold why)
{
	struct migcap_guest_agent *agent;

	guard(mutex)(&lifecycle_lock);
	__set_bit(why, &held);
	list_for_each_entry(agent, &agents, node)
		migcap_guest_agent_hold(agent, why);
}

/**
 * migcap_guest_registry_unhold() - let all agents work again, as far as @why goes
 * @why:	who had asked
 */
void migcap_guest_registry_unhold(enum migcap_guest_hold why)
{
	struct migcap_guest_agent *agent;

	guard(mutex)(&lifecycle_lock);
	__clear_bit(why, &held);
	list_for_each_entry(agent, &agents, node)
		migcap_guest_agent_unhold(agent, why);
}
