/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a host's kernel sets in a device for itself, kept from the guest.
 */
#ifndef MIGCAP_VFIO_HOST_REGS_H
#define MIGCAP_VFIO_HOST_REGS_H

#include <linux/types.h>

struct pci_dev;

#define MIGCAP_MAX_HOST_REGS	8
#define MIGCAP_AER_REGS		3

/**
 * struct migcap_vfio_host_regs - what is kept from the guest, of one device
 * @open: a guest has the device
 * @aer: where its Advanced Error Reporting is in configuration space, 0: nowhere
 * @aer_host: what the host had there
 * @count: how many registers read as zero
 * @at: where each of them begins, and its length in bytes
 */
struct migcap_vfio_host_regs {
	bool open;
	u16 aer;
	u32 aer_host[MIGCAP_AER_REGS];
	unsigned int count;
	struct {
		u16 pos;
		u16 len;
	} at[MIGCAP_MAX_HOST_REGS];
};

void migcap_vfio_host_regs_open(struct migcap_vfio_host_regs *regs,
				struct pci_dev *pdev);
void migcap_vfio_host_regs_close(struct migcap_vfio_host_regs *regs,
				 struct pci_dev *pdev);
void migcap_vfio_host_regs_reset(const struct migcap_vfio_host_regs *regs,
				 struct pci_dev *pdev);
bool migcap_vfio_host_regs_covers(const struct migcap_vfio_host_regs *regs,
				  loff_t pos, size_t count);
int migcap_vfio_host_regs_clear(const struct migcap_vfio_host_regs *regs,
				char __user *buf, size_t count, loff_t pos);

#endif /* MIGCAP_VFIO_HOST_REGS_H */
