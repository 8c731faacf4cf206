// SPDX-License-Identifier: GPL-2.0-only
/*
 * From state to state: what each arc does to the device, and in which order the
 * host learns of it.
 *
 * MIGCAP_ACTIVE is in the middle, every other state is entered from it and
 * left to it.  Two rules give the order of the steps: READY is written after
 * the device has stopped, and WAIT before it starts.
 *
 * Owns: the arcs.  Does not own: which one is taken when (policy.c, agent.c),
 * nor the registers (publish.c).
 * Locks: see agent.h; everything here has at least the RTNL.
 */
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/sysfs.h>
#include <linux/migcap_regs.h>

#include "address.h"
#include "agent.h"
#include "netdev.h"
#include "own_reset.h"
#include "publish.h"
#include "quiesce.h"
#include "trace.h"
#include "quirks.h"
#include "verify.h"

#define BROKEN_BACK \
	"driver failed when its device came back; unbind it and bind it again"
#define BROKEN_RESET \
	"driver could not be taken down after a reset of its device; unbind it and bind it again"

/* How long an open waits for the end of a migration, with the RTNL held. */
#define OPEN_WAIT_MS		100

static void migcap_guest_set_state(struct migcap_guest_agent *agent,
				   enum migcap_guest_state state)
{
	WRITE_ONCE(agent->state, state);
	trace_migcap_guest_state(&agent->pdev->dev,
				 migcap_guest_state_name(state), agent->epoch);
	sysfs_notify(&agent->pdev->dev.kobj, migcap_guest_agent_group.name,
		     "state");
}

static void migcap_guest_failed(struct migcap_guest_agent *agent,
				const char *what, int ret)
{
	agent->counters.failures++;
	trace_migcap_guest_failure(&agent->pdev->dev, what, ret);
	dev_err_ratelimited(&agent->pdev->dev, "migcap: %s failed: %d\n", what,
			    ret);
}

/* Calls a backend; its handlers may need the RTNL, see agent.h. */
static int migcap_guest_call(struct migcap_guest_agent *agent,
			     int (*op)(struct pci_dev *))
{
	bool drop = !(agent->quirks & MIGCAP_QUIRK_HOLD_RTNL);
	int ret;

	ASSERT_RTNL();
	if (drop)
		rtnl_unlock();
	ret = op(agent->pdev);
	if (drop)
		rtnl_lock();
	return ret;
}

static void migcap_guest_break(struct migcap_guest_agent *agent,
			       const char *why)
{
	WRITE_ONCE(agent->broken, why);
	agent->facts |= MIGCAP_FACT_BROKEN;
}

static void migcap_guest_prepare(struct migcap_guest_agent *agent)
{
	const struct migcap_guest_quiesce_ops *ops = agent->backend.ops;

	if (ops && ops->prepare)
		ops->prepare(agent->pdev);
}

static int migcap_guest_bring_up(struct migcap_guest_agent *agent)
{
	int ret = migcap_guest_call(agent, agent->using->resume);

	if (ret) {
		migcap_guest_break(agent, BROKEN_BACK);
		migcap_guest_failed(agent, "resume", ret);
		return ret;
	}
	agent->reset_pending = false;
	migcap_guest_prepare(agent);
	migcap_guest_address_check(agent);
	migcap_guest_netdev_back(agent);
	migcap_guest_verify_begin(agent);
	return 0;
}

/* The way that it went is not taken again: neighbours and users lose it. */
static void migcap_guest_netdev_is_lost(struct migcap_guest_agent *agent)
{
	agent->limits.unfit |= migcap_guest_quiesce_bit(agent->using);
	migcap_guest_bring_up(agent);
	migcap_guest_verify_cancel(agent);
	migcap_guest_agent_kick(agent);
}

/*
 * Return: 0; -EBUSY to try again later; -EAGAIN to try again with what is left
 * of the backends; -ECANCELED if the driver refused and works on; another errno
 * if it was brought back.
 */
static int migcap_guest_take_down(struct migcap_guest_agent *agent,
				  const struct migcap_guest_quiesce_ops *ops)
{
	unsigned int had;
	int ret;

	migcap_guest_own_reset_wait(agent);
	had = migcap_guest_verify_look(agent);
	if (migcap_guest_verify_is_coming_up(agent))
		return -EBUSY;
	agent->using = ops;
	migcap_guest_address_remember(agent);
	ret = migcap_guest_call(agent, ops->quiesce);
	if (ret == -EBUSY)
		return ret;
	if (ret)
		migcap_guest_failed(agent, "quiesce", ret);
	if (ret == -ECANCELED)
		return ret;
	migcap_guest_verify_down(agent, had);
	if (migcap_guest_verify_lost_netdev(agent, had)) {
		migcap_guest_failed(agent, "quiesce", -ENODEV);
		migcap_guest_netdev_is_lost(agent);
		return -EAGAIN;
	}
	if (ret)
		migcap_guest_bring_up(agent);
	return ret;
}

