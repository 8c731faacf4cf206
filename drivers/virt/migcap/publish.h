/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The word to the host about each state, and whether the host still knows it.
 */
#ifndef MIGCAP_GUEST_PUBLISH_H
#define MIGCAP_GUEST_PUBLISH_H

#include <linux/pci.h>

#include "policy.h"

struct migcap_guest_agent;
struct migcap_guest_cap_regs;

void migcap_guest_publish(struct migcap_guest_agent *agent,
			  enum migcap_guest_state state);
bool migcap_guest_publish_stands(const struct migcap_guest_agent *agent,
				 const struct migcap_guest_cap_regs *now);
void migcap_guest_publish_restore(struct migcap_guest_agent *agent,
				  const struct migcap_guest_cap_regs *now);
void migcap_guest_publish_renew(struct migcap_guest_agent *agent);

/* As the hardware has it: a driver may have written the register itself. */
static inline bool migcap_guest_is_master(struct pci_dev *pdev)
{
	u16 command;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	return command & PCI_COMMAND_MASTER;
}

#endif /* MIGCAP_GUEST_PUBLISH_H */
