// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest-tracked DMA of one device: the promise, and the passes over the pages
 * that keep it.
 *
 * While the host tracks, pages that are no longer mapped are written again and
 * again, with the device up; when it has been taken down, all that is left is
 * written, and READY may be given.
 *
 * A pass with the device up makes way when the host has said something new,
 * START above all, and has a limit.
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/timekeeping.h>
#include <linux/migcap_regs.h>

#include "dirty_pass.h"
#include "cap.h"
#include "trace.h"
#include "dirty_track.h"
#include "dirty_window.h"

/* Between two passes with the device up; they take half of the time at most. */
#define PASS_INTERVAL		(HZ / 4UL)

/*
 * Pages that the last pass before the device is taken down writes have to be
 * sent while it is down, so passes are repeated until those are few, but the
 * host is not kept waiting for it.
 */
#define LAST_PASS_PAGES		1024
#define LAST_PASSES_TIME	HZ

/*
 * Mapped pages that are not written ahead cost their time with the device down,
 * so this may take longer, but not so long that the host gives the guest up.
 */
#define MAPPED_PASS_TIME	(3 * HZ)

/* During a pass the registers are looked at as often as during a migration. */
#define LOOK_INTERVAL		max(HZ / 100UL, 1UL)

static bool track_dma = true;
module_param(track_dma, bool, 0444);
MODULE_PARM_DESC(track_dma,
		 "Keep account of what devices write, so that a migration need not send all memory again (default on)");

static struct dentry *debug_dir;

static void migcap_guest_dirty_track_lost(struct migcap_guest_dma_ops *dma,
					  const char *why)
{
	struct migcap_guest_dirty_track *track =
		container_of(dma, struct migcap_guest_dirty_track, dma);

	if (cmpxchg(&track->reason, NULL, why))
		return;
	trace_migcap_guest_promise(dma->dev, "withdrawn", why);
	track->changed(track);
}

/* Something was not tracked until now. */
static void
migcap_guest_dirty_track_begin_quiet(struct migcap_guest_dirty_track *track)
{
	track->quiet_until = jiffies + MIGCAP_WINDOW;
	WRITE_ONCE(track->quiet, true);
}

/*
 * A driver that was bound before the agent came may have had DMA done until
 * lately.  Nobody keeps a record of that, but drivers leave the device with a
 * DMA mask of their own, and what was written before this kernel came is
 * worth nothing to it.
 */
static bool migcap_guest_dirty_track_was_used(struct device *dev)
{
	return ktime_get_boottime_seconds() >= MIGCAP_TRACKED_SECONDS ||
	       dma_get_mask(dev) != DMA_BIT_MASK(32) ||
	       dev->coherent_dma_mask != DMA_BIT_MASK(32);
}

/**
 * migcap_guest_dirty_track_init() - prepare the tracked DMA of a device
 * @track:	filled in, except @track->changed and @track->wanted
 * @dev:	the device
 * @is_new:	it has just been added, no driver had it before
 */
void migcap_guest_dirty_track_init(struct migcap_guest_dirty_track *track,
				   struct device *dev, bool is_new)
{
	track->dma.dev = dev;
	track->dma.lost = migcap_guest_dirty_track_lost;
	INIT_LIST_HEAD(&track->dma.node);
	if (!track_dma)
		track->reason = "switched off by track_dma";
	else if (!is_new && migcap_guest_dirty_track_was_used(dev))
		migcap_guest_dirty_track_begin_quiet(track);

	migcap_guest_dirty_window_join(track);
}

/**
 * migcap_guest_dirty_track_exit() - leave the device to the kernel's own operations
 * @track:	the device
 *
 * Context: device_lock not held, may sleep.
 */
void migcap_guest_dirty_track_exit(struct migcap_guest_dirty_track *track)
{
	device_lock(track->dma.dev);
	track->closed = true;
	migcap_guest_dma_ops_remove(&track->dma);
	device_unlock(track->dma.dev);
	migcap_guest_dirty_window_leave(track);
}

/**
 * migcap_guest_dirty_track_bind() - a driver is about to be bound
 * @track:	the device
 *
 * Context: device_lock held.
 */
