// SPDX-License-Identifier: GPL-2.0-only
/*
 * The word to the host about each state, and whether the host still knows it.
 *
 * The promise of tracked DMA is kept "before READY".  It is never told without
 * CTRL.DRIVER, which says that an answer will come: else the host would take a
 * device whose driver has just cleared Bus Master Enable for quiesced, with
 * pages of it still to be written.
 *
 * Owns: the registers that belong to the guest.  Does not own: the states
 * (transition.c).  Locks: see agent.h.
 */
#include <linux/pci.h>
#include <linux/migcap_regs.h>

#include "agent.h"
#include "publish.h"

static const struct {
	u8 ctrl;
	u8 vf_status;
} published[MIGCAP_STATES] = {
	[MIGCAP_PARKED]   = { 0, MIGCAP_VF_WAIT },
	[MIGCAP_ACTIVE]   = { MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_IRQ_ENABLE,
			      MIGCAP_VF_WAIT },
	[MIGCAP_STANDING] = { MIGCAP_CTRL_DRIVER, MIGCAP_VF_READY },
	[MIGCAP_QUIESCED] = { MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_IRQ_ENABLE,
			      MIGCAP_VF_READY },
};

/* While parked, it holds on only for a driver that comes or goes. */
static bool migcap_guest_promise(const struct migcap_guest_agent *agent,
				 enum migcap_guest_state state)
{
	return migcap_guest_dirty_track_promise(&agent->track) &&
	       (state != MIGCAP_PARKED || agent->facts & MIGCAP_FACT_HELD);
}

static u8 migcap_guest_ctrl(const struct migcap_guest_agent *agent,
			    enum migcap_guest_state state, bool promise)
{
	u8 ctrl = published[state].ctrl;

	if (promise)
		ctrl |= MIGCAP_CTRL_DMA_TRACKED | MIGCAP_CTRL_DRIVER;
	if (!migcap_guest_irq_present(&agent->irq))
		ctrl &= ~MIGCAP_CTRL_IRQ_ENABLE;
	return ctrl;
}

/**
 * migcap_guest_publish() - tell the host of a state
 * @agent:	the agent
 * @state:	what it is told; READY if the device does no DMA in that state
 *
 * READY with the promise comes after all pages are written for it.
 */
void migcap_guest_publish(struct migcap_guest_agent *agent,
			  enum migcap_guest_state state)
{
	bool promise = migcap_guest_promise(agent, state);
	u8 vector = 0, status = published[state].vf_status;

	if (promise && status == MIGCAP_VF_READY) {
		migcap_guest_dirty_track_flush(&agent->track);
		promise = migcap_guest_promise(agent, state);
	}
	WRITE_ONCE(agent->track.told, promise);

	if (migcap_guest_irq_present(&agent->irq))
		vector = agent->irq.map.index;
	WRITE_ONCE(agent->said_ctrl, migcap_guest_ctrl(agent, state, promise));
	WRITE_ONCE(agent->said_status, status);
	/* A VM that has said READY may stop before the next instruction. */
	agent->answered = ktime_get();
	migcap_guest_cap_write(&agent->regs, agent->said_ctrl, status, vector);
}

/**
 * migcap_guest_publish_stands() - whether the registers say what was written
 * @agent:	the agent
 * @now:	what they say
 *
 * Context: any.  The answer may be wrong while a state is being changed.
 * Return: false if the host has taken something back.
 */
bool migcap_guest_publish_stands(const struct migcap_guest_agent *agent,
				 const struct migcap_guest_cap_regs *now)
{
	u8 changed = now->ctrl ^ READ_ONCE(agent->said_ctrl);

	return now->vf_status == READ_ONCE(agent->said_status) &&
	       !(changed & MIGCAP_CTRL_DRIVER);
}

/**
 * migcap_guest_publish_restore() - write again what the registers no longer say
 * @agent:	the agent
 * @now:	what they say
 *
 * VFIO_DEVICE_RESET clears the capability, and resets the device behind the
 * driver's back.  The host takes back READY alone if the device did not finish
 * its DMA, or if Bus Master Enable has been set: then the device is in use.
 */
void migcap_guest_publish_restore(struct migcap_guest_agent *agent,
				  const struct migcap_guest_cap_regs *now)
{
	bool ready = agent->said_status == MIGCAP_VF_READY;

	if (agent->said_ctrl & ~now->ctrl & MIGCAP_CTRL_DRIVER)
		agent->reset_pending = true;
	else if (ready && migcap_guest_is_master(agent->pdev))
		return;
	migcap_guest_publish(agent, agent->state);
}

/**
 * migcap_guest_publish_renew() - let the host know if the promise has changed
 * @agent:	the agent
 */
void migcap_guest_publish_renew(struct migcap_guest_agent *agent)
{
	if (agent->track.told != migcap_guest_promise(agent, agent->state))
		migcap_guest_publish(agent, agent->state);
}
