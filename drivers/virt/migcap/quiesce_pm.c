// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quiesce backend: the driver's power management, as for hibernation.
 *
 * freeze() makes the device quiet for an image of memory, and restore() finds
 * a device of which nothing is known, as after the boot of another kernel.
 * Those are called here, or the driver's old suspend() and resume() with the
 * same message.  suspend() of newer drivers will not do: it may rely on a
 * device that keeps its state.
 *
 * The PCI core would save the configuration space in between and restore it.
 * The VMM does that.  Unlike in a hibernation, user space runs.
 *
 * The device works and has its Bus Master Enable while freeze() is called, and
 * may be talked to.  Many drivers leave that bit alone; it is cleared here.
 *
 * Owns: nothing beyond the calls.  Locks: see quiesce.h.
 */
#include <linux/delay.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/pm_runtime.h>

#include "quiesce.h"
#include "shield.h"

/* The first mailbox message to a PF that has just been handed over may fail. */
#define RESTORE_TRIES		3
#define RESTORE_PAUSE_MS	50

static bool migcap_guest_pm_is_legacy(const struct pci_driver *driver)
{
	return driver->suspend && driver->resume;
}

/* What the later phases would have to do is not known here. */
static bool migcap_guest_pm_has_phases(const struct dev_pm_ops *pm)
{
	return pm->freeze_late || pm->freeze_noirq || pm->restore_noirq ||
	       pm->restore_early;
}

static bool migcap_guest_pm_supports(struct pci_dev *pdev)
{
	struct pci_driver *driver = migcap_guest_driver(pdev);
	const struct dev_pm_ops *pm;

	if (!driver)
		return false;
	if (migcap_guest_pm_is_legacy(driver))
		return true;
	pm = driver->driver.pm;
	return pm && pm->freeze && pm->restore &&
	       !migcap_guest_pm_has_phases(pm);
}

static int migcap_guest_pm_freeze(struct pci_dev *pdev)
{
	struct pci_driver *driver = migcap_guest_driver(pdev);

	if (migcap_guest_pm_is_legacy(driver))
		return driver->suspend(pdev, PMSG_FREEZE);
	return driver->driver.pm->freeze(&pdev->dev);
}

static int migcap_guest_pm_restore(struct pci_dev *pdev)
{
	struct pci_driver *driver = migcap_guest_driver(pdev);

	if (migcap_guest_pm_is_legacy(driver))
		return driver->resume(pdev);
	return driver->driver.pm->restore(&pdev->dev);
}

/* A freeze() that fails has left the driver as it was. */
static int migcap_guest_pm_quiesce(struct pci_dev *pdev)
{
	int ret;

	/* A real error is being handled: stay out of its way. */
	if (pdev->error_state != pci_channel_io_normal)
		return -EBUSY;

	pm_runtime_get_sync(&pdev->dev);
	ret = migcap_guest_pm_freeze(pdev);
	if (ret) {
		pm_runtime_put(&pdev->dev);
		pci_warn(pdev, "migcap: the driver refused to freeze: %d\n",
			 ret);
		return -ECANCELED;
	}
	pci_clear_master(pdev);
	return pci_wait_for_pending_transaction(pdev) ? 0 : -ETIMEDOUT;
}

static int migcap_guest_pm_resume(struct pci_dev *pdev)
{
	unsigned int i;
	int ret;

	for (i = 0; i < RESTORE_TRIES; i++) {
		if (i)
			msleep(RESTORE_PAUSE_MS);
		pci_set_master(pdev);
		ret = migcap_guest_pm_restore(pdev);
		if (!ret)
			break;
	}
	pm_runtime_put(&pdev->dev);
	return ret;
}

const struct migcap_guest_quiesce_ops migcap_guest_quiesce_pm_ops = {
	.name		= "power_management",
	.network_only	= true,
	.supports	= migcap_guest_pm_supports,
	.quiesce	= migcap_guest_pm_quiesce,
	.resume		= migcap_guest_pm_resume,
};
