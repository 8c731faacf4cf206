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
#include "migration.h"
#include "migcap.h"
#include "on_timeout.h"
#include "vfio_dev.h"

static int migcap_vfio_dev_log_start(struct vfio_device *vdev,
				     struct rb_root_cached *ranges,
				     u32 nr_ranges, u64 *page_size)
{
	return migcap_vfio_dirty_log_start(&migcap_vfio_from_vdev(vdev)->log,
					   ranges, nr_ranges, page_size);
}

static int migcap_vfio_dev_log_stop(struct vfio_device *vdev)
{
	return migcap_vfio_dirty_log_stop(&migcap_vfio_from_vdev(vdev)->log);
}

static int migcap_vfio_dev_log_read_and_clear(struct vfio_device *vdev,
					      unsigned long iova,
					      unsigned long length,
					      struct iova_bitmap *dirty)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);

	migcap_vfio_migration_report(mvdev);
	return migcap_vfio_dirty_log_report(&mvdev->log, iova, length, dirty);
}

static const struct vfio_log_ops migcap_vfio_dirty_log_ops = {
	.log_start = migcap_vfio_dev_log_start,
	.log_stop = migcap_vfio_dev_log_stop,
	.log_read_and_clear = migcap_vfio_dev_log_read_and_clear,
};

static int migcap_vfio_dev_init(struct vfio_device *vdev)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);
	struct pci_dev *pdev = to_pci_dev(vdev->dev);

	migcap_vfio_stats_init(&mvdev->stats, &pdev->dev);
	migcap_vfio_irq_trigger_init(&mvdev->irq_trigger, &mvdev->stats);
	migcap_vfio_guest_init(&mvdev->guest, pdev, &mvdev->irq_trigger,
			       &mvdev->stats);
	mvdev->guest.on_timeout = migcap_vfio_on_timeout_default();
	migcap_vfio_config_emu_init(&mvdev->config, &mvdev->core,
				    &mvdev->guest);
	migcap_vfio_dirty_log_init(&mvdev->log, &mvdev->guest);
	migcap_vfio_dirty_pinned_init(&mvdev->pinned, vdev);
	migcap_vfio_stop_reset_init(&mvdev->stop_reset, &mvdev->core);
	migcap_vfio_migration_init(vdev);
	if (migcap_vfio_dirty_log_wanted(vdev->dev))
		vdev->log_ops = &migcap_vfio_dirty_log_ops;
	return vfio_pci_core_init_dev(vdev);
}

static int migcap_vfio_dev_prepare_capability(struct migcap_vfio_device *mvdev)
{
	struct pci_dev *pdev = mvdev->core.pdev;
	int msix_size = pci_msix_vec_count(pdev);
	int ret;

	migcap_vfio_migration_lock(mvdev);
	ret = migcap_vfio_cap_place_choose(&mvdev->place, &mvdev->core,
					   &mvdev->stats, mvdev->cap_offset);
	mvdev->ident = (struct migcap_vfio_ident){
		.vendor = pdev->vendor,
		.device = pdev->device,
		.subsystem_vendor = pdev->subsystem_vendor,
		.subsystem_device = pdev->subsystem_device,
		.class = pdev->class,
		.cap_offset = mvdev->place.offset,
		.msix_size = msix_size < 0 ? 0 : msix_size,
	};
	migcap_vfio_migration_unlock(mvdev);
	mvdev->config.offset = mvdev->place.offset;
	return ret;
}

static int migcap_vfio_dev_open_device(struct vfio_device *vdev)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);
	int ret;

	ret = vfio_pci_core_enable(&mvdev->core);
	if (ret)
		return ret;
	ret = migcap_vfio_dev_prepare_capability(mvdev);
	if (ret) {
		dev_warn_ratelimited(vdev->dev,
				     "migration capability cannot be set up: %d\n",
				     ret);
		vfio_pci_core_disable(&mvdev->core);
		return ret;
	}
	ret = migcap_vfio_guest_open(&mvdev->guest);
	if (ret) {
		vfio_pci_core_disable(&mvdev->core);
		return ret;
	}
	migcap_vfio_host_regs_open(&mvdev->config.host_regs, mvdev->core.pdev);
	migcap_vfio_migration_open(mvdev);
	vfio_pci_core_finish_enable(&mvdev->core);
	return 0;
}

static void migcap_vfio_dev_close_device(struct vfio_device *vdev)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);

	migcap_vfio_migration_close(mvdev);
	migcap_vfio_guest_close(&mvdev->guest);
	migcap_vfio_irq_trigger_clear(&mvdev->irq_trigger);
	/* A VMM leaves it running on the source of a migration. */
	migcap_vfio_dirty_log_stop(&mvdev->log);
	migcap_vfio_dirty_pinned_close(&mvdev->pinned);
	migcap_vfio_host_regs_close(&mvdev->config.host_regs, mvdev->core.pdev);
	vfio_pci_core_close_device(vdev);
}

