// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent of one device: its life, its thread, and how others hold it.
 *
 * The thread is not freezable: a suspend parks the agent first (main.c).
 *
 * Owns: the thread.  Does not own: what the thread does when something has
 * changed (reconcile.c).  Locks: see agent.h.
 */
#include <linux/kthread.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/migcap_regs.h>

#include "agent.h"
#include "poll.h"
#include "publish.h"

static bool migcap_guest_agent_due(struct migcap_guest_agent *agent)
{
	enum migcap_guest_state state = READ_ONCE(agent->state);
	bool due = test_bit(MIGCAP_TODO_RECHECK, &agent->todo) ||
		   migcap_guest_verify_is_due(&agent->verify);
	struct migcap_guest_cap_regs now;

	if (state == MIGCAP_PARKED || migcap_guest_cap_read(&agent->regs, &now))
		return due;
	agent->migrating = now.event & MIGCAP_EVENT_TRACKING;
	/*
	 * Whatever else is due: START is not answered without the passes that
	 * come before, also if it came during a pass.
	 */
	while (migcap_guest_dirty_track_poll(&agent->track, &now,
					     state == MIGCAP_ACTIVE))
		if (migcap_guest_cap_read(&agent->regs, &now))
			return due;
	return due || now.epoch != READ_ONCE(agent->epoch) ||
	       !migcap_guest_publish_stands(agent, &now);
}

/* A standby does the device's work meanwhile. */
static bool
migcap_guest_agent_is_carried(const struct migcap_guest_agent *agent)
{
	return READ_ONCE(agent->standby.pair);
}

static void migcap_guest_agent_sleep(struct migcap_guest_agent *agent)
{
	enum migcap_guest_state state = READ_ONCE(agent->state);
	struct migcap_guest_outlook outlook = {
		.state = state,
		.has_irq = state == MIGCAP_ACTIVE &&
			   migcap_guest_irq_present(&agent->irq),
		.migrating = agent->migrating,
		.carried = migcap_guest_agent_is_carried(agent),
		.verify_ms = migcap_guest_verify_ms_left(&agent->verify),
	};

	wait_event_interruptible_hrtimeout(agent->wait,
					   test_and_clear_bit(MIGCAP_TODO_LOOK,
							      &agent->todo) ||
						   kthread_should_stop(),
					   migcap_guest_poll_interval(&outlook));
}

/*
 * The agent has priority while the device is down, or about to go down: the host
 * waits, and the guest has no network.  With a standby the guest has one, and its
 * other work comes first when it runs again.  At other times the agent has no
 * priority: passes over pages would keep a guest of one processor from all else.
 */
static void migcap_guest_agent_boost(bool boost)
{
	set_user_nice(current, boost ? MIN_NICE : 0);
}

static void migcap_guest_agent_work(struct migcap_guest_agent *agent)
{
	migcap_guest_agent_boost(!migcap_guest_agent_is_carried(agent));
	device_lock(&agent->pdev->dev);
	migcap_guest_agent_reconcile(agent);
	device_unlock(&agent->pdev->dev);
	migcap_guest_agent_boost(READ_ONCE(agent->state) == MIGCAP_QUIESCED &&
				 !migcap_guest_agent_is_carried(agent));
}

/*
 * The device may hold the swap space or the root file system: memory that is
 * allocated while it is down must not wait for it.
 */
static int migcap_guest_agent_thread(void *data)
{
	struct migcap_guest_agent *agent = data;
	unsigned int noio = memalloc_noio_save();

	while (!kthread_should_stop()) {
		if (migcap_guest_agent_due(agent))
			migcap_guest_agent_work(agent);
		migcap_guest_agent_sleep(agent);
	}

	migcap_guest_agent_hold(agent, MIGCAP_HOLD_EXIT);
	memalloc_noio_restore(noio);
	return 0;
}

