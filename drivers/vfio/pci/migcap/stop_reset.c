// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reset of a device that has stopped for a migration.
 *
 * Bus Master Enable keeps a device from memory, not from what else it works on: a
 * disk goes on with the writes that it has fetched.  Such a write may reach the
 * medium after the guest has written to the same block on the other host.  A
 * driver that was taken down well has nothing pending; one that was cut off has.
 * So the device is reset before the VMM reads the state, which ends both
 * (PCI Express Base Specification 6.0, section 6.6.2).  The wait after a reset
 * lengthens the outage by 100 ms, so a network device is spared: what it still
 * sends does no harm.
 *
 * Owns that reset, and how it is told from one that a VMM or an operator wants.
 */
#include <linux/errno.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

#include "stop_reset.h"

/**
 * migcap_vfio_stop_reset_init() - nothing is being reset
 * @reset: the reset
 * @core: the device
 */
void migcap_vfio_stop_reset_init(struct migcap_vfio_stop_reset *reset,
				 struct vfio_pci_core_device *core)
{
	reset->core = core;
}

static bool migcap_vfio_stop_reset_is_due(const struct pci_dev *pdev)
{
	return pdev->class >> 16 != PCI_BASE_CLASS_NETWORK;
}

/**
 * migcap_vfio_stop_reset_run() - have a stopped device end all that it does
 * @reset: the reset
 *
 * Core does it, as for a VMM: it keeps the VMM from the device's memory meanwhile.
 *
 * Context: process, takes core's memory_lock; the device is powered, the VM
 * stopped.  One caller at a time.
 * Return: 0, also if there is no need, or a negative errno: the device has not
 * been reset.
 */
int migcap_vfio_stop_reset_run(struct migcap_vfio_stop_reset *reset)
{
	int ret;

	if (!migcap_vfio_stop_reset_is_due(reset->core->pdev))
		return 0;
	WRITE_ONCE(reset->runner, current);
	ret = vfio_pci_core_ioctl(&reset->core->vdev, VFIO_DEVICE_RESET, 0);
	WRITE_ONCE(reset->runner, NULL);
	return ret;
}

/**
 * migcap_vfio_stop_reset_is_running() - whether the caller runs below such a reset
 * @reset: the reset
 *
 * Return: true if the current task is in migcap_vfio_stop_reset_run().
 */
bool migcap_vfio_stop_reset_is_running(const struct migcap_vfio_stop_reset *reset)
{
	return READ_ONCE(reset->runner) == current;
}
