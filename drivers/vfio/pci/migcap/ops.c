// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VFIO device operations.
 *
 * Owns the routing: what belongs to a piece goes there, everything else goes
 * to vfio-pci core as it came.
 */
#include <linux/err.h>
#include <linux/pci.h>
#include <linux/uaccess.h>
#include <linux/vfio_pci_core.h>

#include <linux/vfio_migcap.h>

#include "capinfo.h"
#include "dirty.h"
#include "fsm.h"
#include "migcap.h"
#include "ops.h"
#include "sysfs.h"

static void peer_changed(struct migcap_peer *peer)
{
	struct migcap_device *mdev = container_of(peer, struct migcap_device,
						  peer);

	migcap_sysfs_notify(mdev, MIGCAP_NODE_GUEST);
	migcap_sysfs_notify(mdev, MIGCAP_NODE_EPOCH);
	migcap_sysfs_notify(mdev, MIGCAP_NODE_QUIESCE);
}

static int log_start(struct vfio_device *vdev, struct rb_root_cached *ranges,
		     u32 nr_ranges, u64 *page_size)
{
	return migcap_log_start(&migcap_from_vdev(vdev)->log, ranges,
				nr_ranges, page_size);
}

static int log_stop(struct vfio_device *vdev)
{
	return migcap_log_stop(&migcap_from_vdev(vdev)->log);
}

static int log_read_and_clear(struct vfio_device *vdev, unsigned long iova,
			      unsigned long length, struct iova_bitmap *dirty)
{
	return migcap_log_read(&migcap_from_vdev(vdev)->log, iova, length,
			       dirty);
}

static const struct vfio_log_ops migcap_log_ops = {
	.log_start = log_start,
	.log_stop = log_stop,
	.log_read_and_clear = log_read_and_clear,
};

static int migcap_init_dev(struct vfio_device *vdev)
{
	struct migcap_device *mdev = migcap_from_vdev(vdev);
	struct pci_dev *pdev = to_pci_dev(vdev->dev);

	migcap_report_init(&mdev->report, &pdev->dev);
	migcap_mailbox_init(&mdev->mailbox, &mdev->report);
	migcap_peer_init(&mdev->peer, pdev, &mdev->mailbox, &mdev->report,
			 peer_changed);
	migcap_config_init(&mdev->config, &mdev->core, &mdev->peer);
	migcap_log_init(&mdev->log, &mdev->peer);
	migcap_fsm_init(vdev);
	if (migcap_dirty_can_log())
		vdev->log_ops = &migcap_log_ops;
	return vfio_pci_core_init_dev(vdev);
}

static int prepare_capability(struct migcap_device *mdev)
{
	struct pci_dev *pdev = mdev->core.pdev;
	int msix_size = pci_msix_vec_count(pdev);
	int ret;

	migcap_fsm_lock(mdev);
	ret = migcap_place_choose(&mdev->place, &mdev->core, &mdev->report,
				  mdev->cap_offset);
	mdev->ident = (struct migcap_ident){
		.vendor = pdev->vendor,
		.device = pdev->device,
		.subsystem_vendor = pdev->subsystem_vendor,
		.subsystem_device = pdev->subsystem_device,
		.class = pdev->class,
		.cap_offset = mdev->place.offset,
		.msix_size = msix_size < 0 ? 0 : msix_size,
	};
	migcap_fsm_unlock(mdev);
	mdev->config.offset = mdev->place.offset;
	return ret;
}

static int migcap_open_device(struct vfio_device *vdev)
{
	struct migcap_device *mdev = migcap_from_vdev(vdev);
	int ret;

	ret = vfio_pci_core_enable(&mdev->core);
	if (ret)
		return ret;
	ret = prepare_capability(mdev);
	if (ret) {
		dev_warn_ratelimited(vdev->dev,
				     "migration capability cannot be set up: %d\n",
				     ret);
		vfio_pci_core_disable(&mdev->core);
		return ret;
	}
	migcap_peer_open(&mdev->peer);
	migcap_fsm_open(mdev);
	vfio_pci_core_finish_enable(&mdev->core);
	return 0;
}

