// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where in a device's configuration space the capability is put.
 *
 * Owns the choice (operator, table of known devices, search) and the link from
 * the last capability.  Does not own what is read there: that is config_emu.c.
 *
 * Works on vfio-pci core's own tables, which exist while the device is open:
 * pci_config_map names the capability that each byte belongs to (0xff: none),
 * and vconfig holds the emulated bytes, the capability list's links included.
 */
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vfio_pci_core.h>

#include <linux/migcap_regs.h>

#include "cap_gap.h"
#include "cap_place.h"
#include "stats.h"

/*
 * Devices whose unlisted bytes are known to be no registers.  Add a device
 * after its datasheet, and use the same offset on every host.
 */
static const struct {
	u16 vendor;
	u16 device;
	u16 offset;
} known_devices[] = {
	/* Intel 82576 VF: nothing between the header and MSI-X at 70h. */
	{ PCI_VENDOR_ID_INTEL, 0x10ca, 0x40 },
};

static int migcap_vfio_cap_place_pick(struct migcap_vfio_cap_place *place,
				      const struct pci_dev *pdev,
				      const u8 *owners, const u8 *bytes,
				      u16 override)
{
	int offset, i;

	if (override) {
		place->source = MIGCAP_PLACE_OVERRIDE;
		place->offset = override;
		return migcap_vfio_cap_gap_fits(owners, NULL, override,
						MIGCAP_LENGTH_VALUE)
			       ? 0
			       : -ENOSPC;
	}
	for (i = 0; i < ARRAY_SIZE(known_devices); i++) {
		if (known_devices[i].vendor != pdev->vendor ||
		    known_devices[i].device != pdev->device)
			continue;
		place->source = MIGCAP_PLACE_TABLE;
		place->offset = known_devices[i].offset;
		if (migcap_vfio_cap_gap_fits(owners, NULL, place->offset,
					     MIGCAP_LENGTH_VALUE))
			return 0;
	}
	offset = migcap_vfio_cap_gap_find(owners, bytes, MIGCAP_LENGTH_VALUE);
	if (offset < 0)
		return offset;
	place->source = MIGCAP_PLACE_SEARCH;
	place->offset = offset;
	return 0;
}

static int migcap_vfio_cap_place_read_hardware(struct pci_dev *pdev, u8 *bytes)
{
	int i, ret;

	for (i = 0; i < PCI_CFG_SPACE_SIZE; i++) {
		ret = pci_read_config_byte(pdev, i, &bytes[i]);
		if (ret)
			return pcibios_err_to_errno(ret);
	}
	return 0;
}

/*
 * Core hides capabilities that it does not know, and does not mark their bytes:
 * walk the hardware's own lists.
 */
static void migcap_vfio_cap_place_hide(struct pci_dev *pdev, u8 *owners)
{
	int loops = (PCI_CFG_SPACE_SIZE - PCI_STD_HEADER_SIZEOF) / 4;
	u8 pos;

	pci_read_config_byte(pdev, PCI_CAPABILITY_LIST, &pos);
	while (loops-- && (pos & ~3) >= PCI_STD_HEADER_SIZEOF) {
		migcap_vfio_cap_gap_hide(owners, pos & ~3);
		pci_read_config_byte(pdev, (pos & ~3) + PCI_CAP_LIST_NEXT,
				     &pos);
	}
}

static void migcap_vfio_cap_place_hide_extended(struct pci_dev *pdev, u8 *owners)
{
	int loops = (PCI_CFG_SPACE_EXP_SIZE - PCI_CFG_SPACE_SIZE) / 8;
	u16 pos = PCI_CFG_SPACE_SIZE;
	u32 header;

	while (loops-- && pos >= PCI_CFG_SPACE_SIZE &&
	       pos + sizeof(header) <= pdev->cfg_size) {
		pci_read_config_dword(pdev, pos, &header);
		if (!header || header == U32_MAX)
			break;
		migcap_vfio_cap_gap_hide(owners, pos);
		pos = PCI_EXT_CAP_NEXT(header);
	}
}

/**
 * migcap_vfio_cap_place_owners() - which capability each byte belongs to
 * @core: the device, enabled
 *
 * Context: the device is powered, may sleep.
 * Return: a byte for each byte of configuration space, as in core's own map, but
 * with hidden capabilities marked; to be freed.  NULL if there is no memory.
 */
u8 *migcap_vfio_cap_place_owners(const struct vfio_pci_core_device *core)
{
	struct pci_dev *pdev = core->pdev;
	u8 *owners;

	owners = kmemdup(core->pci_config_map, pdev->cfg_size, GFP_KERNEL);
	if (!owners)
		return NULL;
	migcap_vfio_cap_place_hide(pdev, owners);
	migcap_vfio_cap_gap_spread(owners, PCI_CFG_SPACE_SIZE);
	if (pdev->cfg_size > PCI_CFG_SPACE_SIZE) {
		migcap_vfio_cap_place_hide_extended(pdev, owners);
		migcap_vfio_cap_gap_spread(owners, pdev->cfg_size);
	}
	return owners;
}

/* The position of the last link in the list of capabilities. */
static int migcap_vfio_cap_place_last_link(const u8 *vconfig)
{
	int loops = (PCI_CFG_SPACE_SIZE - PCI_STD_HEADER_SIZEOF) / 4;
	u8 link = PCI_CAPABILITY_LIST;

	while (loops--) {
		u8 next = vconfig[link] & ~3;

		if (next < PCI_STD_HEADER_SIZEOF)
			return link;
		link = next + PCI_CAP_LIST_NEXT;
	}
	return -EINVAL;
}

/**
 * migcap_vfio_cap_place_choose() - put the capability into configuration space
 * @place: filled in
 * @core: the device, enabled and not yet in use
 * @stats: takes the refusal
 * @override: the operator's choice, or MIGCAP_PLACE_AUTO
 *
 * Return: 0, -ENOSPC if there is no room (at the operator's place, or at all),
 * -EINVAL if the device's own list of capabilities is broken, -ENOMEM, or an error
 * of the device.
 */
int migcap_vfio_cap_place_choose(struct migcap_vfio_cap_place *place,
				 struct vfio_pci_core_device *core,
				 struct migcap_vfio_stats *stats, u16 override)
{
	u8 bytes[PCI_CFG_SPACE_SIZE];
	int link, ret;
	u8 *owners;

	ret = migcap_vfio_cap_place_read_hardware(core->pdev, bytes);
	if (ret)
		return ret;
	if (!(bytes[PCI_STATUS] & PCI_STATUS_CAP_LIST))
		return migcap_vfio_refuse(stats, -ENOSPC,
					  "device has no list of capabilities");
	link = migcap_vfio_cap_place_last_link(core->vconfig);
	if (link < 0)
		return migcap_vfio_refuse(stats, link,
					  "list of capabilities does not end");
	owners = migcap_vfio_cap_place_owners(core);
	if (!owners)
		return -ENOMEM;
	ret = migcap_vfio_cap_place_pick(place, core->pdev, owners, bytes,
					 override);
	kfree(owners);
	if (ret)
		return migcap_vfio_refuse(stats, ret,
					  override ? "cap_offset is not free" :
					  "no room in configuration space");
	core->vconfig[link] = place->offset;
	return 0;
}
