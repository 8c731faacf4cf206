// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent of one device: finds out what is the case and walks to the state
 * that follows from it.
 *
 * One function does it all, migcap_guest_agent_reconcile(), level triggered: it may
 * be called at any time, from the thread or from a notifier, and does nothing
 * if the state is the right one.  That is why a lost interrupt, a START that
 * was there before us, or a capability that the host has reset need no code of
 * their own.
 *
 * The thread is not freezable: a suspend parks the agent first (main.c).
 *
 * Owns: the thread, the facts.  Locks: see agent.h.
 */
#include <linux/kthread.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/migcap_regs.h>

#include "agent.h"
#include "netdev.h"
#include "poll.h"
#include "publish.h"
#include "quiesce.h"
#include "trace.h"
#include "quirks.h"

static void migcap_guest_set_fact(struct migcap_guest_agent *agent,
				  unsigned int fact, bool given)
{
	if (given)
		agent->facts |= fact;
	else
		agent->facts &= ~fact;
}

static void migcap_guest_note_start(struct migcap_guest_agent *agent)
{
	agent->counters.starts++;
	agent->start_seen = ktime_get();
	agent->end_seen = 0;
	trace_migcap_guest_start(&agent->pdev->dev, agent->epoch);
}

static void migcap_guest_note_end(struct migcap_guest_agent *agent)
{
	agent->counters.ends++;
	agent->end_seen = ktime_get();
	trace_migcap_guest_end(&agent->pdev->dev, agent->epoch);
}

/* What the host says. */
static void migcap_guest_look_at_host(struct migcap_guest_agent *agent)
{
	bool start, started = agent->facts & MIGCAP_FACT_START;
	struct migcap_guest_cap_regs now;
	u8 changes;

	if (migcap_guest_cap_read(&agent->regs, &now))
		return;

	changes = now.epoch - agent->epoch;
	start = now.vmm_status == MIGCAP_VMM_START;
	WRITE_ONCE(agent->epoch, now.epoch);
	migcap_guest_set_fact(agent, MIGCAP_FACT_START, start);
	if (changes)
		agent->facts &= ~MIGCAP_FACT_REFUSED;
	if (changes && now.event & MIGCAP_EVENT_DEVICE_RESET)
		agent->reset_pending = true;

	/* EPOCH begins anew when the capability is cleared. */
	if (!migcap_guest_publish_stands(agent, &now))
		migcap_guest_publish_restore(agent, &now);
	else
		agent->counters.missed += changes / 2;

	if (start && !started)
		migcap_guest_note_start(agent);
	if (!start && started)
		migcap_guest_note_end(agent);
}

/* What the guest does with the device. */
static void migcap_guest_look_at_guest(struct migcap_guest_agent *agent)
{
	struct pci_dev *pdev = agent->pdev;
	bool bound = pdev->driver;

	agent->quirks = migcap_guest_quirks(pdev);
	agent->backend = NULL;
	if (migcap_guest_quiesce_aer_ops.supports(pdev))
		agent->backend = &migcap_guest_quiesce_aer_ops;
	if (!bound) {
		agent->facts &= ~MIGCAP_FACT_BROKEN;
		agent->reset_pending = false;
	}

	migcap_guest_dirty_track_update(&agent->track,
					READ_ONCE(agent->held) &
						~BIT(MIGCAP_HOLD_BIND));
	migcap_guest_set_fact(agent, MIGCAP_FACT_HELD, READ_ONCE(agent->held));
	migcap_guest_set_fact(agent, MIGCAP_FACT_UNBOUND, !bound);
	migcap_guest_set_fact(agent, MIGCAP_FACT_UNSUPPORTED,
			      bound && !agent->backend);
	migcap_guest_set_fact(agent, MIGCAP_FACT_IDLE,
			      agent->quirks & MIGCAP_QUIRK_IDLE_CLOSED &&
			      migcap_guest_netdev_all_closed(pdev));
}

static void migcap_guest_walk(struct migcap_guest_agent *agent)
{
	enum migcap_guest_state target;

	while ((target = migcap_guest_policy(agent->facts)) != agent->state) {
		if (agent->state != MIGCAP_ACTIVE)
			migcap_guest_transition_leave(agent);
		else if (migcap_guest_transition_enter(agent, target) == -EBUSY)
			break;
	}
	if (target != agent->state)
		set_bit(MIGCAP_TODO_RECHECK, &agent->todo);
}

