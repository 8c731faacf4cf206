/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a recovery has brought back what was there before.
 *
 * Owns: the judgement, and how often it is tried.  Does not own: the recovery
 * (transition.c).  Lock: the RTNL.
 */
#ifndef MIGCAP_GUEST_VERIFY_H
#define MIGCAP_GUEST_VERIFY_H

#include <linux/types.h>

struct migcap_guest_agent;

/**
 * struct migcap_guest_verify - a recovery that has to prove itself
 * @until:	when all has to be there, in jiffies
 * @had:	MIGCAP_SEEN_* bits, when the device was taken down
 * @pending:	not all of it is there yet
 * @unfit:	the backends that were unfit before it was
 * @repeated:	the recovery was run once more
 * @failed:	no link after that either
 */
struct migcap_guest_verify {
	unsigned long until;
	unsigned int had;
	unsigned int unfit;
	bool pending;
	bool repeated;
	bool failed;
};

unsigned int migcap_guest_verify_look(struct migcap_guest_agent *agent);
void migcap_guest_verify_down(struct migcap_guest_agent *agent,
			      unsigned int had);
bool migcap_guest_verify_lost_netdev(struct migcap_guest_agent *agent,
				     unsigned int had);
void migcap_guest_verify_begin(struct migcap_guest_agent *agent);
void migcap_guest_verify_cancel(struct migcap_guest_agent *agent);
void migcap_guest_verify_linked(struct migcap_guest_agent *agent);
bool migcap_guest_verify_is_due(const struct migcap_guest_verify *verify);
bool migcap_guest_verify_is_coming_up(struct migcap_guest_agent *agent);
bool migcap_guest_verify_wants_repeat(struct migcap_guest_agent *agent);
unsigned long
migcap_guest_verify_ms_left(const struct migcap_guest_verify *verify);

#endif /* MIGCAP_GUEST_VERIFY_H */
