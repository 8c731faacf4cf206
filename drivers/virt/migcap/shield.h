/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps resets and error recovery of others away from a driver that is down.
 *
 * Owns: the stand-in for the bound driver in pdev->driver.  Does not own: when
 * a driver is down (agent.c).  Lock: the device_lock, as for pdev->driver.
 */
#ifndef MIGCAP_GUEST_SHIELD_H
#define MIGCAP_GUEST_SHIELD_H

#include <linux/pci.h>

struct migcap_guest_shield;

/**
 * struct migcap_guest_shield_ops - what the owner of a shield knows and learns
 * @is_down:	asked when a reset or a recovery begins: whether the driver is
 *		down
 * @passed:	called when one has ended that the driver knows nothing of
 *
 * Both are called with the device_lock held.
 */
struct migcap_guest_shield_ops {
	bool (*is_down)(struct migcap_guest_shield *shield);
	void (*passed)(struct migcap_guest_shield *shield);
};

/**
 * struct migcap_guest_shield - the stand-in for a driver
 * @driver:	what pdev->driver points to while the shield is up: a copy of the
 *		real one, with other error handlers
 * @pdev:	the device, NULL while the shield is down
 * @ops:	its owner's
 * @frozen:	the driver was told that the channel is frozen
 * @swallows:	the reset or recovery that is under way is kept from the driver
 */
struct migcap_guest_shield {
	struct pci_driver driver;
	struct pci_dev *pdev;
	const struct migcap_guest_shield_ops *ops;
	bool frozen;
	bool swallows;
};

void migcap_guest_shield_raise(struct migcap_guest_shield *shield,
			       struct pci_dev *pdev,
			       const struct migcap_guest_shield_ops *ops,
			       bool frozen);
void migcap_guest_shield_lower(struct migcap_guest_shield *shield);

/* The driver that is bound, shield or not; NULL if there is none. */
static inline struct pci_driver *migcap_guest_driver(struct pci_dev *pdev)
{
	return pdev->driver ? to_pci_driver(pdev->dev.driver) : NULL;
}

#endif /* MIGCAP_GUEST_SHIELD_H */