static int migcap_guest_enter_parked(struct migcap_guest_agent *agent)
{
	migcap_guest_publish(agent, MIGCAP_PARKED);
	migcap_guest_irq_release(&agent->irq);
	return 0;
}

static void migcap_guest_leave_parked(struct migcap_guest_agent *agent)
{
	if (agent->quirks & MIGCAP_QUIRK_STATIC_VECTORS)
		migcap_guest_irq_acquire(&agent->irq, agent->pdev);
	migcap_guest_prepare(agent);
	migcap_guest_publish(agent, MIGCAP_ACTIVE);
}

/*
 * The host opens its gate when Bus Master Enable is set, so it is clear as
 * long as the consent stands.
 */
static int migcap_guest_enter_standing(struct migcap_guest_agent *agent)
{
	agent->master_cleared = migcap_guest_is_master(agent->pdev);
	if (agent->master_cleared)
		pci_clear_master(agent->pdev);
	migcap_guest_publish(agent, MIGCAP_STANDING);
	return 0;
}

/* A driver that is about to be bound sets Bus Master Enable itself. */
static void migcap_guest_leave_standing(struct migcap_guest_agent *agent)
{
	migcap_guest_publish(agent, MIGCAP_ACTIVE);
	if (agent->master_cleared && agent->pdev->driver)
		pci_set_master(agent->pdev);
}

static int migcap_guest_enter_quiesced(struct migcap_guest_agent *agent)
{
	struct migcap_guest_counters *counters = &agent->counters;
	int ret = migcap_guest_take_down(agent, agent->backend.ops);

	if (ret == -EBUSY || ret == -EAGAIN)
		return -EBUSY;
	if (ret) {
		agent->facts |= MIGCAP_FACT_REFUSED;
		return ret;
	}

	migcap_guest_netdev_gone(agent);
	trace_migcap_guest_quiesced(&agent->pdev->dev, agent->epoch,
				    ktime_us_delta(ktime_get(),
						   agent->start_seen));
	migcap_guest_publish(agent, MIGCAP_QUIESCED);
	counters->quiesced++;
	counters->start_to_quiesced_us = ktime_us_delta(agent->answered,
							agent->start_seen);
	trace_migcap_guest_ready(&agent->pdev->dev, agent->epoch,
				 counters->start_to_quiesced_us);
	return 0;
}

static void migcap_guest_leave_quiesced(struct migcap_guest_agent *agent)
{
	struct migcap_guest_counters *counters = &agent->counters;
	s64 us = 0;

	migcap_guest_publish(agent, MIGCAP_ACTIVE);
	if (migcap_guest_bring_up(agent))
		return;

	counters->resumed++;
	if (agent->end_seen) {
		us = ktime_us_delta(ktime_get(), agent->end_seen);
		counters->end_to_resumed_us = us;
	}
	trace_migcap_guest_resumed(&agent->pdev->dev, agent->epoch, us);
}

static const struct {
	int (*enter)(struct migcap_guest_agent *agent);
	void (*leave)(struct migcap_guest_agent *agent);
} arcs[MIGCAP_STATES] = {
	[MIGCAP_PARKED] = { migcap_guest_enter_parked,
			    migcap_guest_leave_parked },
	[MIGCAP_STANDING] = { migcap_guest_enter_standing,
			      migcap_guest_leave_standing },
	[MIGCAP_QUIESCED] = { migcap_guest_enter_quiesced,
			      migcap_guest_leave_quiesced },
};

/**
 * migcap_guest_transition_enter() - go from MIGCAP_ACTIVE to another state
 * @agent:	the agent
 * @state:	where to
 *
 * Return: 0; -EBUSY to try again later; another errno if the driver did not
 * let itself be taken down, MIGCAP_FACT_REFUSED is set then.
 */
int migcap_guest_transition_enter(struct migcap_guest_agent *agent,
				  enum migcap_guest_state state)
{
	int ret = arcs[state].enter(agent);

	if (!ret)
		migcap_guest_set_state(agent, state);
	return ret;
}

