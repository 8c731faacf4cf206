/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DMA mapping operations that keep account of what a device may write to.
 *
 * Owns: the operations, and which devices have them.  Does not own: the account
 * (dirty_pages.c), nor what follows when it cannot be kept (dirty_track.c).
 */
#ifndef MIGCAP_GUEST_DMA_OPS_H
#define MIGCAP_GUEST_DMA_OPS_H

#include <linux/list.h>

struct device;

/**
 * struct migcap_guest_dma_ops - the tracked DMA of one device
 * @node:	among all tracked devices while the operations are installed
 * @dev:	the device
 * @lost:	called when the operations gave up, with a constant text that
 *		says why; in any context
 *
 * Installed and removed with the device_lock held.
 */
struct migcap_guest_dma_ops {
	struct list_head node;
	struct device *dev;
	void (*lost)(struct migcap_guest_dma_ops *dma, const char *why);
};

const char *migcap_guest_dma_ops_install(struct migcap_guest_dma_ops *dma);
void migcap_guest_dma_ops_remove(struct migcap_guest_dma_ops *dma);
void migcap_guest_dma_ops_drain(void);

#endif /* MIGCAP_GUEST_DMA_OPS_H */
