/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts about single drivers beyond the kernel's common contracts.
 *
 * Owns: the table.  Does not own: the consequences (agent.c, irq.c, quiesce.c).
 */
#ifndef MIGCAP_GUEST_QUIRKS_H
#define MIGCAP_GUEST_QUIRKS_H

#include "quiesce.h"

struct pci_dev;

/*
 * HOLD_RTNL: the driver's callbacks for taking it down and up neither take the
 * RTNL nor do they keep ndo_open and ndo_stop apart from them.  Call them with
 * the RTNL held, and bring the device back before ndo_stop runs.
 */
#define MIGCAP_QUIRK_HOLD_RTNL		0x01

/* No DMA, and no need for any, while all network devices are closed. */
#define MIGCAP_QUIRK_IDLE_CLOSED	0x02

/*
 * ndo_open relies on the device being as the last ndo_stop left it.  After a
 * migration in between it is another one: recover it before the open.  That
 * happens under the RTNL, so only together with HOLD_RTNL.
 */
#define MIGCAP_QUIRK_RESET_TO_OPEN	0x04

/* MSI-X is enabled in probe(), disabled in remove(), and nowhere else. */
#define MIGCAP_QUIRK_STATIC_VECTORS	0x08

/* Nobody knows whether it works: an operator has to want it. */
#define MIGCAP_QUIRK_ONLY_FORCED	0x10

/*
 * The driver resets its device by itself, from one of the kernel's shared works and
 * without a lock.
 */
#define MIGCAP_QUIRK_OWN_RESET		0x20

/**
 * struct migcap_guest_known_driver - what is known of one driver
 * @driver:	its name
 * @quirks:	MIGCAP_QUIRK_* bits
 * @works:	BIT(enum migcap_guest_backend) of those that work with it
 * @best:	which of them is best; any where there is none
 * @note:	what an operator has to know if none can be used, NULL if there
 *		is nothing special
 */
struct migcap_guest_known_driver {
	const char *driver;
	unsigned int quirks;
	unsigned int works;
	enum migcap_guest_backend best;
	const char *note;
};

const struct migcap_guest_known_driver *
migcap_guest_quirks_known(struct pci_dev *pdev);
unsigned int migcap_guest_quirks(struct pci_dev *pdev);

#endif /* MIGCAP_GUEST_QUIRKS_H */
