/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long pages count that were unmapped before the host began to track.
 *
 * Owns: when a generation of unmapped pages is over.  Does not own: the pages
 * (dirty_pages.c).
 */
#ifndef MIGCAP_GUEST_DIRTY_WINDOW_H
#define MIGCAP_GUEST_DIRTY_WINDOW_H

#include <linux/migcap_regs.h>

#include "dirty_track.h"

#define MIGCAP_WINDOW	(MIGCAP_TRACKED_SECONDS * HZ)

void migcap_guest_dirty_window_init(void);
void migcap_guest_dirty_window_join(struct migcap_guest_dirty_track *track);
void migcap_guest_dirty_window_leave(struct migcap_guest_dirty_track *track);
void migcap_guest_dirty_window_idle(struct migcap_guest_dirty_track *track,
				    unsigned long when);

#endif /* MIGCAP_GUEST_DIRTY_WINDOW_H */
