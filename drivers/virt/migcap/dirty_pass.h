/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Passes over the pages that devices may have written to.
 *
 * Owns: which pages a pass writes, and what that does to their states.  Does
 * not own: the states (dirty_pages.c), nor when a pass is due (dirty_track.c).
 */
#ifndef MIGCAP_GUEST_DIRTY_PASS_H
#define MIGCAP_GUEST_DIRTY_PASS_H

#include "dirty_pages.h"

struct dentry;

/**
 * enum migcap_guest_dirty_pass_kind - the pages that a pass writes
 * @MIGCAP_PASS_IDLE:	those that no device may write to any more
 * @MIGCAP_PASS_MAPPED: those that a device may write to now; they count as
 *			before, but the next write to them is a cheap one
 * @MIGCAP_PASS_ALL:	all
 */
enum migcap_guest_dirty_pass_kind {
	MIGCAP_PASS_IDLE,
	MIGCAP_PASS_MAPPED,
	MIGCAP_PASS_ALL,
};

/**
 * struct migcap_guest_dirty_pass_tally - what a pass did
 * @written:	pages written
 * @foreign:	pages that need it and are no RAM, so that it was not done
 */
struct migcap_guest_dirty_pass_tally {
	unsigned long written;
	unsigned long foreign;
};

bool migcap_guest_dirty_pass(enum migcap_guest_dirty_pass_kind kind,
			     struct migcap_guest_dirty_pass_tally *tally,
			     migcap_guest_stop_fn stop, void *stop_data);
bool migcap_guest_dirty_pass_is_off(void);
void migcap_guest_dirty_pass_debug(struct dentry *dir);

#endif /* MIGCAP_GUEST_DIRTY_PASS_H */
