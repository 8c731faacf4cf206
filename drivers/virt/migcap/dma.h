/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DMA mapping operations that keep account of what a device may write to.
 *
 * Owns: the operations, and which devices have them.  Does not own: the account
 * (pages.c), nor what follows when it cannot be kept (track.c).
 */
#ifndef _MIGCAP_GUEST_DMA_H
#define _MIGCAP_GUEST_DMA_H

#include <linux/list.h>

struct device;

/**
 * struct migcap_dma - the tracked DMA of one device
 * @node:	among all tracked devices while the operations are installed
 * @dev:	the device
 * @lost:	called when the operations gave up, with a constant text that
 *		says why; in any context
 *
 * Who installs and removes holds the device_lock.
 */
struct migcap_dma {
	struct list_head node;
	struct device *dev;
	void (*lost)(struct migcap_dma *dma, const char *why);
};

const char *migcap_dma_install(struct migcap_dma *dma);
void migcap_dma_remove(struct migcap_dma *dma);
void migcap_dma_drain(void);

#endif /* _MIGCAP_GUEST_DMA_H */
