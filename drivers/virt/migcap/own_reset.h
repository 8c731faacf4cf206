/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A driver's own reset of its device, where it goes by without a lock.
 *
 * Owns: that it is over when the driver is taken down.  Lock: the RTNL.
 */
#ifndef MIGCAP_GUEST_OWN_RESET_H
#define MIGCAP_GUEST_OWN_RESET_H

struct migcap_guest_agent;

void migcap_guest_own_reset_wait(struct migcap_guest_agent *agent);

#endif /* MIGCAP_GUEST_OWN_RESET_H */
