// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap_vfio_pci: live migration for SR-IOV VFs whose vendor ships none.
 *
 * Owns the PCI driver: binding, unbinding, and what the PCI core reports.
 *
 * There is no id table.  A guest sees the capability, so an operator chooses
 * this driver for a device, by driver_override; then the PCI core needs none.
 * An alias that matches every device would also make libvirt choose it.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/vfio_pci_core.h>

#include "migcap.h"
#include "on_timeout.h"
#include "vfio_dev.h"
#include "sysfs.h"

static int migcap_vfio_probe(struct pci_dev *pdev,
			     const struct pci_device_id *id)
{
	struct migcap_vfio_device *mvdev;
	int ret;

	if (!pdev->is_virtfn) {
		pci_err(pdev, "is no SR-IOV virtual function\n");
		return -ENODEV;
	}
	mvdev = vfio_alloc_device(migcap_vfio_device, core.vdev, &pdev->dev,
				  &migcap_vfio_dev_ops);
	if (IS_ERR(mvdev))
		return PTR_ERR(mvdev);
	dev_set_drvdata(&pdev->dev, &mvdev->core);
	migcap_compat_set_pci_ops(&mvdev->core);

	ret = migcap_vfio_sysfs_create(mvdev);
	if (ret)
		goto put_device;
	ret = vfio_pci_core_register_device(&mvdev->core);
	if (ret)
		goto remove_sysfs;
	return 0;

remove_sysfs:
	migcap_vfio_sysfs_remove(mvdev);
put_device:
	vfio_put_device(&mvdev->core.vdev);
	return ret;
}

static void migcap_vfio_remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(&core->vdev);

	vfio_pci_core_unregister_device(core);
	migcap_vfio_sysfs_remove(mvdev);
	vfio_put_device(&core->vdev);
}

/*
 * Called below core's memory_lock.  A reset that the guest asked for with a
 * config write leaves capability and migration alone: the guest's software is
 * still there, and would not know that it has to introduce itself again.  The same
 * holds for the reset of a device that has stopped for a migration.
 */
static void migcap_vfio_reset_done(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(&core->vdev);

	migcap_vfio_host_regs_reset(&mvdev->config.host_regs, pdev);
	if (migcap_vfio_config_emu_is_writing(&mvdev->config) ||
	    migcap_vfio_stop_reset_is_running(&mvdev->stop_reset))
		return;
	atomic_inc(&mvdev->reset_seq);
	migcap_vfio_guest_reset(&mvdev->guest);
}

static const struct pci_error_handlers migcap_vfio_err_handlers = {
	.reset_done	= migcap_vfio_reset_done,
	.error_detected	= vfio_pci_core_aer_err_detected,
};

static struct pci_driver migcap_vfio_driver = {
	.name			= "migcap_vfio_pci",
	.probe			= migcap_vfio_probe,
	.remove			= migcap_vfio_remove,
	.err_handler		= &migcap_vfio_err_handlers,
	.driver_managed_dma	= true,
};

static int __init migcap_vfio_module_init(void)
{
	int ret;

	ret = migcap_vfio_on_timeout_module_init();
	if (ret)
		return ret;
	ret = migcap_vfio_dirty_pinned_module_init();
	if (ret)
		return ret;
	ret = pci_register_driver(&migcap_vfio_driver);
	if (ret)
		migcap_vfio_dirty_pinned_module_exit();
	return ret;
}
module_init(migcap_vfio_module_init);

static void __exit migcap_vfio_module_exit(void)
{
	pci_unregister_driver(&migcap_vfio_driver);
	migcap_vfio_dirty_pinned_module_exit();
}
module_exit(migcap_vfio_module_exit);

MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(MIGCAP_COMPAT_NS_IOMMUFD);
MODULE_VERSION(MIGCAP_VERSION);
MODULE_AUTHOR("The migcap developers");
MODULE_DESCRIPTION("VFIO PCI driver with live migration for any SR-IOV VF");
