/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network devices of a PCI function.
 *
 * Owns: the network device notifier and the answer whether anyone uses the
 * function.  Does not own: the consequences (transition.c), nor what neighbours
 * are told (announce.c).  Lock: the RTNL.
 */
#ifndef MIGCAP_GUEST_NETDEV_H
#define MIGCAP_GUEST_NETDEV_H

/* What there is: a network device; one that is up and can be used; a link. */
#define MIGCAP_SEEN_NETDEV	0x01
#define MIGCAP_SEEN_OPEN	0x02
#define MIGCAP_SEEN_LINK	0x04

struct migcap_guest_agent;
struct net_device;
struct pci_dev;

struct net_device *migcap_guest_netdev_up(struct pci_dev *pdev);
bool migcap_guest_netdev_all_closed(struct pci_dev *pdev);
void migcap_guest_netdev_open(struct pci_dev *pdev);
unsigned int migcap_guest_netdev_look(struct pci_dev *pdev);
void migcap_guest_netdev_gone(struct migcap_guest_agent *agent);
void migcap_guest_netdev_back(struct migcap_guest_agent *agent);
int migcap_guest_netdev_init(void);
void migcap_guest_netdev_exit(void);

#endif /* MIGCAP_GUEST_NETDEV_H */
