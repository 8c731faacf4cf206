/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The virtual migration capability: the registers through which a guest and
 * the host's migcap_vfio_pci driver agree on when a device may be migrated.
 *
 * It is a vendor specific capability (PCI Local Bus Specification 3.0,
 * appendix H; PCI Express Base Specification 6.0, section 7.9.4) that exists
 * in emulated configuration space only.  All fields are little endian and may
 * be read or written with any width and alignment.  Writes to a byte that the
 * host owns are dropped.
 *
 * The capability returns to its initial value when the VMM opens the device,
 * on VFIO_DEVICE_RESET and on a hot reset.  A Function Level Reset that the
 * guest starts itself leaves it alone.
 */
#ifndef _UAPI_LINUX_MIGCAP_REGS_H
#define _UAPI_LINUX_MIGCAP_REGS_H

/* Capability header. */
#define MIGCAP_ID			0x00	/* 8 bit, constant */
#define  MIGCAP_ID_VALUE		0x09	/* vendor specific */
#define MIGCAP_NEXT			0x01	/* 8 bit, set by the host and the VMM */
#define MIGCAP_LENGTH			0x02	/* 8 bit, constant */
#define  MIGCAP_LENGTH_VALUE		0x10

/*
 * Revision of this layout, 8 bit, constant.  A guest uses the capability only
 * if it knows the revision: fields are never moved within one.
 */
#define MIGCAP_REVISION			0x03
#define  MIGCAP_REVISION_VALUE		0x01

/*
 * Abilities of the guest, 8 bit.  Written by the guest at any time, read
 * by the host when a migration begins and whenever it raises the mailbox.
 */
#define MIGCAP_CTRL			0x04
/* Raise the MSI-X vector in MIGCAP_IRQ when VMM_STATUS changes. */
#define  MIGCAP_CTRL_IRQ_ENABLE		0x01
/* Software that answers START with READY is present (by interrupt or polling). */
#define  MIGCAP_CTRL_DRIVER		0x02
/*
 * Before READY the CPU has dirtied every page that the device wrote since
 * EVENT.TRACKING was set, or MIGCAP_TRACKED_SECONDS before that, for a VMM
 * begins to look a little earlier than the host can tell.  Counts for a
 * migration if it was given before that and is kept until its end.  Set with
 * DRIVER only: without it, READY is not waited for.
 */
#define  MIGCAP_CTRL_DMA_TRACKED	0x04
#define  MIGCAP_TRACKED_SECONDS		30

/*
 * Where the migration stands, 8 bit.  Written by the host.  START asks the
 * guest to stop its device and to answer READY, END tells it to go on: on the
 * destination after a migration, on the source after one that was given up.
 */
#define MIGCAP_VMM_STATUS		0x05
#define  MIGCAP_VMM_END			0x00
#define  MIGCAP_VMM_START		0x01

/*
 * The guest's answer, 8 bit.  READY says that the device does no DMA and that
 * the guest does not depend on device state.  READY while VMM_STATUS is END is
 * a standing consent: a migration goes ahead without waiting for an answer, and
 * START and END only let the guest know that the device was replaced.  The
 * guest writes WAIT before it uses the device again; setting Bus Master Enable
 * has the same effect.
 */
#define MIGCAP_VF_STATUS		0x06
#define  MIGCAP_VF_WAIT			0x00
#define  MIGCAP_VF_READY		0x01

/* MSI-X table index of the mailbox vector, 8 bit, written by the guest. */
#define MIGCAP_IRQ			0x07

/* Four fixed ASCII bytes that tell this capability from others with its id. */
#define MIGCAP_SIGNATURE		0x08
#define  MIGCAP_SIGNATURE_VALUE		"MIGC"
#define  MIGCAP_SIGNATURE_SIZE		4

/*
 * Counts the changes of VMM_STATUS modulo 256, 8 bit, written by the host, so
 * that a START and END pair between two polls does not go unseen.  A guest that
 * polls EPOCH reads it before VMM_STATUS, or it can take a new EPOCH for known
 * that it has seen with the old VMM_STATUS.
 */
#define MIGCAP_EPOCH			0x0c

/*
 * Details of VMM_STATUS for the guest, 8 bit, written by the host.
 */
#define MIGCAP_EVENT			0x0d
/*
 * The device was replaced or reset without consent: recover it.  Set together
 * with END, cleared by the next START.
 */
#define  MIGCAP_EVENT_DEVICE_RESET	0x01
/*
 * The host has begun to track dirty memory, START may follow.  Set only for a
 * guest that has set CTRL.DMA_TRACKED, with an interrupt and no new EPOCH;
 * cleared when nobody tracks any more, which is not necessarily with END.
 */
#define  MIGCAP_EVENT_TRACKING		0x02

/* 16 bit, reads as zero, ignored on write. */
#define MIGCAP_RESERVED			0x0e

#endif /* _UAPI_LINUX_MIGCAP_REGS_H */
