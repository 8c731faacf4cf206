// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a recovery has brought the network back.
 *
 * A driver's resume() returns nothing, and its slot_reset() may say that all is
 * well although the PF did not answer.  What counts is what can be seen: a
 * network device that had a link when the device was taken down has one again.
 * If not, the recovery is run once more.  If that does not help, the agent says
 * so and leaves it at that: the network may really be gone.
 */
#include <linux/jiffies.h>
#include <linux/pci.h>

#include "agent.h"
#include "netdev.h"
#include "verify.h"

/* Drivers look at the link at once, or once in a second. */
#define LINK_TIME	(2 * HZ)

/**
 * migcap_guest_verify_note() - the device is about to be taken down
 * @agent:	its agent
 *
 * A link that is still missed since the last recovery is missed on.
 *
 * Context: RTNL held.
 */
void migcap_guest_verify_note(struct migcap_guest_agent *agent)
{
	struct migcap_guest_verify *verify = &agent->verify;
	bool linked = migcap_guest_netdev_is_linked(agent->pdev);

	if (linked)
		verify->repeated = false;
	verify->had_link = linked || verify->pending;
	WRITE_ONCE(verify->pending, false);
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
	if (!verify->had_link)
		return;
	WRITE_ONCE(verify->until, jiffies + LINK_TIME);
	WRITE_ONCE(verify->pending, true);
}

/**
 * migcap_guest_verify_cancel() - the link is there, or nobody needs it
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

/**
 * migcap_guest_verify_wants_repeat() - judge, if it is time
 * @agent:	the agent, its device in use
 *
 * Context: RTNL held.
 * Return: true if the recovery is to be run once more.
 */
bool migcap_guest_verify_wants_repeat(struct migcap_guest_agent *agent)
{
	struct migcap_guest_verify *verify = &agent->verify;

	if (!migcap_guest_verify_is_due(verify))
		return false;
	if (migcap_guest_netdev_is_linked(agent->pdev)) {
		migcap_guest_verify_cancel(agent);
		return false;
	}
	if (verify->repeated) {
		WRITE_ONCE(verify->pending, false);
		WRITE_ONCE(verify->failed, true);
		agent->counters.failures++;
		pci_warn(agent->pdev,
			 "migcap: no link since the device came back\n");
		return false;
	}
	verify->repeated = true;
	agent->counters.repeated++;
	return true;
}
