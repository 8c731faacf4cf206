// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO_GET_PCI_CAP_INFO: how configuration space is laid out.
 *
 * Owns the ioctl.  Reads vfio-pci core's tables, which do not change while the
 * device is open, so it takes no lock.
 */
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>
#include <linux/vfio_pci_core.h>

#include <linux/migcap_regs.h>
#include <linux/vfio_migcap.h>

#include "capinfo.h"
#include "cap_gap.h"
#include "cap_place.h"

/* In the map below: a byte of the virtual migration capability. */
#define OWNER_MIGCAP	0xfd

/**
 * struct layout - configuration space as the guest sees it
 * @vconfig: its emulated bytes, the links among them
 * @owners: which capability each byte belongs to
 * @size: of both, in bytes
 * @migcap: offset of the virtual migration capability
 */
struct layout {
	const u8 *vconfig;
	u8 *owners;
	u16 size;
	u16 migcap;
};

static u16 migcap_vfio_capinfo_next_standard(const struct layout *layout,
					     u16 pos, u16 *id)
{
	u8 next = 0;

	if (!pos)
		next = layout->vconfig[PCI_CAPABILITY_LIST];
	else if (pos != layout->migcap)
		next = layout->vconfig[pos + PCI_CAP_LIST_NEXT];
	next &= ~3;
	if (next < PCI_STD_HEADER_SIZEOF)
		return 0;
	*id = next == layout->migcap ? MIGCAP_ID_VALUE : layout->owners[next];
	return next;
}

static u16 migcap_vfio_capinfo_next_extended(const struct layout *layout,
					     u16 pos, u16 *id)
{
	u16 next = PCI_CFG_SPACE_SIZE;
	u32 header;

	if (pos)
		next = PCI_EXT_CAP_NEXT(get_unaligned_le32(layout->vconfig +
							   pos));
	if (next < PCI_CFG_SPACE_SIZE || next + 4 > layout->size)
		return 0;
	header = get_unaligned_le32(layout->vconfig + next);
	if (!header)
		return 0;
	*id = PCI_EXT_CAP_ID(header);
	return next;
}

/* A capability ends where its owner does, or where the next one begins. */
static u16 migcap_vfio_capinfo_cap_size(const struct layout *layout, u16 pos,
					const unsigned long *starts)
{
	u16 end = pos + 1;

	while (end < layout->size && !test_bit(end, starts) &&
	       layout->owners[end] == layout->owners[pos])
		end++;
	return end - pos;
}

static int migcap_vfio_capinfo_find_cap(const struct layout *layout,
					struct vfio_pci_cap_info *info)
{
	bool extended = info->flags & VFIO_PCI_CAP_INFO_EXTENDED;
	DECLARE_BITMAP(starts, PCI_CFG_SPACE_EXP_SIZE) = {};
	int loops = layout->size / 4;
	u16 pos = 0, found = 0, id;

	if (extended && layout->size <= PCI_CFG_SPACE_SIZE)
		return -ENOENT;
	while (loops--) {
		pos = extended ? migcap_vfio_capinfo_next_extended(layout, pos,
								   &id)
			       : migcap_vfio_capinfo_next_standard(layout, pos,
								   &id);
		if (!pos)
			break;
		set_bit(pos, starts);
		if (id == info->cap_id && !found)
			found = pos;
	}
	if (!found)
		return -ENOENT;
	info->cap_offset = found;
	info->cap_size = migcap_vfio_capinfo_cap_size(layout, found, starts);
	return 0;
}

static int
migcap_vfio_capinfo_copy_regions(const struct layout *layout,
				 struct vfio_pci_cap_info *info,
				 struct vfio_pci_cap_info __user *arg)
{
	u32 room = (info->argsz - sizeof(*info)) / sizeof(arg->regions[0]);
	struct migcap_vfio_cap_gap gap = {};

	for (;;) {
		struct vfio_pci_cap_region region;

		gap = migcap_vfio_cap_gap_next(layout->owners,
					       gap.offset + gap.size,
					       layout->size);
		if (!gap.size)
			break;
		region.offset = gap.offset;
		region.size = gap.size;
		if (info->nr_regions < room &&
		    copy_to_user(&arg->regions[info->nr_regions], &region,
				 sizeof(region)))
			return -EFAULT;
		info->nr_regions++;
	}
	info->argsz = struct_size(info, regions, info->nr_regions);
	return 0;
}

static int migcap_vfio_capinfo_answer(const struct layout *layout,
				      struct vfio_pci_cap_info *info,
				      struct vfio_pci_cap_info __user *arg)
{
	int ret;

	info->cap_offset = 0;
	info->cap_size = 0;
	info->nr_regions = 0;
	info->migcap_offset = layout->migcap;
	info->migcap_size = MIGCAP_LENGTH_VALUE;
	if (info->flags != VFIO_PCI_CAP_INFO_LAYOUT) {
		ret = migcap_vfio_capinfo_find_cap(layout, info);
		if (ret)
			return ret;
	}
	ret = migcap_vfio_capinfo_copy_regions(layout, info, arg);
	if (ret)
		return ret;
	return copy_to_user(arg, info, sizeof(*info)) ? -EFAULT : 0;
}

static bool migcap_vfio_capinfo_is_valid(const struct vfio_pci_cap_info *info)
{
	if (info->argsz < sizeof(*info) || info->reserved)
		return false;
	switch (info->flags) {
	case VFIO_PCI_CAP_INFO_STANDARD:
	case VFIO_PCI_CAP_INFO_EXTENDED:
		return true;
	case VFIO_PCI_CAP_INFO_LAYOUT:
		return !info->cap_id;
	default:
		return false;
	}
}

/**
 * migcap_vfio_capinfo() - answer VFIO_GET_PCI_CAP_INFO
 * @core: the device, open
 * @cap_offset: where the virtual migration capability is
 * @arg: the ioctl's argument
 *
 * Return: 0, or an errno as the uAPI header says.
 */
int migcap_vfio_capinfo(const struct vfio_pci_core_device *core, u16 cap_offset,
			struct vfio_pci_cap_info __user *arg)
{
	struct vfio_pci_cap_info info;
	struct layout layout = {
		.vconfig = core->vconfig,
		.size = core->pdev->cfg_size,
		.migcap = cap_offset,
	};
	int ret;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	if (!migcap_vfio_capinfo_is_valid(&info))
		return -EINVAL;

	layout.owners = migcap_vfio_cap_place_owners(core);
	if (!layout.owners)
		return -ENOMEM;
	memset(layout.owners + cap_offset, OWNER_MIGCAP, MIGCAP_LENGTH_VALUE);
	ret = migcap_vfio_capinfo_answer(&layout, &info, arg);
	kfree(layout.owners);
	return ret;
}
