/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network devices of a PCI function.
 *
 * Owns: the network device notifier, and the answer whether anyone uses the
 * function.  Does not own: the consequences (arcs.c).  Lock: the RTNL.
 */
#ifndef _MIGCAP_GUEST_NETDEV_H
#define _MIGCAP_GUEST_NETDEV_H

struct pci_dev;

bool migcap_netdev_all_closed(struct pci_dev *pdev);
int migcap_netdev_init(void);
void migcap_netdev_exit(void);

#endif /* _MIGCAP_GUEST_NETDEV_H */
