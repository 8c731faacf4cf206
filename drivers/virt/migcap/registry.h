/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All agents there are.
 *
 * Owns: the list, and when an agent begins and ends.  Does not own: who wants
 * it (main.c), nor what an agent does.
 */
#ifndef _MIGCAP_GUEST_REGISTRY_H
#define _MIGCAP_GUEST_REGISTRY_H

#include "agent.h"

void migcap_registry_add(struct pci_dev *pdev);
void migcap_registry_remove(struct pci_dev *pdev);
void migcap_registry_close(void);
void migcap_registry_hold(enum migcap_hold why);
void migcap_registry_unhold(enum migcap_hold why);
struct migcap_agent *migcap_registry_get(struct pci_dev *pdev);
void migcap_registry_put(struct migcap_agent *agent);

#endif /* _MIGCAP_GUEST_REGISTRY_H */
