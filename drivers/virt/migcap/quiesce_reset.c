// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quiesce backend: what the driver does around a reset of its function.
 *
 * reset_prepare() finds a device that works, and lets go of it in good order.
 * reset_done() finds one that has lost all but its configuration space, which
 * the VMM restores.  The channel stays normal, so that a driver which has its
 * device finish what it has begun can do so.
 *
 * Neither returns anything: whether the driver came back has to be looked at
 * afterwards (verify.c).
 *
 * Owns: nothing beyond the calls.  Locks: see quiesce.h.
 */
#include <linux/pci.h>
#include <linux/pm_runtime.h>

#include "quiesce.h"
#include "shield.h"

static bool migcap_guest_reset_supports(struct pci_dev *pdev)
{
	struct pci_driver *driver = migcap_guest_driver(pdev);
	const struct pci_error_handlers *handler;

	handler = driver ? driver->err_handler : NULL;
	return handler && handler->reset_prepare && handler->reset_done;
}

static int migcap_guest_reset_quiesce(struct pci_dev *pdev)
{
	/* A real error is being handled: stay out of its way. */
	if (pdev->error_state != pci_channel_io_normal)
		return -EBUSY;

	pm_runtime_get_sync(&pdev->dev);
	migcap_guest_driver(pdev)->err_handler->reset_prepare(pdev);
	pci_clear_master(pdev);
	return pci_wait_for_pending_transaction(pdev) ? 0 : -ETIMEDOUT;
}

static int migcap_guest_reset_resume(struct pci_dev *pdev)
{
	pci_set_master(pdev);
	migcap_guest_driver(pdev)->err_handler->reset_done(pdev);
	pm_runtime_put(&pdev->dev);
	return 0;
}

const struct migcap_guest_quiesce_ops migcap_guest_quiesce_reset_ops = {
	.name		= "reset",
	.supports	= migcap_guest_reset_supports,
	.quiesce	= migcap_guest_reset_quiesce,
	.resume		= migcap_guest_reset_resume,
};
