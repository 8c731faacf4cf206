/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network devices of a PCI function.
 *
 * Owns: the network device notifier, the answer whether anyone uses the
 * function, and what neighbours are told.  Does not own: the consequences
 * (arcs.c).  Lock: the RTNL.
 */
#ifndef _MIGCAP_GUEST_NETDEV_H
#define _MIGCAP_GUEST_NETDEV_H

struct migcap_agent;
struct pci_dev;

bool migcap_netdev_all_closed(struct pci_dev *pdev);
void migcap_netdev_gone(struct migcap_agent *agent);
void migcap_netdev_back(struct migcap_agent *agent);
int migcap_netdev_init(void);
void migcap_netdev_exit(void);

#endif /* _MIGCAP_GUEST_NETDEV_H */