/**
 * migcap_guest_transition_leave() - go from any other state to MIGCAP_ACTIVE
 * @agent:	the agent
 *
 * Sets MIGCAP_FACT_BROKEN if the driver did not come up.
 */
void migcap_guest_transition_leave(struct migcap_guest_agent *agent)
{
	arcs[agent->state].leave(agent);
	migcap_guest_set_state(agent, MIGCAP_ACTIVE);
}

/* NULL if there is none. */
static const struct migcap_guest_quiesce_ops *
migcap_guest_remedy(struct migcap_guest_agent *agent)
{
	const struct migcap_guest_quiesce_ops *ops = agent->backend.ops;

	if (!ops || !agent->reset_pending)
		return ops;
	return migcap_guest_quiesce_after_reset(agent->pdev, &agent->limits,
						ops);
}

/**
 * migcap_guest_transition_recover() - repair a driver behind which the device
 * was replaced or reset, or that did not come back well
 * @agent:	the agent, in MIGCAP_ACTIVE
 *
 * The host goes on telling of a reset until it is answered.
 */
void migcap_guest_transition_recover(struct migcap_guest_agent *agent)
{
	const struct migcap_guest_quiesce_ops *ops = migcap_guest_remedy(agent);
	int ret;

	if (!ops)
		return;
	ret = migcap_guest_take_down(agent, ops);
	if (ret == -EBUSY)
		migcap_guest_agent_kick(agent);
	if (ret == -ECANCELED)
		migcap_guest_break(agent, BROKEN_RESET);
	if (ret || migcap_guest_bring_up(agent))
		return;
	agent->counters.recovered++;
	migcap_guest_publish(agent, MIGCAP_ACTIVE);
}

static bool migcap_guest_wait_end(struct migcap_guest_agent *agent)
{
	ktime_t limit = ktime_add_ms(ktime_get(), OPEN_WAIT_MS);
	struct migcap_guest_cap_regs now;

	while (!migcap_guest_cap_read(&agent->regs, &now) &&
	       now.vmm_status == MIGCAP_VMM_START) {
		if (ktime_after(ktime_get(), limit))
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

/**
 * migcap_guest_transition_opening() - a network device is about to be opened
 * @agent:	the agent of its function
 * @may_refuse:	whether the open can be refused
 *
 * An open while a migration is under way takes back a consent on which the host
 * already acts, and may make the migration fail: so the open fails instead,
 * after a wait that is short because everyone else waits for the RTNL.  The
 * agent makes up for it when the migration is over.  One that cannot be refused
 * goes on: the host learns that the guest is no longer ready, and the agent
 * stops the device again once it is open.
 *
 * Where the driver was taken down with its network device open, there is
 * nothing to open, and the core refuses to open what is detached.
 *
 * Context: RTNL held.
 * Return: 0 if the open may go on, -EBUSY while a migration is under way.
 */
int migcap_guest_transition_opening(struct migcap_guest_agent *agent,
				    bool may_refuse)
{
	ASSERT_RTNL();

	if (agent->state == MIGCAP_STANDING &&
	    (migcap_guest_wait_end(agent) || !may_refuse)) {
		migcap_guest_transition_leave(agent);
		if (agent->quirks & MIGCAP_QUIRK_RESET_TO_OPEN)
			migcap_guest_transition_recover(agent);
	}
	migcap_guest_agent_kick(agent);

	if (may_refuse && (agent->state == MIGCAP_STANDING ||
			   agent->state == MIGCAP_QUIESCED)) {
		agent->counters.opens_refused++;
		agent->open_refused = true;
		return -EBUSY;
	}
	return 0;
}

/**
 * migcap_guest_transition_closing() - a network device is about to be closed
 * @agent:	the agent of its function
 *
 * Drivers with MIGCAP_QUIRK_HOLD_RTNL cannot be closed while they are down.
 * The close cannot be refused either, so the device comes up for it, and the
 * host learns that it lost the guest's consent for a moment: when the close is
 * done, the agent goes on to MIGCAP_STANDING.
 *
 * Context: RTNL held.
 */
void migcap_guest_transition_closing(struct migcap_guest_agent *agent)
{
	ASSERT_RTNL();

	if (agent->state == MIGCAP_QUIESCED &&
	    agent->quirks & MIGCAP_QUIRK_HOLD_RTNL)
		migcap_guest_transition_leave(agent);
	migcap_guest_verify_cancel(agent);
	migcap_guest_agent_kick(agent);
}
