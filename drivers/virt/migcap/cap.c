// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to the registers of the virtual migration capability.
 *
 * All fields that the guest writes share one dword, so that a single
 * configuration write changes them together: the host never sees READY with
 * the interrupt settings of another state.  The host drops what such a write
 * carries for its own byte, VMM_STATUS.
 */
#include <linux/bitfield.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/migcap_regs.h>

#include "cap.h"

/* The dword at MIGCAP_CTRL. */
#define STATUS_CTRL		GENMASK(7, 0)
#define STATUS_VMM		GENMASK(15, 8)
#define STATUS_VF		GENMASK(23, 16)
#define STATUS_IRQ		GENMASK(31, 24)
static_assert(MIGCAP_VMM_STATUS - MIGCAP_CTRL == 1);
static_assert(MIGCAP_VF_STATUS - MIGCAP_CTRL == 2);
static_assert(MIGCAP_IRQ - MIGCAP_CTRL == 3);

/* The dword at MIGCAP_EPOCH. */
#define PROGRESS_EPOCH		GENMASK(7, 0)
#define PROGRESS_EVENT		GENMASK(15, 8)
static_assert(MIGCAP_EVENT - MIGCAP_EPOCH == 1);

static bool migcap_guest_cap_match(struct pci_dev *pdev, u8 pos)
{
	u8 length, revision;
	__le32 signature;
	u32 value;

	pci_read_config_byte(pdev, pos + MIGCAP_LENGTH, &length);
	if (length != MIGCAP_LENGTH_VALUE)
		return false;
	pci_read_config_byte(pdev, pos + MIGCAP_REVISION, &revision);
	if (revision != MIGCAP_REVISION_VALUE)
		return false;
	pci_read_config_dword(pdev, pos + MIGCAP_SIGNATURE, &value);
	signature = cpu_to_le32(value);
	return !memcmp(&signature, MIGCAP_SIGNATURE_VALUE,
		       MIGCAP_SIGNATURE_SIZE);
}

/**
 * migcap_guest_cap_find() - look for the migration capability of a function
 * @pdev:	the function
 *
 * Return: its offset in bytes, or 0 if there is none that this driver knows.
 */
u8 migcap_guest_cap_find(struct pci_dev *pdev)
{
	u8 pos = pci_find_capability(pdev, PCI_CAP_ID_VNDR);

	while (pos && !migcap_guest_cap_match(pdev, pos))
		pos = pci_find_next_capability(pdev, pos, PCI_CAP_ID_VNDR);
	return pos;
}

/**
 * migcap_guest_cap_read() - read the fields that change
 * @regs:	the capability
 * @now:	filled in on success
 *
 * EPOCH first: the host may change both in between, and then the old EPOCH
 * with the new VMM_STATUS makes for one look too many.  The other way round,
 * a START would be known by its EPOCH and never be seen.
 *
 * Return: 0, or -ENODEV if the device does not answer (unplugged).
 */
int migcap_guest_cap_read(const struct migcap_guest_cap *regs,
			  struct migcap_guest_cap_regs *now)
{
	u32 status, progress;

	if (pci_read_config_dword(regs->pdev, regs->pos + MIGCAP_EPOCH,
				  &progress) ||
	    pci_read_config_dword(regs->pdev, regs->pos + MIGCAP_CTRL,
				  &status) ||
	    PCI_POSSIBLE_ERROR(status))
		return -ENODEV;

	now->ctrl = FIELD_GET(STATUS_CTRL, status);
	now->vmm_status = FIELD_GET(STATUS_VMM, status);
	now->vf_status = FIELD_GET(STATUS_VF, status);
	now->irq = FIELD_GET(STATUS_IRQ, status);
	now->epoch = FIELD_GET(PROGRESS_EPOCH, progress);
	now->event = FIELD_GET(PROGRESS_EVENT, progress);
	return 0;
}

/**
 * migcap_guest_cap_write() - write all fields that belong to the guest, at once
 * @regs:	the capability
 * @ctrl:	MIGCAP_CTRL_* bits
 * @vf_status:	MIGCAP_VF_READY or MIGCAP_VF_WAIT
 * @irq:	MSI-X table index of the mailbox vector
 */
void migcap_guest_cap_write(const struct migcap_guest_cap *regs, u8 ctrl,
			    u8 vf_status, u8 irq)
{
	pci_write_config_dword(regs->pdev, regs->pos + MIGCAP_CTRL,
			       FIELD_PREP(STATUS_CTRL, ctrl) |
			       FIELD_PREP(STATUS_VF, vf_status) |
			       FIELD_PREP(STATUS_IRQ, irq));
}
