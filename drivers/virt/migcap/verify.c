// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a recovery has brought back what was there before.
 *
 * A driver's resume() returns nothing, its slot_reset() may say that all is
 * well although the PF did not answer, and some drivers come up long after
 * both.  What counts is what can be seen: that the device is enabled, that its
 * network device is there, can be used and has a link, if all that was so when
 * it was taken down.  What is missing has a time to come.  Then the recovery is
 * run once more, then by each other backend that the driver has.  If that does
 * not help, the agent says so.  It leaves it at that for a link, for the
 * network may really be gone, and gives the driver up for all else.
 */
#include <linux/jiffies.h>
#include <linux/pci.h>

#include "agent.h"
#include "netdev.h"
#include "quiesce.h"
#include "verify.h"

/* Drivers look at the link at once, or once in a second. */
#define RETURN_TIME	(2 * HZ)

#define MIGCAP_SEEN_ENABLED	BIT(31)

#define BROKEN_DISABLED \
	"driver has not enabled its device since it came back; unbind it and bind it again"
#define BROKEN_NETDEV \
	"network device cannot be used since it came back; unbind the driver and bind it again"

/**
 * migcap_guest_verify_look() - see what there is
 * @agent:	the agent
 *
 * Context: RTNL held.
 * Return: MIGCAP_SEEN_* bits.
 */
unsigned int migcap_guest_verify_look(struct migcap_guest_agent *agent)
{
	unsigned int seen = migcap_guest_netdev_look(agent->pdev);

	if (pci_is_enabled(agent->pdev))
		seen |= MIGCAP_SEEN_ENABLED;
	return seen;
}

static unsigned int
migcap_guest_verify_missing(struct migcap_guest_agent *agent)
{
	return agent->verify.had & ~migcap_guest_verify_look(agent);
}

/**
 * migcap_guest_verify_down() - the device has been taken down
 * @agent:	its agent
 * @had:	what there was before
 *
 * What is still missed since the last recovery is missed on.
 *
 * Context: RTNL held.
 */
void migcap_guest_verify_down(struct migcap_guest_agent *agent,
			      unsigned int had)
{
	struct migcap_guest_verify *verify = &agent->verify;

	if (!verify->pending || !(verify->had & ~had))
		verify->repeated = false;
	verify->had = verify->pending ? verify->had | had : had;
	WRITE_ONCE(verify->pending, false);
}

/**
 * migcap_guest_verify_lost_netdev() - whether the driver has given up its
 * network device, and with it addresses and routes
 * @agent:	its agent, the device down
 * @had:	what there was before
 *
 * Context: RTNL held.
 * Return: true if so.
 */
bool migcap_guest_verify_lost_netdev(struct migcap_guest_agent *agent,
				     unsigned int had)
{
	return had & ~migcap_guest_netdev_look(agent->pdev) &
	       MIGCAP_SEEN_NETDEV;
}

/**
 * migcap_guest_verify_begin() - the driver says that the device works again
 * @agent:	its agent
 *
 * Context: RTNL held.
 */
void migcap_guest_verify_begin(struct migcap_guest_agent *agent)
{
	struct migcap_guest_verify *verify = &agent->verify;

	WRITE_ONCE(verify->failed, false);
	if (!(verify->had & MIGCAP_SEEN_LINK) &&
	    !migcap_guest_verify_missing(agent))
		return;
	WRITE_ONCE(verify->until, jiffies + RETURN_TIME);
	WRITE_ONCE(verify->pending, true);
}

/**
 * migcap_guest_verify_cancel() - all is there, or nobody needs it
 * @agent:	the agent
 *
 * Context: RTNL held.
 */
void migcap_guest_verify_cancel(struct migcap_guest_agent *agent)
{
	WRITE_ONCE(agent->verify.pending, false);
	WRITE_ONCE(agent->verify.failed, false);
}

/**
 * migcap_guest_verify_linked() - there is a link
 * @agent:	the agent
 *
 * Context: RTNL held.
 */
