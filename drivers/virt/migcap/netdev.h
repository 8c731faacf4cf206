/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network devices of a PCI function.
 *
 * Owns: the network device notifier, the answer whether anyone uses the
 * function, and what neighbours are told.  Does not own: the consequences
 * (transition.c).  Lock: the RTNL.
 */
#ifndef MIGCAP_GUEST_NETDEV_H
#define MIGCAP_GUEST_NETDEV_H

struct migcap_guest_agent;
struct pci_dev;

bool migcap_guest_netdev_all_closed(struct pci_dev *pdev);
bool migcap_guest_netdev_is_linked(struct pci_dev *pdev);
void migcap_guest_netdev_gone(struct migcap_guest_agent *agent);
void migcap_guest_netdev_back(struct migcap_guest_agent *agent);
int migcap_guest_netdev_init(void);
void migcap_guest_netdev_exit(void);

#endif /* MIGCAP_GUEST_NETDEV_H */
