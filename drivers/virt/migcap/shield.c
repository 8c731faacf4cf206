// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps resets and error recovery of others away from a driver that is down.
 *
 * A device that is down for a migration may be reset by somebody else: by root,
 * who writes to its file "reset" in sysfs, by a reset of its bus, by the PCI
 * core after an error.  The core then calls the driver's handlers, which expect
 * a device in use: igbvf waits for ever, with the device_lock held that the
 * agent needs to bring it back.
 *
 * But such a device may well be reset: when it comes back, nothing is assumed
 * of it.  Only the driver must not hear of it.  The core takes the handlers
 * from pdev->driver, under the device_lock.  So for that time pdev->driver is a
 * copy of the real driver, with handlers that let the reset pass.  The driver
 * that the rest of the kernel knows, dev->driver, stays the same.
 *
 * The device may come back in the middle, under the RTNL alone.  What began
 * without the driver then ends without it, and the agent repairs the device.
 */
#include "shield.h"

static struct migcap_guest_shield *migcap_guest_shield_of(struct pci_dev *pdev)
{
	return container_of(pdev->driver, struct migcap_guest_shield, driver);
}

/* Those of the real driver, which need not have any. */
static const struct pci_error_handlers *
migcap_guest_shield_handlers(struct pci_dev *pdev)
{
	static const struct pci_error_handlers none;

	return migcap_guest_driver(pdev)->err_handler ? : &none;
}

/* The core takes a frozen channel for its own and thaws it. */
static bool migcap_guest_shield_swallows(struct pci_dev *pdev)
{
	struct migcap_guest_shield *shield = migcap_guest_shield_of(pdev);

	if (shield->swallows && shield->frozen &&
	    pdev->error_state == pci_channel_io_normal)
		pdev->error_state = pci_channel_io_frozen;
	return shield->swallows;
}

static bool migcap_guest_shield_begin(struct pci_dev *pdev)
{
	struct migcap_guest_shield *shield = migcap_guest_shield_of(pdev);

	shield->swallows = shield->ops->is_down(shield);
	return migcap_guest_shield_swallows(pdev);
}

static bool migcap_guest_shield_end(struct pci_dev *pdev)
{
	struct migcap_guest_shield *shield = migcap_guest_shield_of(pdev);
	bool swallowed = migcap_guest_shield_swallows(pdev);

	shield->swallows = false;
	if (swallowed)
		shield->ops->passed(shield);
	return swallowed;
}

static void migcap_guest_shield_prepare(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handlers =
		migcap_guest_shield_handlers(pdev);

	if (!migcap_guest_shield_begin(pdev) && handlers->reset_prepare)
		handlers->reset_prepare(pdev);
}

static void migcap_guest_shield_done(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handlers =
		migcap_guest_shield_handlers(pdev);

	if (!migcap_guest_shield_end(pdev) && handlers->reset_done)
		handlers->reset_done(pdev);
}

static pci_ers_result_t migcap_guest_shield_detected(struct pci_dev *pdev,
						     pci_channel_state_t state)
{
	const struct pci_error_handlers *handlers =
		migcap_guest_shield_handlers(pdev);

	if (!migcap_guest_shield_begin(pdev))
		return handlers->error_detected ?
		       handlers->error_detected(pdev, state) :
		       PCI_ERS_RESULT_NO_AER_DRIVER;
	switch (state) {
	case pci_channel_io_normal:
		return PCI_ERS_RESULT_CAN_RECOVER;
	case pci_channel_io_frozen:
		return PCI_ERS_RESULT_NEED_RESET;
	default:
		return PCI_ERS_RESULT_DISCONNECT;
	}
}

static pci_ers_result_t migcap_guest_shield_mmio(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handlers =
		migcap_guest_shield_handlers(pdev);

	if (migcap_guest_shield_swallows(pdev))
		return PCI_ERS_RESULT_RECOVERED;
	return handlers->mmio_enabled ? handlers->mmio_enabled(pdev) :
					PCI_ERS_RESULT_NONE;
}

static pci_ers_result_t migcap_guest_shield_slot_reset(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handlers =
		migcap_guest_shield_handlers(pdev);

	if (migcap_guest_shield_swallows(pdev))
		return PCI_ERS_RESULT_RECOVERED;
	return handlers->slot_reset ? handlers->slot_reset(pdev) :
				      PCI_ERS_RESULT_NONE;
}

static void migcap_guest_shield_resume(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handlers =
		migcap_guest_shield_handlers(pdev);

	if (!migcap_guest_shield_end(pdev) && handlers->resume)
		handlers->resume(pdev);
}

static void __maybe_unused
migcap_guest_shield_cor_error(struct pci_dev *pdev)
{
	migcap_compat_cor_error(migcap_guest_shield_handlers(pdev), pdev);
}

static const struct pci_error_handlers migcap_guest_shield_err_handlers = {
	.error_detected		= migcap_guest_shield_detected,
	.mmio_enabled		= migcap_guest_shield_mmio,
	.slot_reset		= migcap_guest_shield_slot_reset,
	.reset_prepare		= migcap_guest_shield_prepare,
	.reset_done		= migcap_guest_shield_done,
	.resume			= migcap_guest_shield_resume,
	MIGCAP_COMPAT_COR_ERROR(migcap_guest_shield_cor_error)
};

/**
 * migcap_guest_shield_raise() - let resets pass from now on
 * @shield:	the shield, up or down
 * @pdev:	the device, its driver bound and down
 * @ops:	the owner's
 * @frozen:	the driver was told that the channel is frozen
 *
 * Context: device_lock held.
 */
void migcap_guest_shield_raise(struct migcap_guest_shield *shield,
			       struct pci_dev *pdev,
			       const struct migcap_guest_shield_ops *ops,
			       bool frozen)
{
	device_lock_assert(&pdev->dev);

	shield->frozen = frozen;
	if (shield->pdev)
		return;
	shield->driver = *migcap_guest_driver(pdev);
	shield->driver.err_handler = &migcap_guest_shield_err_handlers;
	shield->swallows = false;
	shield->ops = ops;
	shield->pdev = pdev;
	pdev->driver = &shield->driver;
}

/**
 * migcap_guest_shield_lower() - the driver works again
 * @shield:	the shield, up or down
 *
 * Context: device_lock held.
 */
void migcap_guest_shield_lower(struct migcap_guest_shield *shield)
{
	struct pci_dev *pdev = shield->pdev;

	if (!pdev)
		return;
	device_lock_assert(&pdev->dev);

	pdev->driver = migcap_guest_driver(pdev);
	shield->pdev = NULL;
}