void migcap_guest_verify_linked(struct migcap_guest_agent *agent)
{
	if (!migcap_guest_verify_missing(agent))
		migcap_guest_verify_cancel(agent);
}

/**
 * migcap_guest_verify_is_due() - whether it is time to judge
 * @verify:	the recovery
 *
 * Context: any.
 * Return: true if so.
 */
bool migcap_guest_verify_is_due(const struct migcap_guest_verify *verify)
{
	return READ_ONCE(verify->pending) &&
	       time_after_eq(jiffies, READ_ONCE(verify->until));
}

/**
 * migcap_guest_verify_is_coming_up() - whether the driver still has time to
 * finish what the last recovery has begun
 * @agent:	the agent
 *
 * A link alone is not waited for.
 *
 * Context: RTNL held.
 * Return: true if so: it is not to be taken down in the middle.
 */
bool migcap_guest_verify_is_coming_up(struct migcap_guest_agent *agent)
{
	struct migcap_guest_verify *verify = &agent->verify;

	return verify->pending && !migcap_guest_verify_is_due(verify) &&
	       migcap_guest_verify_missing(agent) & ~MIGCAP_SEEN_LINK;
}

/**
 * migcap_guest_verify_ms_left() - how long until it is time to judge
 * @verify:	the recovery
 *
 * Context: any.
 * Return: milliseconds, ULONG_MAX if there is nothing to judge.
 */
unsigned long
migcap_guest_verify_ms_left(const struct migcap_guest_verify *verify)
{
	unsigned long until = READ_ONCE(verify->until), now = jiffies;

	if (!READ_ONCE(verify->pending))
		return ULONG_MAX;
	return time_before(now, until) ? jiffies_to_msecs(until - now) + 1 : 1;
}

/* Return: false if there is none. */
static bool migcap_guest_verify_next_backend(struct migcap_guest_agent *agent)
{
	struct migcap_guest_quiesce_limits limits = agent->limits;
	struct migcap_guest_quiesce_choice choice;

	limits.unfit |= migcap_guest_quiesce_bit(agent->using);
	choice = migcap_guest_quiesce_choose(agent->pdev, &limits);
	if (!choice.ops)
		return false;
	agent->limits = limits;
	agent->backend = choice;
	return true;
}

static void migcap_guest_verify_give_up(struct migcap_guest_agent *agent,
					unsigned int missing)
{
	bool broken = missing & ~MIGCAP_SEEN_LINK;

	WRITE_ONCE(agent->verify.pending, false);
	if (broken) {
		WRITE_ONCE(agent->broken, missing & MIGCAP_SEEN_ENABLED ?
			   BROKEN_DISABLED : BROKEN_NETDEV);
		agent->facts |= MIGCAP_FACT_BROKEN;
	} else {
		/* It may be the network, not the backends. */
		agent->limits.unfit = agent->verify.unfit;
		WRITE_ONCE(agent->verify.failed, true);
	}
	agent->counters.failures++;
	pci_warn(agent->pdev, "migcap: %s\n",
		 broken ? agent->broken : "no link since the device came back");
}

/**
 * migcap_guest_verify_wants_repeat() - judge, if it is time
 * @agent:	the agent, its device in use
 *
 * Sets MIGCAP_FACT_BROKEN if nothing has helped.
 *
 * Context: device_lock and RTNL held.
 * Return: true if the recovery is to be run once more.
 */
bool migcap_guest_verify_wants_repeat(struct migcap_guest_agent *agent)
{
	struct migcap_guest_verify *verify = &agent->verify;
	unsigned int missing;

	if (!migcap_guest_verify_is_due(verify))
		return false;
	missing = migcap_guest_verify_missing(agent);
	if (!missing) {
		migcap_guest_verify_cancel(agent);
		return false;
	}
	if (verify->repeated && !migcap_guest_verify_next_backend(agent)) {
		migcap_guest_verify_give_up(agent, missing);
		return false;
	}
	if (!verify->repeated)
		verify->unfit = agent->limits.unfit;
	verify->repeated = true;
	agent->counters.repeated++;
	return true;
}
