/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All agents there are.
 *
 * Owns: the list, and when an agent begins and ends.  Does not own: who wants
 * it (main.c), nor what an agent does.
 */
#ifndef MIGCAP_GUEST_REGISTRY_H
#define MIGCAP_GUEST_REGISTRY_H

#include "agent.h"

void migcap_guest_registry_add(struct pci_dev *pdev, bool is_new);
void migcap_guest_registry_remove(struct pci_dev *pdev);
void migcap_guest_registry_close(void);
void migcap_guest_registry_hold(enum migcap_guest_hold why);
void migcap_guest_registry_unhold(enum migcap_guest_hold why);
struct migcap_guest_agent *migcap_guest_registry_get(struct pci_dev *pdev);
void migcap_guest_registry_put(struct migcap_guest_agent *agent);

#endif /* MIGCAP_GUEST_REGISTRY_H */
