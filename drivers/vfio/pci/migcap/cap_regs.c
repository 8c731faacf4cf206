// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual migration capability as a register file.
 *
 * Owns what a read returns, which bits of a write stick and what the values
 * say about the guest.  Does not own when START and END are raised, nor what
 * follows from an answer: that is guest.c.
 */
#include <linux/types.h>

#include <linux/migcap_regs.h>

#include "cap_regs.h"

#define MIGCAP_CTRL_KNOWN	(MIGCAP_CTRL_IRQ_ENABLE | \
				 MIGCAP_CTRL_DRIVER | \
				 MIGCAP_CTRL_DMA_TRACKED)
#define MIGCAP_EVENT_KNOWN	(MIGCAP_EVENT_DEVICE_RESET | \
				 MIGCAP_EVENT_TRACKING)

/**
 * migcap_vfio_cap_regs_guest() - what the host may expect of the guest
 * @regs: the register file
 * @bus_master: whether the guest has set Bus Master Enable
 *
 * A guest with a driver that will answer is asked even while it has bus
 * mastering off, because the driver may hold device state.
 *
 * Return: the guest's state.
 */
enum migcap_vfio_guest_state
migcap_vfio_cap_regs_guest(const struct migcap_vfio_cap_regs *regs,
			   bool bus_master)
{
	if (regs->vf_status == MIGCAP_VF_READY)
		return regs->vmm_status == MIGCAP_VMM_START ?
		       MIGCAP_GUEST_READY : MIGCAP_GUEST_STANDING;
	if (regs->ctrl & (MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_IRQ_ENABLE))
		return MIGCAP_GUEST_PRESENT;
	return bus_master ? MIGCAP_GUEST_ABSENT : MIGCAP_GUEST_BME_OFF;
}

/**
 * migcap_vfio_guest_is_quiesced() - whether the device does no DMA in this state
 * @state: the guest's state
 *
 * Return: true if the device may be stopped and copied as it is.
 */
bool migcap_vfio_guest_is_quiesced(enum migcap_vfio_guest_state state)
{
	switch (state) {
	case MIGCAP_GUEST_BME_OFF:
	case MIGCAP_GUEST_READY:
	case MIGCAP_GUEST_STANDING:
		return true;
	case MIGCAP_GUEST_ABSENT:
	case MIGCAP_GUEST_PRESENT:
		break;
	}
	return false;
}

/**
 * migcap_vfio_cap_regs_read() - one byte as the guest reads it
 * @regs: the register file
 * @offset: byte offset in the capability, below MIGCAP_LENGTH_VALUE
 *
 * The next pointer depends on the other capabilities; the caller has it.
 *
 * Return: the byte.
 */
u8 migcap_vfio_cap_regs_read(const struct migcap_vfio_cap_regs *regs,
			     unsigned int offset)
{
	switch (offset) {
	case MIGCAP_ID:
		return MIGCAP_ID_VALUE;
	case MIGCAP_LENGTH:
		return MIGCAP_LENGTH_VALUE;
	case MIGCAP_REVISION:
		return MIGCAP_REVISION_VALUE;
	case MIGCAP_CTRL:
		return regs->ctrl;
	case MIGCAP_VMM_STATUS:
		return regs->vmm_status;
	case MIGCAP_VF_STATUS:
		return regs->vf_status;
	case MIGCAP_IRQ:
		return regs->irq;
	case MIGCAP_SIGNATURE ... MIGCAP_SIGNATURE + MIGCAP_SIGNATURE_SIZE - 1:
		return MIGCAP_SIGNATURE_VALUE[offset - MIGCAP_SIGNATURE];
	case MIGCAP_EPOCH:
		return regs->epoch;
	case MIGCAP_EVENT:
		return regs->event;
	default:
		return 0;
	}
}

/**
 * migcap_vfio_cap_regs_write() - one byte as the guest writes it
 * @regs: the register file
 * @offset: byte offset in the capability, below MIGCAP_LENGTH_VALUE
 * @value: what was written
 *
 * Bytes of the host, unknown bits and unknown answers are dropped.
 */
void migcap_vfio_cap_regs_write(struct migcap_vfio_cap_regs *regs,
				unsigned int offset, u8 value)
{
	switch (offset) {
	case MIGCAP_CTRL:
		regs->ctrl = value & MIGCAP_CTRL_KNOWN;
		break;
	case MIGCAP_VF_STATUS:
		if (value == MIGCAP_VF_WAIT || value == MIGCAP_VF_READY)
			regs->vf_status = value;
		break;
	case MIGCAP_IRQ:
		regs->irq = value;
		break;
	default:
		break;
	}
}

/**
 * migcap_vfio_cap_regs_drop_unknown() - clear the bits that this host does not know
 * @regs: the register file, from a host that may know more
 */
void migcap_vfio_cap_regs_drop_unknown(struct migcap_vfio_cap_regs *regs)
{
	regs->ctrl &= MIGCAP_CTRL_KNOWN;
	regs->event &= MIGCAP_EVENT_KNOWN;
}

/**
 * migcap_vfio_cap_regs_start() - tell the guest that a migration needs its answer
 * @regs: the register file
 */
void migcap_vfio_cap_regs_start(struct migcap_vfio_cap_regs *regs)
{
	if (regs->vmm_status == MIGCAP_VMM_START)
		return;
	regs->vmm_status = MIGCAP_VMM_START;
	regs->event &= ~MIGCAP_EVENT_DEVICE_RESET;
	regs->epoch++;
}

/**
 * migcap_vfio_cap_regs_end() - tell the guest that the migration is over
 * @regs: the register file
 * @event: MIGCAP_EVENT bits that go with it, or 0
 *
 * EVENT.TRACKING is left alone: it has a life of its own.
 *
 * Return: true if the guest has been told, false if it knew already.
 */
bool migcap_vfio_cap_regs_end(struct migcap_vfio_cap_regs *regs, u8 event)
{
	if (regs->vmm_status == MIGCAP_VMM_END)
		return false;
	regs->vmm_status = MIGCAP_VMM_END;
	regs->event = (regs->event & MIGCAP_EVENT_TRACKING) | event;
	regs->epoch++;
	return true;
}

/**
 * migcap_vfio_cap_regs_tracking() - tell the guest that dirty memory is being tracked
 * @regs: the register file
 *
 * Return: true if the guest has promised to do its part and did not know yet.
 */
bool migcap_vfio_cap_regs_tracking(struct migcap_vfio_cap_regs *regs)
{
	if (!(regs->ctrl & MIGCAP_CTRL_DMA_TRACKED) ||
	    (regs->event & MIGCAP_EVENT_TRACKING))
		return false;
	regs->event |= MIGCAP_EVENT_TRACKING;
	return true;
}
