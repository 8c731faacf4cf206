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
#include "ops.h"
#include "sysfs.h"

static int migcap_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct migcap_device *mdev;
	int ret;

	if (!pdev->is_virtfn) {
		pci_err(pdev, "is no SR-IOV virtual function\n");
		return -ENODEV;
	}
	mdev = vfio_alloc_device(migcap_device, core.vdev, &pdev->dev,
				 &migcap_vfio_ops);
	if (IS_ERR(mdev))
		return PTR_ERR(mdev);
	dev_set_drvdata(&pdev->dev, &mdev->core);
	migcap_compat_set_pci_ops(&mdev->core);

	ret = migcap_sysfs_create(mdev);
	if (ret)
		goto put_device;
	ret = vfio_pci_core_register_device(&mdev->core);
	if (ret)
		goto remove_sysfs;
	return 0;

remove_sysfs:
	migcap_sysfs_remove(mdev);
put_device:
	vfio_put_device(&mdev->core.vdev);
	return ret;
}

static void migcap_remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);
	struct migcap_device *mdev = migcap_from_vdev(&core->vdev);

	vfio_pci_core_unregister_device(core);
	migcap_sysfs_remove(mdev);
	vfio_put_device(&core->vdev);
}

/*
 * Called below core's memory_lock.  A reset that the guest asked for with a
 * config write leaves capability and migration alone: the guest's software is
 * still there, and would not know that it has to introduce itself again.
 */
static void migcap_reset_done(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);
	struct migcap_device *mdev = migcap_from_vdev(&core->vdev);

	if (migcap_config_is_writing(&mdev->config))
		return;
	atomic_inc(&mdev->reset_seq);
	migcap_peer_reset(&mdev->peer);
}

static const struct pci_error_handlers migcap_err_handlers = {
	.reset_done	= migcap_reset_done,
	.error_detected	= vfio_pci_core_aer_err_detected,
};

static struct pci_driver migcap_driver = {
	.name			= "migcap_vfio_pci",
	.probe			= migcap_probe,
	.remove			= migcap_remove,
	.err_handler		= &migcap_err_handlers,
	.driver_managed_dma	= true,
};
module_pci_driver(migcap_driver);

MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(MIGCAP_COMPAT_NS_IOMMUFD);
MODULE_AUTHOR("The migcap developers");
MODULE_DESCRIPTION("VFIO PCI driver with live migration for any SR-IOV VF");
