// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver for the emulated VF that uses what the kernel's contracts give it.
 *
 * Drivers differ in what they rely on when they are taken down and up.  The
 * parameter "contract" says which of them this one plays.  It makes no use of
 * the device; what it finds is in the device's file "contract" in sysfs, a line
 * "name value" each, for a scenario to judge.
 *
 * It binds by driver_override alone.
 */
#include <linux/atomic.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>

#define SHARED_PAGES	512
#define SHARED_TIMES	100

static char *contract = "frozen";
module_param(contract, charp, 0444);
MODULE_PARM_DESC(contract, "which driver to play: frozen, refuses, linkless, shares");

/**
 * struct vf_contract - one device
 * @pdev:	the device
 * @netdev:	if the contract is one of a network driver
 * @frozen:	how often it was told that the channel is frozen
 * @live:	how often the device could do DMA when it was
 * @resumed:	how often it was told to go on
 */
struct vf_contract {
	struct pci_dev *pdev;
	struct net_device *netdev;
	atomic_t frozen;
	atomic_t live;
	atomic_t resumed;
};

/**
 * struct vf_contract_ops - a driver to play; what is NULL is not done
 * @name:	in the parameter
 * @bound:	the device is ready
 * @gone:	the driver leaves it
 * @answer:	to error_detected()
 * @resumed:	the device works again
 */
struct vf_contract_ops {
	const char *name;
	int (*bound)(struct vf_contract *vf);
	void (*gone)(struct vf_contract *vf);
	pci_ers_result_t answer;
	void (*resumed)(struct vf_contract *vf);
};

static netdev_tx_t vf_contract_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static int vf_contract_open(struct net_device *dev)
{
	netif_carrier_on(dev);
	netif_start_queue(dev);
	return 0;
}

static int vf_contract_stop(struct net_device *dev)
{
	netif_stop_queue(dev);
	netif_carrier_off(dev);
	return 0;
}

static const struct net_device_ops vf_contract_netdev_ops = {
	.ndo_open	= vf_contract_open,
	.ndo_stop	= vf_contract_stop,
	.ndo_start_xmit	= vf_contract_xmit,
};

static int vf_contract_add_netdev(struct vf_contract *vf)
{
	struct net_device *dev = alloc_etherdev(0);
	int ret;

	if (!dev)
		return -ENOMEM;
	SET_NETDEV_DEV(dev, &vf->pdev->dev);
	dev->netdev_ops = &vf_contract_netdev_ops;
	eth_hw_addr_random(dev);
	strscpy(dev->name, "contract%d", sizeof(dev->name));
	netif_carrier_off(dev);
	ret = register_netdev(dev);
	if (ret) {
		free_netdev(dev);
		return ret;
	}
	vf->netdev = dev;
	return 0;
}

static void vf_contract_remove_netdev(struct vf_contract *vf)
{
	unregister_netdev(vf->netdev);
	free_netdev(vf->netdev);
}

/* As if the PF had not answered the first time. */
static void vf_contract_link_at_second_try(struct vf_contract *vf)
{
	if (atomic_read(&vf->resumed) % 2 == 0 && netif_running(vf->netdev))
		netif_carrier_on(vf->netdev);
}

static int vf_contract_map(struct vf_contract *vf, struct page *page)
{
	dma_addr_t addr = DMA_MAPPING_ERROR;
	int times;

	for (times = 0; times < SHARED_TIMES; times++) {
		addr = dma_map_page(&vf->pdev->dev, page, 0, PAGE_SIZE,
				    DMA_FROM_DEVICE);
		if (dma_mapping_error(&vf->pdev->dev, addr))
			return -EIO;
	}
	while (times--)
		dma_unmap_page(&vf->pdev->dev, addr, PAGE_SIZE,
			       DMA_FROM_DEVICE);
	return 0;
}

/* Many requests read into the same pages, as an unprivileged user can ask for. */
static int vf_contract_share(struct vf_contract *vf)
{
	struct page *page, *next;
	LIST_HEAD(pages);
	int i, ret = 0;

	for (i = 0; i < SHARED_PAGES && !ret; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page) {
			ret = -ENOMEM;
			break;
		}
		list_add(&page->lru, &pages);
		ret = vf_contract_map(vf, page);
	}
	list_for_each_entry_safe(page, next, &pages, lru)
		__free_page(page);
	return ret;
}