static bool migcap_vfio_dev_is_config(loff_t pos)
{
	return VFIO_PCI_OFFSET_TO_INDEX(pos) == VFIO_PCI_CONFIG_REGION_INDEX;
}

static ssize_t migcap_vfio_dev_read(struct vfio_device *vdev, char __user *buf,
				    size_t count, loff_t *ppos)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);

	if (migcap_vfio_dev_is_config(*ppos))
		return migcap_vfio_config_emu_read(&mvdev->config, buf, count,
						   ppos);
	return vfio_pci_core_read(vdev, buf, count, ppos);
}

static ssize_t migcap_vfio_dev_write(struct vfio_device *vdev,
				     const char __user *buf, size_t count,
				     loff_t *ppos)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);

	if (migcap_vfio_dev_is_config(*ppos))
		return migcap_vfio_config_emu_write(&mvdev->config, buf, count,
						    ppos);
	return vfio_pci_core_write(vdev, buf, count, ppos);
}

static long migcap_vfio_dev_set_irqs(struct migcap_vfio_device *mvdev,
				     struct vfio_irq_set __user *arg)
{
	struct migcap_vfio_irq_trigger_update *update;
	struct vfio_irq_set hdr;
	long ret;

	if (copy_from_user(&hdr, arg, offsetofend(struct vfio_irq_set, count)))
		return -EFAULT;
	update = migcap_vfio_irq_trigger_prepare(&hdr, arg);
	if (IS_ERR(update))
		return PTR_ERR(update);
	ret = vfio_pci_core_ioctl(&mvdev->core.vdev, VFIO_DEVICE_SET_IRQS,
				  (unsigned long)arg);
	if (ret)
		migcap_vfio_irq_trigger_abort(update);
	else
		ret = migcap_vfio_irq_trigger_commit(&mvdev->irq_trigger,
						     update);
	return ret;
}

static long migcap_vfio_dev_ioctl(struct vfio_device *vdev, unsigned int cmd,
				  unsigned long arg)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);

	switch (cmd) {
	case VFIO_GET_PCI_CAP_INFO:
		return migcap_vfio_capinfo(&mvdev->core, mvdev->config.offset,
					   (void __user *)arg);
	case VFIO_DEVICE_SET_IRQS:
		return migcap_vfio_dev_set_irqs(mvdev, (void __user *)arg);
	case VFIO_DEVICE_IOEVENTFD:
		/*
		 * Core takes an offset from 2^63 on for one of a region with a
		 * negative number.  A look at it here would not help: core
		 * copies it anew, and the caller may have changed it.
		 */
		return -ENOTTY;
	default:
		return vfio_pci_core_ioctl(vdev, cmd, arg);
	}
}

/* Asked again every ten seconds, until the VMM has closed the device. */
static void migcap_vfio_dev_request(struct vfio_device *vdev, unsigned int count)
{
	migcap_vfio_migration_abandon(migcap_vfio_from_vdev(vdev));
	vfio_pci_core_request(vdev, count);
}

/* Some of these change the power state, and with it restore Command. */
static int migcap_vfio_dev_feature(struct vfio_device *vdev, u32 flags,
				   void __user *arg, size_t argsz)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);
	int ret = vfio_pci_core_ioctl_feature(vdev, flags, arg, argsz);

	if (migcap_vfio_guest_must_notify(&mvdev->guest, false))
		migcap_vfio_guest_config_written(&mvdev->guest, false);
	return ret;
}

/* type1 lets a driver pin pages only if it has this. */
static void migcap_vfio_dev_dma_unmap(struct vfio_device *vdev, u64 iova,
				      u64 length)
{
	migcap_vfio_dirty_pinned_unmapped(&migcap_vfio_from_vdev(vdev)->pinned);
}

const struct vfio_device_ops migcap_vfio_dev_ops = {
	.name		= "migcap_vfio_pci",
	.init		= migcap_vfio_dev_init,
	.release	= vfio_pci_core_release_dev,
	.open_device	= migcap_vfio_dev_open_device,
	.close_device	= migcap_vfio_dev_close_device,
	.ioctl		= migcap_vfio_dev_ioctl,
	MIGCAP_COMPAT_REGION_INFO
	.device_feature	= migcap_vfio_dev_feature,
	.read		= migcap_vfio_dev_read,
	.write		= migcap_vfio_dev_write,
	.mmap		= vfio_pci_core_mmap,
	.request	= migcap_vfio_dev_request,
	.match		= vfio_pci_core_match,
	MIGCAP_COMPAT_MATCH_TOKEN
	.dma_unmap	= migcap_vfio_dev_dma_unmap,
	.bind_iommufd	= vfio_iommufd_physical_bind,
	.unbind_iommufd	= vfio_iommufd_physical_unbind,
	.attach_ioas	= vfio_iommufd_physical_attach_ioas,
	.detach_ioas	= vfio_iommufd_physical_detach_ioas,
	MIGCAP_COMPAT_PASID
};
