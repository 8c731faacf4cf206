/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Switches and neighbours are told where the addresses of a function are now.
 *
 * Owns: when that happens, and for which network devices.  Does not own: when a
 * function is back (transition.c).  Lock: the RTNL.
 */
#ifndef MIGCAP_GUEST_ANNOUNCE_H
#define MIGCAP_GUEST_ANNOUNCE_H

#include <linux/workqueue.h>

struct migcap_guest_agent;
struct net_device;

/**
 * struct migcap_guest_announce - what is still to be told
 * @work:	runs the rounds
 * @rounds:	left, the first one as soon as there is a link
 * @until:	when looking for a link ends, in jiffies; its event still comes
 */
struct migcap_guest_announce {
	struct delayed_work work;
	unsigned int rounds;
	unsigned long until;
};

void migcap_guest_announce_init(struct migcap_guest_announce *announce);
void migcap_guest_announce_exit(struct migcap_guest_announce *announce);
void migcap_guest_announce_begin(struct migcap_guest_agent *agent);
void migcap_guest_announce_linked(struct migcap_guest_agent *agent,
				  struct net_device *dev);
void migcap_guest_announce_cancel(struct migcap_guest_announce *announce);
void migcap_guest_announce_now(struct net_device *dev);

#endif /* MIGCAP_GUEST_ANNOUNCE_H */
