// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quiesce backend: the driver's own PCI error recovery.
 *
 * To a driver, a migration looks like a frozen channel that came back after a
 * slot reset.  "Frozen" means that the platform has blocked the device's
 * accesses (Documentation/PCI/pci-error-recovery.rst).  Drivers rely on that:
 * they send no stop commands to the device, pretend that it acknowledged them,
 * and free its buffers.  So the device's DMA is stopped here, before
 * error_detected() is called, and not by the driver.  In slot_reset() and
 * resume() the driver programs a device of which it assumes nothing.  Network
 * devices keep their addresses and routes, sockets their connections.
 *
 * A driver that insists on an orderly shutdown, by messages that the device
 * fetches or answers by DMA, waits for its own timeout in error_detected().
 *
 * Owns: pdev->error_state between quiesce and resume.  Locks: see quiesce.h.
 */
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include "quiesce.h"
#include "shield.h"

/* The first mailbox message to a PF that has just been handed over may fail. */
#define SLOT_RESET_TRIES	5
#define SLOT_RESET_PAUSE_MS	20

static bool migcap_guest_aer_supports(struct pci_dev *pdev)
{
	struct pci_driver *driver = migcap_guest_driver(pdev);
	const struct pci_error_handlers *handler;

	handler = driver ? driver->err_handler : NULL;
	return handler && handler->error_detected && handler->slot_reset &&
	       handler->resume;
}

/*
 * Drivers call pci_restore_state() in slot_reset(), which wants a saved state
 * and uses it up.  To save it takes some forty configuration reads: too many
 * for the time between START and READY.
 */
static void migcap_guest_aer_prepare(struct pci_dev *pdev)
{
	if (!pdev->state_saved)
		pci_save_state(pdev);
}

/*
 * The saved state has Bus Master Enable set, as drivers that restore it in
 * slot_reset() expect.  What the device has written is in memory when the
 * configuration write that stops it completes.  Its reads may take longer.
 *
 * Return: false if they do not end.
 */
static bool migcap_guest_aer_freeze(struct pci_dev *pdev)
{
	bool drained;

	migcap_guest_aer_prepare(pdev);
	pci_clear_master(pdev);
	drained = pci_wait_for_pending_transaction(pdev);
	pdev->error_state = pci_channel_io_frozen;
	return drained;
}

static int migcap_guest_aer_quiesce(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handler =
		migcap_guest_driver(pdev)->err_handler;
	pci_ers_result_t result;
	bool drained;

	/* A real error is being handled: stay out of its way. */
	if (pdev->error_state != pci_channel_io_normal)
		return -EBUSY;

	pm_runtime_get_sync(&pdev->dev);
	drained = migcap_guest_aer_freeze(pdev);
	/* From here on only a recovery makes the device work again. */
	result = handler->error_detected(pdev, pci_channel_io_frozen);

	/* Only NEED_RESET says that the driver let go of the device. */
	if (result != PCI_ERS_RESULT_NEED_RESET)
		return -EIO;
	return drained ? 0 : -ETIMEDOUT;
}

static int migcap_guest_aer_slot_reset(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handler =
		migcap_guest_driver(pdev)->err_handler;
	pci_ers_result_t result;
	unsigned int i;

	for (i = 0; i < SLOT_RESET_TRIES; i++) {
		if (i)
			msleep(SLOT_RESET_PAUSE_MS);
		result = handler->slot_reset(pdev);
		if (result == PCI_ERS_RESULT_RECOVERED ||
		    result == PCI_ERS_RESULT_NONE)
			return 0;
	}
	return -EIO;
}

static int migcap_guest_aer_resume(struct pci_dev *pdev)
{
	const struct pci_error_handlers *handler =
		migcap_guest_driver(pdev)->err_handler;
	int ret;

	/* A reset in between has used up the saved state. */
	migcap_guest_aer_prepare(pdev);

	/* Unplugged meanwhile: then it stays as it is. */
	if (pdev->error_state == pci_channel_io_frozen)
		pdev->error_state = pci_channel_io_normal;

	ret = migcap_guest_aer_slot_reset(pdev);
	if (ret)
		goto put;

	if (!pdev->is_busmaster)
		pci_set_master(pdev);
	handler->resume(pdev);
put:
	pm_runtime_put(&pdev->dev);
	return ret;
}

const struct migcap_guest_quiesce_ops migcap_guest_quiesce_aer_ops = {
	.name		= "error_recovery",
	.freezes_channel = true,
	.supports	= migcap_guest_aer_supports,
	.prepare	= migcap_guest_aer_prepare,
	.quiesce	= migcap_guest_aer_quiesce,
	.resume		= migcap_guest_aer_resume,
};
