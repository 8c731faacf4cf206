/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to take a device down behind a driver that knows nothing of
 * migration, and to bring it up again.  One file for each way.
 *
 * Owns: the interface between the agent and such a backend.  A backend keeps
 * no state of its own.
 */
#ifndef MIGCAP_GUEST_QUIESCE_H
#define MIGCAP_GUEST_QUIESCE_H

#include <linux/types.h>

struct pci_dev;

/**
 * struct migcap_guest_quiesce_ops - one way to take a device down and up
 * @name:	how it is called in sysfs
 * @supports:	whether it works with the driver that is bound now
 * @prepare:	do ahead what would make @quiesce slow; the device is in use
 * @quiesce:	take the device down.  On success it does no DMA, Bus Master
 *		Enable is clear, and @resume is the only thing that may follow.
 *		-EBUSY: nothing was done, try again later.  On any other error
 *		the driver is in an unknown state and the caller must @resume it
 * @resume:	bring the device up, whatever it went through since @quiesce:
 *		it may be another one of the same kind.  On failure the driver
 *		does not work
 *
 * All are called with the device_lock held, except that a driver with
 * MIGCAP_QUIRK_HOLD_RTNL may be protected by the RTNL alone: it cannot unbind
 * then, see agent.c.  @quiesce and @resume return 0 or a negative errno, and
 * may sleep.
 */
struct migcap_guest_quiesce_ops {
	const char *name;
	bool (*supports)(struct pci_dev *pdev);
	void (*prepare)(struct pci_dev *pdev);
	int (*quiesce)(struct pci_dev *pdev);
	int (*resume)(struct pci_dev *pdev);
};

extern const struct migcap_guest_quiesce_ops migcap_guest_quiesce_aer_ops;

#endif /* MIGCAP_GUEST_QUIESCE_H */
