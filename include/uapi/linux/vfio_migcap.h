/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Additions of migcap_vfio_pci to the VFIO device uAPI.
 */
#ifndef _UAPI_LINUX_VFIO_MIGCAP_H
#define _UAPI_LINUX_VFIO_MIGCAP_H

#include <linux/types.h>
#include <linux/vfio.h>

/* One run of configuration space bytes that belong to no register. */
struct vfio_pci_cap_region {
	__u32 offset;	/* first byte, written by the kernel */
	__u32 size;	/* in bytes, written by the kernel */
};

/*
 * VFIO_GET_PCI_CAP_INFO - _IO(VFIO_TYPE, VFIO_BASE + 22)
 *
 * Describe how the device's configuration space is laid out, as the guest
 * sees it: one capability by its id, the space that is in nobody's use, and
 * the virtual migration capability.
 *
 * The caller sets argsz, flags and what the flags ask for.  The kernel fills
 * in the rest and sets argsz to the size that a complete answer needs, so that
 * a caller with a short regions[] can come back with a longer one.  regions[]
 * is filled as far as the caller's argsz reaches, in ascending order.
 *
 * Devices bound to another driver answer -ENOTTY.
 *
 * Return: 0 on success, -errno on failure:
 *   EINVAL  argsz is shorter than the fixed part, a flag or reserved field is
 *           not known, or no flag says which capability is meant
 *   EFAULT  the structure cannot be read or written
 *   ENOENT  the device has no capability of that id
 */
struct vfio_pci_cap_info {
	__u32 argsz;		/* in: size of the buffer; out: size needed */
	__u32 flags;		/* in: VFIO_PCI_CAP_INFO_*, exactly one */
/* Look cap_id up in the list that starts at 34h. */
#define VFIO_PCI_CAP_INFO_STANDARD	(1 << 0)
/* Look cap_id up in the list that starts at 100h. */
#define VFIO_PCI_CAP_INFO_EXTENDED	(1 << 1)
/* Look no capability up; cap_id must be zero. */
#define VFIO_PCI_CAP_INFO_LAYOUT	(1 << 2)
	__u16 cap_id;		/* in: id of the wanted capability */
	__u16 reserved;		/* in: must be zero */
	__u32 cap_offset;	/* out: of the wanted capability, 0 with LAYOUT */
	__u32 cap_size;		/* out: in bytes, 0 with LAYOUT */
	__u32 migcap_offset;	/* out: of the virtual migration capability */
	__u32 migcap_size;	/* out: in bytes */
	__u32 nr_regions;	/* out: free runs in configuration space */
	struct vfio_pci_cap_region regions[];
};

#define VFIO_GET_PCI_CAP_INFO	_IO(VFIO_TYPE, VFIO_BASE + 22)

#endif /* _UAPI_LINUX_VFIO_MIGCAP_H */
