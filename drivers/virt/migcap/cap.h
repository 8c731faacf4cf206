/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to the registers of the virtual migration capability.
 *
 * Owns: where the capability is and how its bytes are read and written.
 * Does not own: what they mean for the device (agent.c), nor any lock: one
 * configuration access is atomic, and a caller that writes serialises itself.
 */
#ifndef MIGCAP_GUEST_CAP_H
#define MIGCAP_GUEST_CAP_H

#include <linux/types.h>

struct pci_dev;

/**
 * struct migcap_guest_cap - where the capability of one function is
 * @pdev:	the function
 * @pos:	offset of the capability in its configuration space, in bytes
 */
struct migcap_guest_cap {
	struct pci_dev *pdev;
	u8 pos;
};

/**
 * struct migcap_guest_cap_regs - all changing fields of the capability
 * @ctrl:	MIGCAP_CTRL_* bits
 * @vmm_status:	MIGCAP_VMM_START or MIGCAP_VMM_END
 * @vf_status:	MIGCAP_VF_READY or MIGCAP_VF_WAIT
 * @irq:	MSI-X table index of the mailbox vector
 * @epoch:	number of changes of @vmm_status, modulo 256
 * @event:	MIGCAP_EVENT_* bits
 */
struct migcap_guest_cap_regs {
	u8 ctrl;
	u8 vmm_status;
	u8 vf_status;
	u8 irq;
	u8 epoch;
	u8 event;
};

u8 migcap_guest_cap_find(struct pci_dev *pdev);
int migcap_guest_cap_read(const struct migcap_guest_cap *regs,
			  struct migcap_guest_cap_regs *now);
void migcap_guest_cap_write(const struct migcap_guest_cap *regs, u8 ctrl,
			    u8 vf_status, u8 irq);

#endif /* MIGCAP_GUEST_CAP_H */
