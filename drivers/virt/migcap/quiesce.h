/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to take a device down behind a driver that knows nothing of
 * migration, and to bring it up again.  One file for each way.
 *
 * Owns: the interface between the agent and such a backend, and the choice of
 * one.  A backend keeps no state of its own.  Does not own: what is known of
 * single drivers (quirks.c).
 */
#ifndef MIGCAP_GUEST_QUIESCE_H
#define MIGCAP_GUEST_QUIESCE_H

#include <linux/types.h>

struct pci_dev;

/* In the order in which they are tried with a driver that is not known. */
enum migcap_guest_backend {
	MIGCAP_BACKEND_PM,
	MIGCAP_BACKEND_RESET,
	MIGCAP_BACKEND_AER,
	MIGCAP_BACKENDS,
};

/**
 * struct migcap_guest_quiesce_ops - one way to take a device down and up
 * @name:	how it is called in sysfs
 * @network_only: only for devices that nobody uses but by way of a network
 *		device, unless an operator wants it
 * @freezes_channel: the driver is told that the channel is frozen, and
 *		pdev->error_state says so, until @resume
 * @supports:	whether the driver that is bound now has what it takes
 * @prepare:	do ahead what would make @quiesce slow; the device is in use.
 *		May be NULL
 * @quiesce:	take the device down.  On success it does no DMA, Bus Master
 *		Enable is clear, and @resume is the only thing that may follow.
 *		-EBUSY: nothing was done, try again later.  -ECANCELED: the
 *		driver refused, and works as before.  On any other error the
 *		driver is in an unknown state and the caller must @resume it
 * @resume:	bring the device up, whatever it went through since @quiesce:
 *		it may be another one of the same kind.  On failure the driver
 *		does not work.  On success it may still be busy coming up
 *
 * All are called with the device_lock held, except that a driver with
 * MIGCAP_QUIRK_HOLD_RTNL may be protected by the RTNL alone: it cannot unbind
 * then, see agent.h.  @quiesce and @resume return 0 or a negative errno, and
 * may sleep.
 */
struct migcap_guest_quiesce_ops {
	const char *name;
	bool network_only;
	bool freezes_channel;
	bool (*supports)(struct pci_dev *pdev);
	void (*prepare)(struct pci_dev *pdev);
	int (*quiesce)(struct pci_dev *pdev);
	int (*resume)(struct pci_dev *pdev);
};

/**
 * struct migcap_guest_quiesce_limits - what the choice depends on besides the
 * driver
 * @forced:	the backend that an operator wants, NULL for none
 * @unfit:	BIT(enum migcap_guest_backend) of those that did not work out
 */
struct migcap_guest_quiesce_limits {
	const struct migcap_guest_quiesce_ops *forced;
	unsigned int unfit;
};

/**
 * struct migcap_guest_quiesce_choice - which backend, and why
 * @ops:	the backend, NULL if there is none
 * @why:	a constant text: why this one, or why none
 */
struct migcap_guest_quiesce_choice {
	const struct migcap_guest_quiesce_ops *ops;
	const char *why;
};

struct migcap_guest_quiesce_choice
migcap_guest_quiesce_choose(struct pci_dev *pdev,
			    const struct migcap_guest_quiesce_limits *limits);
const struct migcap_guest_quiesce_ops *
migcap_guest_quiesce_after_reset(struct pci_dev *pdev,
				 const struct migcap_guest_quiesce_limits *limits,
				 const struct migcap_guest_quiesce_ops *chosen);
int migcap_guest_quiesce_may_force(struct pci_dev *pdev,
				   const struct migcap_guest_quiesce_ops *ops);
const struct migcap_guest_quiesce_ops *
migcap_guest_quiesce_find(const char *name);
unsigned int
migcap_guest_quiesce_bit(const struct migcap_guest_quiesce_ops *ops);

extern const struct migcap_guest_quiesce_ops migcap_guest_quiesce_pm_ops;
extern const struct migcap_guest_quiesce_ops migcap_guest_quiesce_reset_ops;
extern const struct migcap_guest_quiesce_ops migcap_guest_quiesce_aer_ops;

#endif /* MIGCAP_GUEST_QUIESCE_H */
