/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual migration capability as a register file, and what its values
 * mean.  Pure: knows no device, takes no lock, builds in userspace.
 */
#ifndef MIGCAP_VFIO_CAP_REGS_H
#define MIGCAP_VFIO_CAP_REGS_H

#include <linux/types.h>

/**
 * struct migcap_vfio_cap_regs - the writable part of the capability
 * @ctrl: MIGCAP_CTRL, written by the guest
 * @vmm_status: MIGCAP_VMM_STATUS, written by the host
 * @vf_status: MIGCAP_VF_STATUS, written by the guest
 * @irq: MIGCAP_IRQ, written by the guest
 * @epoch: MIGCAP_EPOCH, written by the host
 * @event: MIGCAP_EVENT, written by the host
 */
struct migcap_vfio_cap_regs {
	u8 ctrl;
	u8 vmm_status;
	u8 vf_status;
	u8 irq;
	u8 epoch;
	u8 event;
};

/**
 * enum migcap_vfio_guest_state - what the host may expect of the guest
 * @MIGCAP_GUEST_ABSENT: the device is in use and nobody would answer START
 * @MIGCAP_GUEST_BME_OFF: nobody would answer, but the device cannot do DMA
 * @MIGCAP_GUEST_PRESENT: somebody will answer START
 * @MIGCAP_GUEST_READY: START has been answered
 * @MIGCAP_GUEST_STANDING: standing consent, START need not be raised
 */
enum migcap_vfio_guest_state {
	MIGCAP_GUEST_ABSENT,
	MIGCAP_GUEST_BME_OFF,
	MIGCAP_GUEST_PRESENT,
	MIGCAP_GUEST_READY,
	MIGCAP_GUEST_STANDING,
};

enum migcap_vfio_guest_state
migcap_vfio_cap_regs_guest(const struct migcap_vfio_cap_regs *regs,
			   bool bus_master);
bool migcap_vfio_guest_is_quiesced(enum migcap_vfio_guest_state state);
u8 migcap_vfio_cap_regs_read(const struct migcap_vfio_cap_regs *regs,
			     unsigned int offset);
void migcap_vfio_cap_regs_write(struct migcap_vfio_cap_regs *regs,
				unsigned int offset, u8 value);
void migcap_vfio_cap_regs_drop_unknown(struct migcap_vfio_cap_regs *regs);
void migcap_vfio_cap_regs_start(struct migcap_vfio_cap_regs *regs);
bool migcap_vfio_cap_regs_end(struct migcap_vfio_cap_regs *regs, u8 event);
bool migcap_vfio_cap_regs_tracking(struct migcap_vfio_cap_regs *regs);

#endif /* MIGCAP_VFIO_CAP_REGS_H */
