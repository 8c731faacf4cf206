// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver for the emulated VF that uses what the kernel's contracts give it.
 *
 * Drivers differ in what they rely on when they are taken down and up.  The
 * parameter "contract" says which of them this one plays.  What it finds is in
 * the device's file "contract" in sysfs, a line "name value" each, for a
 * scenario to judge.
 *
 * It binds by driver_override alone.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>

#include "contract.h"

static char *contract = "frozen";
module_param(contract, charp, 0444);
MODULE_PARM_DESC(contract, "which driver to play, by its name in contract_table.c");

int vf_contract_enable(struct vf_contract *vf)
{
	int ret = 0;

	if (!pci_is_enabled(vf->pdev))
		ret = pci_enable_device_mem(vf->pdev);
	if (!ret)
		pci_set_master(vf->pdev);
	return ret;
}

void vf_contract_down(struct vf_contract *vf)
{
	vf_contract_detach(vf);
	if (pci_is_enabled(vf->pdev))
		pci_disable_device(vf->pdev);
}

int vf_contract_up(struct vf_contract *vf)
{
	int ret = vf_contract_enable(vf);

	if (!ret)
		vf_contract_attach(vf, true);
	return ret;
}

static void vf_contract_come_late(struct work_struct *work)
{
	vf_contract_up(container_of(work, struct vf_contract, late.work));
}

static bool vf_contract_is_live(struct pci_dev *pdev)
{
	u16 command, status;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	pcie_capability_read_word(pdev, PCI_EXP_DEVSTA, &status);
	return command & PCI_COMMAND_MASTER || status & PCI_EXP_DEVSTA_TRPND;
}

static void vf_contract_go_down(struct vf_contract *vf,
				enum vf_contract_way way)
{
	bool live = vf_contract_is_live(vf->pdev);

	vf->way = way;
	atomic_inc(&vf->down);
	if (way == VF_CONTRACT_AER && live)
		atomic_inc(&vf->live);
	if (way != VF_CONTRACT_AER && !live)
		atomic_inc(&vf->dead);
	(vf->ops->down ? : vf_contract_down)(vf);
}

static int vf_contract_come_up(struct vf_contract *vf)
{
	atomic_inc(&vf->resumed);
	return (vf->ops->up ? : vf_contract_up)(vf);
}

static pci_ers_result_t vf_contract_detected(struct pci_dev *pdev,
					     pci_channel_state_t state)
{
	struct vf_contract *vf = pci_get_drvdata(pdev);

	vf_contract_go_down(vf, VF_CONTRACT_AER);
	return vf->ops->answer;
}

static pci_ers_result_t vf_contract_slot_reset(struct pci_dev *pdev)
{
	struct vf_contract *vf = pci_get_drvdata(pdev);

	if (!vf->ops->enables_late && vf_contract_enable(vf))
		return PCI_ERS_RESULT_DISCONNECT;
	return PCI_ERS_RESULT_RECOVERED;
}

static void vf_contract_resume(struct pci_dev *pdev)
{
	vf_contract_come_up(pci_get_drvdata(pdev));
}

static void vf_contract_prepare(struct pci_dev *pdev)
{
	vf_contract_go_down(pci_get_drvdata(pdev), VF_CONTRACT_RESET);
}

static void vf_contract_done(struct pci_dev *pdev)
{
	vf_contract_come_up(pci_get_drvdata(pdev));
}

static int vf_contract_freeze(struct device *dev)
{
	vf_contract_go_down(dev_get_drvdata(dev), VF_CONTRACT_PM);
	return 0;
}

static int vf_contract_restore(struct device *dev)
{
	return vf_contract_come_up(dev_get_drvdata(dev));
}

/* What the driver that is played does not have is taken out. */
static struct pci_error_handlers vf_contract_err_handler = {
	.error_detected	= vf_contract_detected,
	.slot_reset	= vf_contract_slot_reset,
	.resume		= vf_contract_resume,
	.reset_prepare	= vf_contract_prepare,
	.reset_done	= vf_contract_done,
};

static const struct dev_pm_ops vf_contract_pm_ops = {
	.freeze		= vf_contract_freeze,
	.restore	= vf_contract_restore,
};