static void migcap_guest_agent_fired(struct migcap_guest_irq *irq)
{
	struct migcap_guest_agent *agent =
		container_of(irq, struct migcap_guest_agent, irq);

	set_bit(MIGCAP_TODO_LOOK, &agent->todo);
	wake_up(&agent->wait);
}

/**
 * migcap_guest_agent_kick() - facts may have changed, have the thread look
 * @agent:	the agent
 *
 * Context: any.
 */
void migcap_guest_agent_kick(struct migcap_guest_agent *agent)
{
	set_bit(MIGCAP_TODO_RECHECK, &agent->todo);
	set_bit(MIGCAP_TODO_LOOK, &agent->todo);
	wake_up(&agent->wait);
}

static void
migcap_guest_agent_track_changed(struct migcap_guest_dirty_track *track)
{
	migcap_guest_agent_kick(container_of(track, struct migcap_guest_agent,
					     track));
}

static bool
migcap_guest_agent_is_wanted(struct migcap_guest_dirty_track *track, u8 epoch)
{
	struct migcap_guest_agent *agent =
		container_of(track, struct migcap_guest_agent, track);
	struct migcap_guest_cap_regs now;

	return kthread_should_stop() ||
	       migcap_guest_cap_read(&agent->regs, &now) || now.epoch != epoch;
}

/**
 * migcap_guest_agent_hold_locked() - bring the device back and leave it alone
 * @agent:	the agent
 * @why:	who asks
 *
 * On return the agent is parked: the driver works as if there were no agent.
 *
 * Context: device_lock held, RTNL not held.
 */
void migcap_guest_agent_hold_locked(struct migcap_guest_agent *agent,
				    enum migcap_guest_hold why)
{
	set_bit(why, &agent->held);
	migcap_guest_agent_reconcile(agent);
}

/**
 * migcap_guest_agent_hold() - migcap_guest_agent_hold_locked() for everyone else
 * @agent:	the agent
 * @why:	who asks
 *
 * Context: neither device_lock nor RTNL held.
 */
void migcap_guest_agent_hold(struct migcap_guest_agent *agent,
			     enum migcap_guest_hold why)
{
	device_lock(&agent->pdev->dev);
	migcap_guest_agent_hold_locked(agent, why);
	device_unlock(&agent->pdev->dev);
}

/**
 * migcap_guest_agent_unhold() - the agent may work again, as far as @why goes
 * @agent:	the agent
 * @why:	who had asked
 *
 * Context: any but hard interrupt.  The thread does the work.
 */
void migcap_guest_agent_unhold(struct migcap_guest_agent *agent,
			       enum migcap_guest_hold why)
{
	clear_bit(why, &agent->held);
	migcap_guest_agent_kick(agent);
}

/**
 * migcap_guest_agent_force() - have a backend used, whatever would be chosen
 * @agent:	the agent
 * @name:	the backend, or "auto" to have one chosen again
 *
 * A driver that is down comes up the way it went down.
 *
 * Context: neither device_lock nor RTNL held.
 * Return: 0; -EINVAL if there is no such backend; -EOPNOTSUPP if the driver that
 * is bound lacks the callbacks; -EPERM if it is known that they do not work;
 * -EINTR.
 */
int migcap_guest_agent_force(struct migcap_guest_agent *agent,
			     const char *name)
{
	const struct migcap_guest_quiesce_ops *ops = NULL;
	int ret;

	if (!sysfs_streq(name, "auto")) {
		ops = migcap_guest_quiesce_find(name);
		if (!ops)
			return -EINVAL;
	}
	ret = device_lock_interruptible(&agent->pdev->dev);
	if (ret)
		return ret;
	if (ops)
		ret = migcap_guest_quiesce_may_force(agent->pdev, ops);
	if (!ret)
		agent->limits = (struct migcap_guest_quiesce_limits){
			.forced = ops,
		};
	device_unlock(&agent->pdev->dev);
	if (!ret)
		migcap_guest_agent_kick(agent);
	return ret;
}

/**
 * migcap_guest_agent_reason() - why the agent is not waiting for START, or does
 * so without a network
 * @agent:	the agent
 *
 * Return: a constant text, "none" if all is well.
 */
