/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which pages devices may write to now, and to which they could lately.
 *
 * Owns: the state of each page, 16 bits, shared by all tracked devices.  Does
 * not own: who maps what (dma_ops.c), nor what is done with the pages
 * (dirty_pass.c).
 */
#ifndef MIGCAP_GUEST_DIRTY_PAGES_H
#define MIGCAP_GUEST_DIRTY_PAGES_H

#include <linux/bits.h>
#include <linux/types.h>

/* The state of a page: how often it is mapped, and when it was unmapped. */
#define MIGCAP_STATE_COUNT	GENMASK(13, 0)
#define MIGCAP_STATE_EVEN	BIT(14)	/* unmapped in an even generation */
#define MIGCAP_STATE_ODD	BIT(15)	/* unmapped in an odd one */
#define MIGCAP_STATE_RECENT	(MIGCAP_STATE_EVEN | MIGCAP_STATE_ODD)

/*
 * Called for a page whose state was not 0 a moment ago.  It changes the state
 * by compare and exchange, since pages are mapped and unmapped meanwhile.
 */
typedef void (*migcap_guest_visit_fn)(unsigned long pfn, u16 *state,
				      void *data);

/* Asked between two steps of a walk: whether to leave it. */
typedef bool (*migcap_guest_stop_fn)(void *data);

int migcap_guest_dirty_pages_populate(void);
bool migcap_guest_dirty_pages_map(phys_addr_t phys, size_t size);
bool migcap_guest_dirty_pages_unmap(phys_addr_t phys, size_t size);
bool migcap_guest_dirty_pages_walk(migcap_guest_visit_fn visit, void *data,
				   migcap_guest_stop_fn stop, void *stop_data);
void migcap_guest_dirty_pages_age(void);
void migcap_guest_dirty_pages_retire(void);
size_t migcap_guest_dirty_pages_memory(void);
phys_addr_t migcap_guest_dirty_pages_end(void);
void migcap_guest_dirty_pages_exit(void);

#endif /* MIGCAP_GUEST_DIRTY_PAGES_H */