static void migcap_close_device(struct vfio_device *vdev)
{
	struct migcap_device *mdev = migcap_from_vdev(vdev);

	migcap_fsm_close(mdev);
	migcap_peer_close(&mdev->peer);
	migcap_mailbox_clear(&mdev->mailbox);
	/* A VMM leaves it running on the source of a migration. */
	migcap_log_stop(&mdev->log);
	vfio_pci_core_close_device(vdev);
}

static bool is_config(loff_t pos)
{
	return VFIO_PCI_OFFSET_TO_INDEX(pos) == VFIO_PCI_CONFIG_REGION_INDEX;
}

static ssize_t migcap_read(struct vfio_device *vdev, char __user *buf,
			   size_t count, loff_t *ppos)
{
	if (is_config(*ppos))
		return migcap_config_read(&migcap_from_vdev(vdev)->config, buf,
					  count, ppos);
	return vfio_pci_core_read(vdev, buf, count, ppos);
}

static ssize_t migcap_write(struct vfio_device *vdev, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	if (is_config(*ppos))
		return migcap_config_write(&migcap_from_vdev(vdev)->config, buf,
					   count, ppos);
	return vfio_pci_core_write(vdev, buf, count, ppos);
}

static long set_irqs(struct migcap_device *mdev,
		     struct vfio_irq_set __user *arg)
{
	struct migcap_mailbox_update *update;
	struct vfio_irq_set hdr;
	long ret;

	if (copy_from_user(&hdr, arg, offsetofend(struct vfio_irq_set, count)))
		return -EFAULT;
	update = migcap_mailbox_prepare(&hdr, arg);
	if (IS_ERR(update))
		return PTR_ERR(update);
	ret = vfio_pci_core_ioctl(&mdev->core.vdev, VFIO_DEVICE_SET_IRQS,
				  (unsigned long)arg);
	if (ret)
		migcap_mailbox_abort(update);
	else
		ret = migcap_mailbox_commit(&mdev->mailbox, update);
	return ret;
}

static long migcap_ioctl(struct vfio_device *vdev, unsigned int cmd,
			 unsigned long arg)
{
	struct migcap_device *mdev = migcap_from_vdev(vdev);

	switch (cmd) {
	case VFIO_GET_PCI_CAP_INFO:
		return migcap_capinfo(&mdev->core, mdev->config.offset,
				      (void __user *)arg);
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(mdev, (void __user *)arg);
	default:
		return vfio_pci_core_ioctl(vdev, cmd, arg);
	}
}

/*
 * That it is there is what lets type1 track dirty memory by pinned pages, see
 * dirty.c.  No page stays pinned, so an unmapped one concerns nobody.
 */
static void migcap_dma_unmap(struct vfio_device *vdev, u64 iova, u64 length)
{
}

const struct vfio_device_ops migcap_vfio_ops = {
	.name		= "migcap_vfio_pci",
	.init		= migcap_init_dev,
	.release	= vfio_pci_core_release_dev,
	.open_device	= migcap_open_device,
	.close_device	= migcap_close_device,
	.ioctl		= migcap_ioctl,
	MIGCAP_COMPAT_REGION_INFO
	.device_feature	= vfio_pci_core_ioctl_feature,
	.read		= migcap_read,
	.write		= migcap_write,
	.mmap		= vfio_pci_core_mmap,
	.request	= vfio_pci_core_request,
	.match		= vfio_pci_core_match,
	MIGCAP_COMPAT_MATCH_TOKEN
	.dma_unmap	= migcap_dma_unmap,
	.bind_iommufd	= vfio_iommufd_physical_bind,
	.unbind_iommufd	= vfio_iommufd_physical_unbind,
	.attach_ioas	= vfio_iommufd_physical_attach_ioas,
	.detach_ioas	= vfio_iommufd_physical_detach_ioas,
	MIGCAP_COMPAT_PASID
};