static const struct vf_contract_ops contracts[] = {
	/* Frees its buffers on "frozen", and sends no command to the device. */
	{ .name = "frozen", .answer = PCI_ERS_RESULT_NEED_RESET },
	/* Does not let go of the device. */
	{ .name = "refuses", .answer = PCI_ERS_RESULT_CAN_RECOVER },
	/* Says that all is well, and has no link at the first recovery. */
	{ .name = "linkless", .answer = PCI_ERS_RESULT_NEED_RESET,
	  .bound = vf_contract_add_netdev, .gone = vf_contract_remove_netdev,
	  .resumed = vf_contract_link_at_second_try },
	/* Maps a page many times at once. */
	{ .name = "shares", .answer = PCI_ERS_RESULT_NEED_RESET,
	  .bound = vf_contract_share },
};

static const struct vf_contract_ops *vf_contract_ops(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(contracts); i++)
		if (!strcmp(contract, contracts[i].name))
			return contracts + i;
	return NULL;
}

static bool vf_contract_is_live(struct pci_dev *pdev)
{
	u16 command, status;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	pcie_capability_read_word(pdev, PCI_EXP_DEVSTA, &status);
	return command & PCI_COMMAND_MASTER || status & PCI_EXP_DEVSTA_TRPND;
}

static pci_ers_result_t vf_contract_detected(struct pci_dev *pdev,
					     pci_channel_state_t state)
{
	struct vf_contract *vf = pci_get_drvdata(pdev);

	atomic_inc(&vf->frozen);
	if (vf_contract_is_live(pdev))
		atomic_inc(&vf->live);
	if (vf->netdev) {
		netif_device_detach(vf->netdev);
		netif_carrier_off(vf->netdev);
	}
	pci_disable_device(pdev);
	return vf_contract_ops()->answer;
}

static pci_ers_result_t vf_contract_slot_reset(struct pci_dev *pdev)
{
	if (pci_enable_device_mem(pdev))
		return PCI_ERS_RESULT_DISCONNECT;
	pci_set_master(pdev);
	return PCI_ERS_RESULT_RECOVERED;
}

static void vf_contract_resume(struct pci_dev *pdev)
{
	struct vf_contract *vf = pci_get_drvdata(pdev);

	atomic_inc(&vf->resumed);
	if (vf->netdev)
		netif_device_attach(vf->netdev);
	if (vf_contract_ops()->resumed)
		vf_contract_ops()->resumed(vf);
}

static const struct pci_error_handlers vf_contract_err_handler = {
	.error_detected	= vf_contract_detected,
	.slot_reset	= vf_contract_slot_reset,
	.resume		= vf_contract_resume,
};

static ssize_t contract_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct vf_contract *vf = dev_get_drvdata(dev);

	return sysfs_emit(buf, "frozen %d\nlive %d\nresumed %d\n",
			  atomic_read(&vf->frozen), atomic_read(&vf->live),
			  atomic_read(&vf->resumed));
}
static DEVICE_ATTR_RO(contract);

static struct attribute *vf_contract_attrs[] = {
	&dev_attr_contract.attr,
	NULL
};
ATTRIBUTE_GROUPS(vf_contract);

static int vf_contract_probe(struct pci_dev *pdev,
			     const struct pci_device_id *id)
{
	const struct vf_contract_ops *ops = vf_contract_ops();
	struct vf_contract *vf;
	int ret;

	if (!ops)
		return -EINVAL;
	vf = devm_kzalloc(&pdev->dev, sizeof(*vf), GFP_KERNEL);
	if (!vf)
		return -ENOMEM;
	vf->pdev = pdev;
	pci_set_drvdata(pdev, vf);
	ret = pci_enable_device_mem(pdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (!ret && ops->bound)
		ret = ops->bound(vf);
	if (ret)
		pci_disable_device(pdev);
	return ret;
}

static void vf_contract_remove(struct pci_dev *pdev)
{
	if (vf_contract_ops()->gone)
		vf_contract_ops()->gone(pci_get_drvdata(pdev));
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
	.err_handler	= &vf_contract_err_handler,
	.dev_groups	= vf_contract_groups,
};
module_pci_driver(vf_contract_driver);

MODULE_DESCRIPTION("Driver that relies on the contracts of PCI error recovery, for tests");
MODULE_LICENSE("GPL");
