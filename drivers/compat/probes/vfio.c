// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of VFIO.
 */
#include <linux/module.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

#if defined(MIGCAP_MUST_PASS)
MODULE_LICENSE("GPL");
static void __maybe_unused
probe(struct vfio_device_ops *ops, struct vfio_pci_core_device *core)
{
	ops->detach_ioas = vfio_iommufd_physical_detach_ioas;
	core->pdev = NULL;
}
#elif defined(MIGCAP_MUST_FAIL)
static void __maybe_unused probe(struct vfio_device_ops *ops)
{
	ops->that_no_kernel_has = NULL;
}
#elif defined(MIGCAP_PROBE_NS_TOKEN)
MODULE_IMPORT_NS(IOMMUFD);
#elif defined(MIGCAP_PROBE_PASID)
static void __maybe_unused probe(struct vfio_device_ops *ops)
{
	ops->pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas;
}
#elif defined(MIGCAP_PROBE_MATCH_TOKEN)
static void __maybe_unused probe(struct vfio_device_ops *ops)
{
	ops->match_token_uuid = vfio_pci_core_match_token_uuid;
}
#elif defined(MIGCAP_PROBE_REGION_INFO)
static void __maybe_unused probe(struct vfio_device_ops *ops)
{
	ops->get_region_info_caps = vfio_pci_ioctl_get_region_info;
}
#elif defined(MIGCAP_PROBE_DMABUF)
static void __maybe_unused
probe(struct vfio_pci_device_ops *ops, struct vfio_pci_core_device *core)
{
	ops->get_dmabuf_phys = vfio_pci_core_get_dmabuf_phys;
	core->pci_ops = ops;
}
#elif defined(MIGCAP_PROBE_PRECOPY_CHECK)
static int __maybe_unused
probe(struct vfio_device *vdev, struct vfio_precopy_info *info)
{
	return vfio_check_precopy_ioctl(vdev, 0, 0, info);
}
#elif defined(MIGCAP_PROBE_PRECOPY_V2)
static bool __maybe_unused
probe(const struct vfio_device *vdev, struct vfio_precopy_info *info)
{
	info->flags = VFIO_PRECOPY_INFO_REINIT;
	return vdev->precopy_info_v2;
}
#endif
