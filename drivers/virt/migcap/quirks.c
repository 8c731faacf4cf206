// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts about single drivers beyond the kernel's common contracts.
 *
 * A driver that is not listed is held to those contracts only: its error
 * handlers take the locks they need and do not rely on a device that still
 * works, its ndo_stop copes with a device that is detached, and it may use DMA
 * and change its interrupt vectors at any time.
 *
 * IDLE_CLOSED and STATIC_VECTORS let the agent answer sooner.  HOLD_RTNL and
 * RESET_TO_OPEN work around a driver: without them it hangs or stays silent.
 */
#include <linux/array_size.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "quirks.h"
#include "shield.h"

static const struct {
	const char *driver;
	unsigned int quirks;
} known_drivers[] = {
	/*
	 * io_error_detected() and ndo_stop both call igbvf_down(), whose
	 * second napi_disable() in a row never returns.  The PF answers a VF
	 * only after a mailbox reset, which ndo_open leaves out.
	 */
	{ "igbvf", MIGCAP_QUIRK_HOLD_RTNL | MIGCAP_QUIRK_IDLE_CLOSED |
		   MIGCAP_QUIRK_RESET_TO_OPEN | MIGCAP_QUIRK_STATIC_VECTORS },
};

/**
 * migcap_guest_quirks() - what is known of the driver that is bound to a device
 * @pdev:	the device
 *
 * Context: device_lock held.
 * Return: MIGCAP_QUIRK_* bits, 0 for an unknown driver or none.
 */
unsigned int migcap_guest_quirks(struct pci_dev *pdev)
{
	struct pci_driver *driver = migcap_guest_driver(pdev);
	unsigned int i;

	device_lock_assert(&pdev->dev);

	if (!driver)
		return 0;
	for (i = 0; i < ARRAY_SIZE(known_drivers); i++)
		if (!strcmp(driver->name, known_drivers[i].driver))
			return known_drivers[i].quirks;
	return 0;
}