const char *migcap_guest_agent_reason(const struct migcap_guest_agent *agent)
{
	unsigned int facts = READ_ONCE(agent->facts);

	if (facts & MIGCAP_FACT_HELD)
		return "driver being bound or unbound, suspend or reboot";
	if (facts & MIGCAP_FACT_UNBOUND)
		return "no driver is bound";
	if (facts & MIGCAP_FACT_BROKEN)
		return READ_ONCE(agent->broken) ? : "driver did not come back";
	if (facts & MIGCAP_FACT_UNSUPPORTED)
		return READ_ONCE(agent->backend.why);
	if (facts & MIGCAP_FACT_IDLE)
		return "network device is closed";
	if (facts & MIGCAP_FACT_REFUSED)
		return "driver could not be taken down";
	if (READ_ONCE(agent->verify.failed))
		return "network device has no link since the device came back";
	if (READ_ONCE(agent->address.lost))
		return "network device has lost its hardware address: set it for the VF on the PF";
	return "none";
}

/**
 * migcap_guest_agent_create() - start the agent of a device
 * @pdev:	the device
 * @pos:	offset of its capability
 * @held:	enum migcap_guest_hold bits in force
 * @is_new:	the device has just been added
 *
 * Return: the agent with one reference, or an ERR_PTR().
 */
struct migcap_guest_agent *migcap_guest_agent_create(struct pci_dev *pdev,
						     u8 pos, unsigned long held,
						     bool is_new)
{
	struct migcap_guest_agent *agent = kzalloc(sizeof(*agent), GFP_KERNEL);
	struct migcap_guest_cap_regs now;
	struct task_struct *thread;

	if (!agent)
		return ERR_PTR(-ENOMEM);

	INIT_LIST_HEAD(&agent->node);
	kref_init(&agent->ref);
	init_waitqueue_head(&agent->wait);
	agent->regs = (struct migcap_guest_cap){ .pdev = pdev, .pos = pos };
	migcap_guest_announce_init(&agent->announce);
	agent->irq.fired = migcap_guest_agent_fired;
	agent->track.changed = migcap_guest_agent_track_changed;
	agent->track.wanted = migcap_guest_agent_is_wanted;
	agent->held = held;
	agent->state = MIGCAP_PARKED;
	__set_bit(MIGCAP_TODO_RECHECK, &agent->todo);

	/* A reset that no one has repaired so far is ours to repair. */
	if (!migcap_guest_cap_read(&agent->regs, &now)) {
		agent->epoch = now.epoch;
		agent->reset_pending = now.event & MIGCAP_EVENT_DEVICE_RESET;
	}

	agent->pdev = pci_dev_get(pdev);
	thread = kthread_create(migcap_guest_agent_thread, agent, "migcap/%s",
				pci_name(pdev));
	if (IS_ERR(thread)) {
		kref_put(&agent->ref, migcap_guest_agent_release);
		return ERR_CAST(thread);
	}
	agent->thread = thread;
	migcap_guest_dirty_track_init(&agent->track, &pdev->dev, is_new);
	return agent;
}

/**
 * migcap_guest_agent_stop() - bring the device back and end the thread
 * @agent:	the agent
 *
 * Context: neither device_lock nor RTNL held.
 */
void migcap_guest_agent_stop(struct migcap_guest_agent *agent)
{
	kthread_stop(agent->thread);
	migcap_guest_announce_exit(&agent->announce);
	rtnl_lock();
	migcap_guest_standby_end(&agent->standby);
	rtnl_unlock();
	migcap_guest_dirty_track_exit(&agent->track);
}

/**
 * migcap_guest_agent_release() - free an agent that has no reference left
 * @ref:	its reference count
 */
void migcap_guest_agent_release(struct kref *ref)
{
	struct migcap_guest_agent *agent =
		container_of(ref, struct migcap_guest_agent, ref);

	pci_dev_put(agent->pdev);
	kfree(agent);
}