void migcap_guest_dirty_track_bind(struct migcap_guest_dirty_track *track)
{
	if (!track_dma || track->closed)
		return;
	migcap_guest_dma_ops_remove(&track->dma);
	/* The last driver's reason, which nobody may have looked at since. */
	if (track->reason)
		migcap_guest_dirty_track_begin_quiet(track);
	WRITE_ONCE(track->reason, migcap_guest_dma_ops_install(&track->dma));
}

/**
 * migcap_guest_dirty_track_update() - follow what has happened to the device
 * @track:	the device
 * @held:	the guest hibernates or stops
 *
 * A kernel that boots next, or an image that is resumed, knows nothing of this
 * account.
 *
 * Context: device_lock held.
 */
void migcap_guest_dirty_track_update(struct migcap_guest_dirty_track *track,
				     bool held)
{
	struct device *dev = track->dma.dev;

	if (track->held && !held)
		migcap_guest_dirty_track_begin_quiet(track);
	track->held = held;
	if (track->quiet && time_after(jiffies, track->quiet_until))
		WRITE_ONCE(track->quiet, false);

	if (!track_dma)
		return;
	if (dev->driver) {
		if (list_empty(&track->dma.node))
			cmpxchg(&track->reason, NULL,
				"the driver was bound before the agent came");
		return;
	}
	migcap_guest_dma_ops_remove(&track->dma);
	if (track->reason) {
		WRITE_ONCE(track->reason, NULL);
		migcap_guest_dirty_track_begin_quiet(track);
	}
}

/**
 * migcap_guest_dirty_track_reason() - why there is no promise
 * @track:	the device
 *
 * Return: a constant text, or NULL if there is one.
 */
const char *
migcap_guest_dirty_track_reason(const struct migcap_guest_dirty_track *track)
{
	const char *reason = READ_ONCE(track->reason);

	if (!reason && READ_ONCE(track->held))
		return "the guest is being hibernated or stopped";
	if (!reason && READ_ONCE(track->quiet))
		return "what happened a short while ago was not tracked";
	return reason;
}

/**
 * migcap_guest_dirty_track_promise() - whether the promise is to be given
 * @track:	the device
 *
 * Return: true if so.
 */
bool migcap_guest_dirty_track_promise(const struct migcap_guest_dirty_track
					      *track)
{
	return !migcap_guest_dirty_track_reason(track);
}

/* Whether a pass with the device up has to make way. */
static bool migcap_guest_dirty_track_stop(void *data)
{
	struct migcap_guest_dirty_track *track = data;

	if (time_after(jiffies, track->pass_end))
		return true;
	if (time_before(jiffies, track->next_look))
		return false;
	track->next_look = jiffies + LOOK_INTERVAL;
	return track->wanted(track, track->epoch);
}

/* Return: how many pages were written. */
static unsigned long
migcap_guest_dirty_track_pass(struct migcap_guest_dirty_track *track,
			      enum migcap_guest_dirty_pass_kind kind,
			      struct migcap_guest_pass *pass)
{
	migcap_guest_stop_fn stop = migcap_guest_dirty_track_stop;
	struct migcap_guest_dirty_pass_tally tally = {};
	ktime_t begun = ktime_get();
	s64 us;

	if (kind == MIGCAP_PASS_ALL)
		stop = NULL;
	migcap_guest_dirty_pass(kind, &tally, stop, track);
	us = ktime_us_delta(ktime_get(), begun);
	pass->pages += tally.written;
	pass->us += us;
	trace_migcap_guest_pass(track->dma.dev, kind == MIGCAP_PASS_ALL,
				tally.written, us);
	if (tally.foreign)
		migcap_guest_dirty_track_lost(&track->dma,
					      "mapped memory that is no RAM");
	return tally.written;
}

static unsigned long
migcap_guest_dirty_track_pass_up(struct migcap_guest_dirty_track *track,
				 enum migcap_guest_dirty_pass_kind kind)
{
	return migcap_guest_dirty_track_pass(track, kind, &track->before);
}

/*
 * A VMM that waits for READY does not look for new writes: what is mapped now,
 * it has noted by the time the device is down.
 *
 * Once for each START: it may stand for long if the driver did not let itself
 * be taken down.
 */
