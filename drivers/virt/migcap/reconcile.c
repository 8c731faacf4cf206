// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds out what is the case with one device, and walks to the state that
 * follows from it.
 *
 * One function does it all, migcap_guest_agent_reconcile(), level triggered: it
 * may be called at any time, from the thread or from a notifier, and does
 * nothing if the state is the right one.  That is why a lost interrupt, a START
 * that was there before us, or a capability that the host has reset need no
 * code of their own.
 *
 * Owns: the facts.  Does not own: the steps (transition.c).  Locks: see agent.h.
 */
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/migcap_regs.h>

#include "agent.h"
#include "netdev.h"
#include "publish.h"
#include "quiesce.h"
#include "quirks.h"
#include "trace.h"

static bool ignore_start;
module_param(ignore_start, bool, 0600);
MODULE_PARM_DESC(ignore_start, "For tests: do not answer START, as a guest that hangs");

/* Whoever holds the agent for these does so in this kernel, and keeps its memory. */
#define KEEPS_ACCOUNT	(BIT(MIGCAP_HOLD_BIND) | BIT(MIGCAP_HOLD_SUSPEND))

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
	start = now.vmm_status == MIGCAP_VMM_START && !READ_ONCE(ignore_start);
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
	if (test_and_clear_bit(MIGCAP_TODO_RECOVER, &agent->todo))
		agent->reset_pending = true;
	if (!bound) {
		agent->facts &= ~MIGCAP_FACT_BROKEN;
		agent->limits.unfit = 0;
		agent->reset_pending = false;
		migcap_guest_verify_cancel(agent);
	}

	migcap_guest_dirty_track_update(&agent->track,
					READ_ONCE(agent->held) &
						~KEEPS_ACCOUNT);
	migcap_guest_set_fact(agent, MIGCAP_FACT_HELD, READ_ONCE(agent->held));
	migcap_guest_set_fact(agent, MIGCAP_FACT_UNBOUND, !bound);
	migcap_guest_set_fact(agent, MIGCAP_FACT_IDLE,
			      agent->quirks & MIGCAP_QUIRK_IDLE_CLOSED &&
			      migcap_guest_netdev_all_closed(pdev));
}

/* What a driver did on the way may leave another choice than before. */
static void migcap_guest_choose(struct migcap_guest_agent *agent)
{
	agent->backend = migcap_guest_quiesce_choose(agent->pdev,
						     &agent->limits);
	migcap_guest_set_fact(agent, MIGCAP_FACT_UNSUPPORTED,
			      agent->pdev->driver && !agent->backend.ops);
}

static void migcap_guest_walk(struct migcap_guest_agent *agent)
{
	enum migcap_guest_state target;

	migcap_guest_choose(agent);
	while ((target = migcap_guest_policy(agent->facts)) != agent->state) {
		if (agent->state != MIGCAP_ACTIVE)
			migcap_guest_transition_leave(agent);
		else if (migcap_guest_transition_enter(agent, target) == -EBUSY)
			break;
	}
	if (target != agent->state)
		set_bit(MIGCAP_TODO_RECHECK, &agent->todo);
}

static void migcap_guest_recover(struct migcap_guest_agent *agent)
{
	if (agent->state != MIGCAP_ACTIVE || !agent->backend.ops)
		return;
	if (migcap_guest_verify_wants_repeat(agent) || agent->reset_pending)
		migcap_guest_transition_recover(agent);
	migcap_guest_walk(agent);
}

/* The program that was refused may not try again. */
static void migcap_guest_make_up_for_open(struct migcap_guest_agent *agent)
{
	if (!agent->open_refused ||
	    agent->facts & (MIGCAP_FACT_START | MIGCAP_FACT_HELD))
		return;
	agent->open_refused = false;
	migcap_guest_netdev_open(agent->pdev);
}

static void migcap_guest_after_suspend(struct migcap_guest_agent *agent)
{
	if (!(agent->facts & MIGCAP_FACT_HELD) &&
	    test_and_clear_bit(MIGCAP_TODO_ANNOUNCE, &agent->todo))
		migcap_guest_netdev_back(agent);
}

/* While the driver is down, or nobody uses it. */
static bool migcap_guest_is_down(struct migcap_guest_shield *shield)
{
	enum migcap_guest_state state =
		READ_ONCE(container_of(shield, struct migcap_guest_agent,
				       shield)->state);

	return state == MIGCAP_QUIESCED || state == MIGCAP_STANDING;
}

static void migcap_guest_reset_passed(struct migcap_guest_shield *shield)
{
	struct migcap_guest_agent *agent =
		container_of(shield, struct migcap_guest_agent, shield);

	agent->counters.resets_passed++;
	set_bit(MIGCAP_TODO_RECOVER, &agent->todo);
	migcap_guest_agent_kick(agent);
}

static const struct migcap_guest_shield_ops shield_ops = {
	.is_down	= migcap_guest_is_down,
	.passed		= migcap_guest_reset_passed,
};

static void migcap_guest_update_shield(struct migcap_guest_agent *agent)
{
	bool frozen = agent->state == MIGCAP_QUIESCED &&
		      agent->using->freezes_channel;

	if (agent->backend.ops && migcap_guest_is_down(&agent->shield))
		migcap_guest_shield_raise(&agent->shield, agent->pdev,
					  &shield_ops, frozen);
	else
		migcap_guest_shield_lower(&agent->shield);
}

/**
 * migcap_guest_agent_reconcile() - do what follows from all that is known
 * @agent:	the agent
 *
 * Context: device_lock held, RTNL not held.
 */
void migcap_guest_agent_reconcile(struct migcap_guest_agent *agent)
{
	device_lock_assert(&agent->pdev->dev);

	if (agent->suspend.asleep)
		return;
	rtnl_lock();
	clear_bit(MIGCAP_TODO_RECHECK, &agent->todo);
	migcap_guest_look_at_host(agent);
	migcap_guest_look_at_guest(agent);
	migcap_guest_walk(agent);
	migcap_guest_recover(agent);
	migcap_guest_make_up_for_open(agent);
	migcap_guest_after_suspend(agent);
	migcap_guest_update_shield(agent);
	migcap_guest_publish_renew(agent);
	rtnl_unlock();
}
