/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which pages devices may write to now, and to which they could lately.
 *
 * Owns: one byte for each page, shared by all tracked devices.  Does not own:
 * who maps what (dma_ops.c), nor when the pages are written (dirty_track.c).
 */
#ifndef MIGCAP_GUEST_DIRTY_PAGES_H
#define MIGCAP_GUEST_DIRTY_PAGES_H

#include <linux/types.h>

struct dentry;

/**
 * enum migcap_guest_dirty_pages_which - the pages that a pass writes
 * @MIGCAP_PAGES_IDLE:	those that no device may write to any more
 * @MIGCAP_PAGES_MAPPED: those that a device may write to now; they count as
 *			before, but the next write to them is a cheap one
 * @MIGCAP_PAGES_ALL:	all
 */
enum migcap_guest_dirty_pages_which {
	MIGCAP_PAGES_IDLE,
	MIGCAP_PAGES_MAPPED,
	MIGCAP_PAGES_ALL,
};

/**
 * struct migcap_guest_dirty_pages_tally - what a pass did
 * @written:	pages written
 * @foreign:	pages that need it and are no RAM, so that it was not done
 */
struct migcap_guest_dirty_pages_tally {
	unsigned long written;
	unsigned long foreign;
};

int migcap_guest_dirty_pages_populate(void);
bool migcap_guest_dirty_pages_map(phys_addr_t phys, size_t size);
bool migcap_guest_dirty_pages_unmap(phys_addr_t phys, size_t size);
void migcap_guest_dirty_pages_write(enum migcap_guest_dirty_pages_which which,
				    struct migcap_guest_dirty_pages_tally
					    *tally);
void migcap_guest_dirty_pages_age(void);
void migcap_guest_dirty_pages_retire(void);
size_t migcap_guest_dirty_pages_memory(void);
phys_addr_t migcap_guest_dirty_pages_end(void);
void migcap_guest_dirty_pages_debug(struct dentry *dir);
void migcap_guest_dirty_pages_exit(void);

#endif /* MIGCAP_GUEST_DIRTY_PAGES_H */
