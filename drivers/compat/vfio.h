/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFIO: members of vfio_device_ops and helpers that came after 6.12.
 */
#ifndef MIGCAP_COMPAT_VFIO_H
#define MIGCAP_COMPAT_VFIO_H

#include <linux/uaccess.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

/*
 * 6.13: symbol namespaces are strings
 * ("module: Convert symbol namespace to string literal").
 */
#ifdef MIGCAP_HAVE_NS_TOKEN
#define MIGCAP_COMPAT_NS_IOMMUFD	IOMMUFD
#else
#define MIGCAP_COMPAT_NS_IOMMUFD	"IOMMUFD"
#endif

/*
 * 6.15: iommufd attaches PASIDs of a device
 * ("vfio-iommufd: Support pasid [at|de]tach for physical VFIO devices").
 */
#ifdef MIGCAP_HAVE_PASID
#define MIGCAP_COMPAT_PASID						\
	.pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas,	\
	.pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas,
#else
#define MIGCAP_COMPAT_PASID
#endif

/*
 * 6.17: the VF token is checked for iommufd, too
 * ("vfio/pci: Do vf_token checks for VFIO_DEVICE_BIND_IOMMUFD").
 */
#ifdef MIGCAP_HAVE_MATCH_TOKEN
#define MIGCAP_COMPAT_MATCH_TOKEN					\
	.match_token_uuid = vfio_pci_core_match_token_uuid,
#else
#define MIGCAP_COMPAT_MATCH_TOKEN
#endif

/*
 * 6.19: VFIO_DEVICE_GET_REGION_INFO is an operation of its own
 * ("vfio: Provide a get_region_info op"), and regions can be exported as
 * dma-bufs ("vfio/pci: Add dma-buf export support for MMIO regions").
 */
#ifdef MIGCAP_HAVE_REGION_INFO
#define MIGCAP_COMPAT_REGION_INFO					\
	.get_region_info_caps = vfio_pci_ioctl_get_region_info,
#else
#define MIGCAP_COMPAT_REGION_INFO
#endif

#ifdef MIGCAP_HAVE_DMABUF
static inline void migcap_compat_set_pci_ops(struct vfio_pci_core_device *core)
{
	static const struct vfio_pci_device_ops ops = {
		.get_dmabuf_phys = vfio_pci_core_get_dmabuf_phys,
	};

	core->pci_ops = &ops;
}
#else
static inline void migcap_compat_set_pci_ops(struct vfio_pci_core_device *core)
{
}
#endif

/*
 * 7.3: the arguments of VFIO_MIG_GET_PRECOPY_INFO are checked in one place
 * ("vfio: Add a check to VFIO_MIG_GET_PRECOPY_INFO").
 */
#ifndef MIGCAP_HAVE_PRECOPY_CHECK
static inline int vfio_check_precopy_ioctl(struct vfio_device *vdev,
					   unsigned int cmd, unsigned long arg,
					   struct vfio_precopy_info *info)
{
	size_t minsz = offsetofend(struct vfio_precopy_info, dirty_bytes);

	if (cmd != VFIO_MIG_GET_PRECOPY_INFO)
		return -ENOTTY;
	if (copy_from_user(info, (void __user *)arg, minsz))
		return -EFAULT;
	return info->argsz < minsz ? -EINVAL : 0;
}
#endif

/*
 * 7.3: the flags of struct vfio_precopy_info are output for who asked for that
 * ("vfio: Add support for VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2").
 */
#ifdef MIGCAP_HAVE_PRECOPY_V2
static inline bool migcap_compat_precopy_v2(const struct vfio_device *vdev)
{
	return vdev->precopy_info_v2;
}
#else
#define VFIO_PRECOPY_INFO_REINIT	BIT(0)

static inline bool migcap_compat_precopy_v2(const struct vfio_device *vdev)
{
	return false;
}
#endif

#endif /* MIGCAP_COMPAT_VFIO_H */
