/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to the registers of the virtual migration capability.
 *
 * Owns: where the capability is and how its bytes are read and written.
 * Does not own: what they mean for the device (agent.c), nor any lock: one
 * configuration access is atomic, and a caller that writes serialises itself.
 */
#ifndef _MIGCAP_GUEST_REGS_H
#define _MIGCAP_GUEST_REGS_H

#include <linux/types.h>

struct pci_dev;

/**
 * struct migcap_regs - where the capability of one function is
 * @pdev:	the function
 * @pos:	offset of the capability in its configuration space, in bytes
 */
struct migcap_regs {
	struct pci_dev *pdev;
	u8 pos;
};

/**
 * struct migcap_snapshot - all changing fields of the capability
 * @ctrl:	MIGCAP_CTRL_* bits
 * @vmm_status:	MIGCAP_VMM_START or MIGCAP_VMM_END
 * @vf_status:	MIGCAP_VF_READY or MIGCAP_VF_WAIT
 * @irq:	MSI-X table index of the mailbox vector
 * @epoch:	number of changes of @vmm_status, modulo 256
 * @event:	MIGCAP_EVENT_* bits
 */
struct migcap_snapshot {
	u8 ctrl;
	u8 vmm_status;
	u8 vf_status;
	u8 irq;
	u8 epoch;
	u8 event;
};

u8 migcap_regs_find(struct pci_dev *pdev);
int migcap_regs_read(const struct migcap_regs *regs,
		     struct migcap_snapshot *now);
void migcap_regs_write(const struct migcap_regs *regs, u8 ctrl, u8 vf_status,
		       u8 irq);

#endif /* _MIGCAP_GUEST_REGS_H */