static ssize_t contract_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct vf_contract *vf = dev_get_drvdata(dev);

	return sysfs_emit(buf,
			  "down %d\nlive %d\ndead %d\nresumed %d\n"
			  "received %d\nspoiled %d\ninterrupts %d\n",
			  atomic_read(&vf->down), atomic_read(&vf->live),
			  atomic_read(&vf->dead), atomic_read(&vf->resumed),
			  vf_contract_ring_received(vf),
			  vf_contract_ring_spoiled(vf),
			  vf_contract_interrupts(vf));
}
static DEVICE_ATTR_RO(contract);

static struct attribute *vf_contract_attrs[] = {
	&dev_attr_contract.attr,
	NULL
};
ATTRIBUTE_GROUPS(vf_contract);

static int vf_contract_begin(struct vf_contract *vf)
{
	int ret = vf_contract_enable(vf);

	if (ret)
		return ret;
	ret = dma_set_mask_and_coherent(&vf->pdev->dev, DMA_BIT_MASK(64));
	if (!ret && vf->ops->has_netdev)
		ret = vf_contract_add_netdev(vf);
	if (!ret && vf->ops->bound)
		ret = vf->ops->bound(vf);
	if (!ret)
		return 0;
	vf_contract_remove_netdev(vf);
	pci_disable_device(vf->pdev);
	return ret;
}

static int vf_contract_probe(struct pci_dev *pdev,
			     const struct pci_device_id *id)
{
	struct vf_contract *vf = devm_kzalloc(&pdev->dev, sizeof(*vf),
					      GFP_KERNEL);

	if (!vf)
		return -ENOMEM;
	vf->pdev = pdev;
	vf->ops = vf_contract_find(contract);
	INIT_DELAYED_WORK(&vf->late, vf_contract_come_late);
	pci_set_drvdata(pdev, vf);
	return vf_contract_begin(vf);
}

static void vf_contract_remove(struct pci_dev *pdev)
{
	struct vf_contract *vf = pci_get_drvdata(pdev);

	cancel_delayed_work_sync(&vf->late);
	if (vf->ops->gone)
		vf->ops->gone(vf);
	vf_contract_remove_netdev(vf);
	if (pci_is_enabled(pdev))
		pci_disable_device(pdev);
}

static const struct pci_device_id vf_contract_ids[] = {
	{ PCI_DEVICE_DRIVER_OVERRIDE(PCI_ANY_ID, PCI_ANY_ID, 1) },
	{ }
};

static struct pci_driver vf_contract_driver = {
	.name		= KBUILD_MODNAME,
	.id_table	= vf_contract_ids,
	.probe		= vf_contract_probe,
	.remove		= vf_contract_remove,
	.dev_groups	= vf_contract_groups,
};

static void vf_contract_choose_ways(unsigned int ways)
{
	struct pci_error_handlers *handlers = &vf_contract_err_handler;

	if (ways & VF_CONTRACT_PM)
		vf_contract_driver.driver.pm = &vf_contract_pm_ops;
	if (ways & (VF_CONTRACT_AER | VF_CONTRACT_RESET))
		vf_contract_driver.err_handler = handlers;
	if (!(ways & VF_CONTRACT_AER)) {
		handlers->error_detected = NULL;
		handlers->slot_reset = NULL;
		handlers->resume = NULL;
	}
	if (!(ways & VF_CONTRACT_RESET)) {
		handlers->reset_prepare = NULL;
		handlers->reset_done = NULL;
	}
}

static int __init vf_contract_init(void)
{
	const struct vf_contract_ops *ops = vf_contract_find(contract);

	if (!ops) {
		pr_err("vf_contract: no contract \"%s\"\n", contract);
		return -EINVAL;
	}
	vf_contract_choose_ways(ops->ways);
	return pci_register_driver(&vf_contract_driver);
}
module_init(vf_contract_init);

static void __exit vf_contract_exit(void)
{
	pci_unregister_driver(&vf_contract_driver);
}
module_exit(vf_contract_exit);

MODULE_DESCRIPTION("Driver that plays stock drivers of VFs, for tests");
MODULE_LICENSE("GPL");
