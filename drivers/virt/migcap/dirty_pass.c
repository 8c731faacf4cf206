// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passes over the pages that devices may have written to.
 *
 * A pass clears the state of an idle page first and writes to the page then.
 * Should a device get hold of the page in between, the unmap after that sets
 * the state again.
 *
 * Owns: no state but a switch for tests.  Locks: those of dirty_pages.c.
 */
#include <linux/debugfs.h>

#include "dirty_pass.h"
#include "redirty.h"

/* For tests that want to see what is lost without any of this. */
static bool skip_writing;

static void
migcap_guest_pass_page(struct migcap_guest_dirty_pass_tally *tally,
		       unsigned long pfn)
{
	if (READ_ONCE(skip_writing))
		return;
	switch (migcap_guest_redirty_pfn(pfn)) {
	case MIGCAP_TOUCH_WRITTEN:
		tally->written++;
		break;
	case MIGCAP_TOUCH_FOREIGN:
		tally->foreign++;
		break;
	case MIGCAP_TOUCH_GONE:
		break;
	}
}

static void migcap_guest_pass_idle(unsigned long pfn, u16 *state, void *data)
{
	u16 old = READ_ONCE(*state);

	do {
		if (!old || old & MIGCAP_STATE_COUNT)
			return;
	} while (!try_cmpxchg(state, &old, 0));
	migcap_guest_pass_page(data, pfn);
}

static void migcap_guest_pass_any(unsigned long pfn, u16 *state, void *data)
{
	u16 old = READ_ONCE(*state);

	while (!try_cmpxchg(state, &old, old & MIGCAP_STATE_COUNT))
		;
	if (old)
		migcap_guest_pass_page(data, pfn);
}

/* In use as before, so it has to be written again, but then without a fault. */
static void migcap_guest_pass_mapped(unsigned long pfn, u16 *state, void *data)
{
	if (READ_ONCE(*state) & MIGCAP_STATE_COUNT)
		migcap_guest_pass_page(data, pfn);
}

static const migcap_guest_visit_fn visits[] = {
	[MIGCAP_PASS_IDLE]   = migcap_guest_pass_idle,
	[MIGCAP_PASS_MAPPED] = migcap_guest_pass_mapped,
	[MIGCAP_PASS_ALL]    = migcap_guest_pass_any,
};

/**
 * migcap_guest_dirty_pass() - write to pages that devices may have written to
 * @kind:	which ones
 * @tally:	what was done is added here
 * @stop:	says whether to leave off, or NULL
 * @stop_data:	passed to it
 *
 * A page that was written and is not mapped counts no more.  All pages that
 * other passes have cleared before this one ends are written by then.
 *
 * Context: may sleep.
 * Return: false if the pass was left before its end.
 */
bool migcap_guest_dirty_pass(enum migcap_guest_dirty_pass_kind kind,
			     struct migcap_guest_dirty_pass_tally *tally,
			     migcap_guest_stop_fn stop, void *stop_data)
{
	return migcap_guest_dirty_pages_walk(visits[kind], tally, stop,
					     stop_data);
}

/**
 * migcap_guest_dirty_pass_is_off() - whether passes write nothing, for a test
 *
 * Return: true if so: the promise is not kept.
 */
bool migcap_guest_dirty_pass_is_off(void)
{
	return READ_ONCE(skip_writing);
}

/**
 * migcap_guest_dirty_pass_debug() - make the switch for tests
 * @dir:	directory in debugfs
 */
void migcap_guest_dirty_pass_debug(struct dentry *dir)
{
	debugfs_create_bool("skip_writing", 0600, dir, &skip_writing);
}