static void
migcap_guest_dirty_track_prepare(struct migcap_guest_dirty_track *track)
{
	if (track->prepared)
		return;
	track->prepared = true;
	track->pass_end = jiffies + LAST_PASSES_TIME;
	while (migcap_guest_dirty_track_pass_up(track, MIGCAP_PASS_IDLE) >=
	       LAST_PASS_PAGES && !migcap_guest_dirty_track_stop(track))
		;
	track->pass_end = jiffies + MAPPED_PASS_TIME;
	migcap_guest_dirty_track_pass_up(track, MIGCAP_PASS_MAPPED);
}

static void
migcap_guest_dirty_track_keep_up(struct migcap_guest_dirty_track *track)
{
	unsigned long begun = jiffies;

	if (time_before(begun, track->next_pass))
		return;
	track->pass_end = begun + MIGCAP_WINDOW;
	migcap_guest_dirty_track_pass_up(track, MIGCAP_PASS_IDLE);
	track->next_pass = jiffies + max(PASS_INTERVAL, jiffies - begun);
}

static void
migcap_guest_dirty_track_begin(struct migcap_guest_dirty_track *track)
{
	track->busy = true;
	track->before = (struct migcap_guest_pass){};
	track->after = (struct migcap_guest_pass){};
	track->next_pass = jiffies;
}

/**
 * migcap_guest_dirty_track_poll() - the registers were read
 * @track:	the device
 * @now:	what they say
 * @active:	the device is in use
 *
 * Context: the agent's thread, no lock held.
 * Return: true if the registers are to be read again, since time has passed
 * over pages.
 */
bool migcap_guest_dirty_track_poll(struct migcap_guest_dirty_track *track,
				   const struct migcap_guest_cap_regs *now,
				   bool active)
{
	bool start = now->vmm_status == MIGCAP_VMM_START;
	unsigned long begun = jiffies;

	if (track->quiet && time_after(begun, track->quiet_until))
		track->changed(track);
	if (!start || now->epoch != track->epoch)
		track->prepared = false;
	track->epoch = now->epoch;
	track->next_look = begun + LOOK_INTERVAL;
	if (!start && !(now->event & MIGCAP_EVENT_TRACKING)) {
		track->busy = false;
		migcap_guest_dirty_window_idle(track, begun);
		return false;
	}
	if (!track->busy)
		migcap_guest_dirty_track_begin(track);
	if (!active || !migcap_guest_dirty_track_promise(track))
		return false;
	if (start)
		migcap_guest_dirty_track_prepare(track);
	else
		migcap_guest_dirty_track_keep_up(track);
	return time_after_eq(jiffies, begun + LOOK_INTERVAL);
}

/**
 * migcap_guest_dirty_track_flush() - write all pages that the device may have written to
 * @track:	the device, which does no DMA any more
 *
 * Context: may sleep.
 */
void migcap_guest_dirty_track_flush(struct migcap_guest_dirty_track *track)
{
	migcap_guest_dirty_track_pass(track, MIGCAP_PASS_ALL, &track->after);
}

/**
 * migcap_guest_dirty_track_is_false() - whether a test has made promises empty
 *
 * Return: true if no page is written.
 */
bool migcap_guest_dirty_track_is_false(void)
{
	return migcap_guest_dirty_pass_is_off();
}

/**
 * migcap_guest_dirty_track_memory() - what tracking costs
 *
 * Return: bytes, for all devices together.
 */
size_t migcap_guest_dirty_track_memory(void)
{
	return migcap_guest_dirty_pages_memory();
}

/**
 * migcap_guest_dirty_track_module_init() - before the first agent
 */
void migcap_guest_dirty_track_module_init(void)
{
	migcap_guest_dirty_window_init();
	debug_dir = debugfs_create_dir("migcap_guest", NULL);
	migcap_guest_dirty_pass_debug(debug_dir);
}

/**
 * migcap_guest_dirty_track_module_exit() - after the last agent
 */
void migcap_guest_dirty_track_module_exit(void)
{
	debugfs_remove(debug_dir);
	migcap_guest_dma_ops_drain();
	migcap_guest_dirty_pages_exit();
}
