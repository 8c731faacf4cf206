// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a host's kernel sets in a device for itself, kept from the guest.
 *
 * A VMM compares the configuration space that a guest had with that of the
 * device that it arrives at.  So what is read there must be a function of the
 * device and of the operator's settings, not of the host's kernel: Linux 6.12
 * leaves advisory non-fatal errors masked, 7.3 does not, and a guest of the one
 * was refused by the other.
 *
 * Registers that vfio-pci lets the guest write get the values that the PCI
 * Express Base Specification 6.0 has for them after a reset, in the hardware.
 * What the device does not implement does not take them.  Registers that it does
 * not let the guest write are the host's.  They stay as they are, and read as
 * zero, which is their value after a reset.
 *
 * Left alone: Max_Payload_Size, Max_Read_Request_Size, Relaxed Ordering and
 * Completion Timeout, since the platform may not work with others.  vfio-pci
 * emulates the first two.
 */
#include <linux/array_size.h>
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/uaccess.h>

#include "host_regs.h"

/* Sections 7.8.4.3, 7.8.4.4 and 7.8.4.6. */
static const struct {
	u8 reg;
	u32 value;
} aer_values[MIGCAP_AER_REGS] = {
	{ PCI_ERR_UNCOR_MASK, PCI_ERR_UNC_INTN | PCI_ERR_UNC_TLPPRE },
	{ PCI_ERR_UNCOR_SEVER,
	  PCI_ERR_UNC_DLP | PCI_ERR_UNC_SURPDN | PCI_ERR_UNC_FCP |
		  PCI_ERR_UNC_RX_OVER | PCI_ERR_UNC_MALF_TLP |
		  PCI_ERR_UNC_INTN },
	{ PCI_ERR_COR_MASK, PCI_ERR_COR_ADV_NFAT | PCI_ERR_COR_INTERNAL |
				    PCI_ERR_COR_LOG_OVER },
};

#define ERROR_REPORTING (PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE |	\
			 PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE)

/* What vfio-pci does not let a guest write, and the host's drivers do. */
static const struct {
	u16 cap;
	u8 reg;
	u8 len;
} host_only[] = {
	{ PCI_EXT_CAP_ID_ATS, PCI_ATS_CTRL, 2 },
	{ PCI_EXT_CAP_ID_PRI, PCI_PRI_CTRL, 2 },
	{ PCI_EXT_CAP_ID_PRI, PCI_PRI_ALLOC_REQ, 4 },
	{ PCI_EXT_CAP_ID_PASID, PCI_PASID_CTRL, 2 },
	{ PCI_EXT_CAP_ID_ACS, PCI_ACS_CTRL, 2 },
	{ PCI_EXT_CAP_ID_LTR, PCI_LTR_MAX_SNOOP_LAT, 4 },
};

static_assert(ARRAY_SIZE(host_only) <= MIGCAP_MAX_HOST_REGS);

static void migcap_vfio_host_regs_find(struct migcap_vfio_host_regs *regs,
				       struct pci_dev *pdev)
{
	u16 pos;
	int i;

	regs->count = 0;
	for (i = 0; i < ARRAY_SIZE(host_only); i++) {
		pos = pci_find_ext_capability(pdev, host_only[i].cap);
		if (!pos)
			continue;
		regs->at[regs->count].pos = pos + host_only[i].reg;
		regs->at[regs->count++].len = host_only[i].len;
	}
}

/**
 * migcap_vfio_host_regs_reset() - set what the guest reads after a reset
 * @regs: of the device
 * @pdev: the device
 *
 * The kernel has put back its own.  Nothing is done while nobody has the device.
 *
 * Context: process, the device is powered.
 */
void migcap_vfio_host_regs_reset(const struct migcap_vfio_host_regs *regs,
				 struct pci_dev *pdev)
{
	int i;

	if (!regs->open)
		return;
	pcie_capability_clear_word(pdev, PCI_EXP_DEVCTL, ERROR_REPORTING);
	for (i = 0; regs->aer && i < MIGCAP_AER_REGS; i++)
		pci_write_config_dword(pdev, regs->aer + aer_values[i].reg,
				       aer_values[i].value);
}

/**
 * migcap_vfio_host_regs_open() - begin to keep them from a guest
 * @regs: filled in
 * @pdev: the device; vfio-pci core has enabled it
 *
 * Context: process, the device is powered.
 */
void migcap_vfio_host_regs_open(struct migcap_vfio_host_regs *regs,
				struct pci_dev *pdev)
{
	int i;

	migcap_vfio_host_regs_find(regs, pdev);
	regs->aer = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ERR);
	for (i = 0; regs->aer && i < MIGCAP_AER_REGS; i++)
		pci_read_config_dword(pdev, regs->aer + aer_values[i].reg,
				      &regs->aer_host[i]);
	regs->open = true;
	migcap_vfio_host_regs_reset(regs, pdev);
}

/**
 * migcap_vfio_host_regs_close() - give the host its own back
 * @regs: from migcap_vfio_host_regs_open()
 * @pdev: the device
 *
 * Device Control comes back when vfio-pci core restores the device's state.  The
 * error masks do not where the firmware has not given AER to the kernel.
 *
 * Context: process.
 */
void migcap_vfio_host_regs_close(struct migcap_vfio_host_regs *regs,
				 struct pci_dev *pdev)
{
	int i;

	regs->open = false;
	if (!regs->aer || pm_runtime_resume_and_get(&pdev->dev))
		return;
	for (i = 0; i < MIGCAP_AER_REGS; i++)
		pci_write_config_dword(pdev, regs->aer + aer_values[i].reg,
				       regs->aer_host[i]);
	pm_runtime_put(&pdev->dev);
}

/**
 * migcap_vfio_host_regs_covers() - whether an access reaches one of them
 * @regs: which there are
 * @pos: offset in configuration space
 * @count: bytes
 *
 * Return: true if what the device answers must be changed.
 */
bool migcap_vfio_host_regs_covers(const struct migcap_vfio_host_regs *regs,
				  loff_t pos, size_t count)
{
	unsigned int i;

	for (i = 0; i < regs->count; i++)
		if (pos < regs->at[i].pos + regs->at[i].len &&
		    pos + count > regs->at[i].pos)
			return true;
	return false;
}

/**
 * migcap_vfio_host_regs_clear() - have those registers read as after a reset
 * @regs: which there are
 * @buf: what the device answered
 * @count: bytes of it
 * @pos: their offset in configuration space
 *
 * Context: process.
 * Return: 0, or -EFAULT.
 */
int migcap_vfio_host_regs_clear(const struct migcap_vfio_host_regs *regs,
				char __user *buf, size_t count, loff_t pos)
{
	loff_t from, to;
	unsigned int i;

	for (i = 0; i < regs->count; i++) {
		from = max_t(loff_t, pos, regs->at[i].pos);
		to = min_t(loff_t, pos + count,
			   regs->at[i].pos + regs->at[i].len);
		if (from < to && clear_user(buf + (from - pos), to - from))
			return -EFAULT;
	}
	return 0;
}