/* Context: device_lock held. */
static void migcap_guest_agent_reconcile(struct migcap_guest_agent *agent)
{
	device_lock_assert(&agent->pdev->dev);

	rtnl_lock();
	clear_bit(MIGCAP_TODO_RECHECK, &agent->todo);
	migcap_guest_look_at_host(agent);
	migcap_guest_look_at_guest(agent);
	migcap_guest_walk(agent);
	if (agent->reset_pending && agent->state == MIGCAP_ACTIVE) {
		migcap_guest_transition_recover(agent);
		migcap_guest_walk(agent);
	}
	migcap_guest_publish_renew(agent);
	rtnl_unlock();
}

static bool migcap_guest_agent_due(struct migcap_guest_agent *agent)
{
	enum migcap_guest_state state = READ_ONCE(agent->state);
	bool due = test_bit(MIGCAP_TODO_RECHECK, &agent->todo);
	struct migcap_guest_cap_regs now;

	if (state == MIGCAP_PARKED || migcap_guest_cap_read(&agent->regs, &now))
		return due;
	agent->migrating = now.event & MIGCAP_EVENT_TRACKING;
	/* Whatever else is due: START is not answered without it. */
	migcap_guest_dirty_track_poll(&agent->track, &now,
				      state == MIGCAP_ACTIVE);
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
	};

	wait_event_interruptible_hrtimeout(agent->wait,
					   test_and_clear_bit(MIGCAP_TODO_LOOK,
							      &agent->todo) ||
						   kthread_should_stop(),
					   migcap_guest_poll_interval(&outlook));
}

/*
 * Nobody is to be waited for while the device is down, or about to go down: the
 * host waits, and the guest has no network.  With a standby it has, and its other
 * work comes first when it runs again.  The rest of the time there is no hurry,
 * least of all for passes over pages, which would keep a guest of one processor
 * from all its other work.
 */
static void migcap_guest_agent_hurry(bool hurry)
{
	set_user_nice(current, hurry ? MIN_NICE : 0);
}

static void migcap_guest_agent_work(struct migcap_guest_agent *agent)
{
	migcap_guest_agent_hurry(!migcap_guest_agent_is_carried(agent));
	device_lock(&agent->pdev->dev);
	migcap_guest_agent_reconcile(agent);
	device_unlock(&agent->pdev->dev);
	migcap_guest_agent_hurry(READ_ONCE(agent->state) == MIGCAP_QUIESCED &&
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
 * migcap_guest_agent_reason() - why the agent is not waiting for START
 * @agent:	the agent
 *
 * Return: a constant text, "none" if it is.
 */
const char *migcap_guest_agent_reason(const struct migcap_guest_agent *agent)
{
	unsigned int facts = READ_ONCE(agent->facts);

	if (facts & MIGCAP_FACT_HELD)
		return "driver being bound or unbound, suspend or reboot";
	if (facts & MIGCAP_FACT_UNBOUND)
		return "no driver is bound";
	if (facts & MIGCAP_FACT_BROKEN)
		return "driver did not come back from its error recovery";
	if (facts & MIGCAP_FACT_UNSUPPORTED)
		return "driver has no complete set of PCI error handlers";
	if (facts & MIGCAP_FACT_IDLE)
		return "network device is closed";
	if (facts & MIGCAP_FACT_REFUSED)
		return "driver could not be taken down";
	return "none";
}

/**
 * migcap_guest_agent_create() - start the agent of a device
 * @pdev:	the device
 * @pos:	offset of its capability
 * @held:	enum migcap_guest_hold bits in force
 *
 * Return: the agent with one reference, or an ERR_PTR().
 */
struct migcap_guest_agent *migcap_guest_agent_create(struct pci_dev *pdev,
						     u8 pos, unsigned long held)
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
	agent->irq.fired = migcap_guest_agent_fired;
	agent->track.changed = migcap_guest_agent_track_changed;
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
	migcap_guest_dirty_track_init(&agent->track, &pdev->dev);
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
