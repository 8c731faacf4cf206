// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest-tracked DMA of one device: the promise, and the passes over the pages
 * that keep it.
 *
 * While the host tracks, pages that are no longer mapped are written again and
 * again, with the device up; when it has been taken down, all that is left is
 * written, and READY may be given.
 *
 * The host begins to track a little later than the VMM, so pages unmapped
 * before we hear of it may count, too.  WINDOW says how much later that can be.
 * Pages unmapped are remembered in two generations.  A new one begins, and the
 * older one is forgotten, when for every device of which the host has the
 * promise it was seen not to track a WINDOW after this one had begun: a VMM that
 * tracks by now has begun to do so within this generation.
 *
 * tracks_lock: the list of devices, their idle_seen, and when the generation
 * began.
 */
#include <linux/debugfs.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/migcap_regs.h>

#include "dirty_pass.h"
#include "cap.h"
#include "trace.h"
#include "dirty_track.h"

#define WINDOW			(MIGCAP_TRACKED_SECONDS * HZ)

/* Between two passes with the device up; they take half of the time at most. */
#define PASS_INTERVAL		(HZ / 4UL)

/*
 * What the last pass before the device is taken down writes has to be sent
 * while it is down, so passes are repeated until that is not much, but the host
 * is not kept waiting for it.
 */
#define LAST_PASS_PAGES		1024
#define LAST_PASSES_TIME	HZ

static bool track_dma = true;
module_param(track_dma, bool, 0444);
MODULE_PARM_DESC(track_dma,
		 "Keep account of what devices write, so that a migration need not send all memory again (default on)");

static DEFINE_SPINLOCK(tracks_lock);
static LIST_HEAD(tracks);
static unsigned long generation_begun;
static bool generation_is_ending;
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
	track->quiet_until = jiffies + WINDOW;
	WRITE_ONCE(track->quiet, true);
}

/**
 * migcap_guest_dirty_track_init() - prepare the tracked DMA of a device
 * @track:	filled in, except @track->changed
 * @dev:	the device
 */
void migcap_guest_dirty_track_init(struct migcap_guest_dirty_track *track,
				   struct device *dev)
{
	track->dma.dev = dev;
	track->dma.lost = migcap_guest_dirty_track_lost;
	INIT_LIST_HEAD(&track->dma.node);
	if (!track_dma)
		track->reason = "switched off by track_dma";

	spin_lock(&tracks_lock);
	track->idle_seen = jiffies;
	list_add(&track->node, &tracks);
	spin_unlock(&tracks_lock);
}

/**
 * migcap_guest_dirty_track_exit() - leave the device to the kernel's own operations
 * @track:	the device
 *
 * Context: device_lock not held, may sleep.
 */
void migcap_guest_dirty_track_exit(struct migcap_guest_dirty_track *track)
{
	scoped_guard(device, track->dma.dev) {
		track->closed = true;
		migcap_guest_dma_ops_remove(&track->dma);
	}
	spin_lock(&tracks_lock);
	list_del(&track->node);
	spin_unlock(&tracks_lock);
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
	WRITE_ONCE(track->reason, migcap_guest_dma_ops_install(&track->dma));
}

/**
 * migcap_guest_dirty_track_update() - follow what has happened to the device
 * @track:	the device
 * @held:	the guest is suspended or stops
 *
 * What boots next, or an image that is resumed, knows nothing of this account.
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
		return "the guest is being suspended or stopped";
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

/* Return: how many pages were written. */
static unsigned long
migcap_guest_dirty_track_pass(struct migcap_guest_dirty_track *track,
			      enum migcap_guest_dirty_pass_kind kind,
			      struct migcap_guest_pass *pass)
{
	struct migcap_guest_dirty_pass_tally tally = {};
	ktime_t begun = ktime_get();
	s64 us;

	migcap_guest_dirty_pass(kind, &tally, NULL, NULL);
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
 */
static void
migcap_guest_dirty_track_prepare(struct migcap_guest_dirty_track *track)
{
	unsigned long limit = jiffies + LAST_PASSES_TIME;

	while (migcap_guest_dirty_track_pass_up(track, MIGCAP_PASS_IDLE) >=
	       LAST_PASS_PAGES && time_before(jiffies, limit))
		;
	migcap_guest_dirty_track_pass_up(track, MIGCAP_PASS_MAPPED);
}

static void
migcap_guest_dirty_track_keep_up(struct migcap_guest_dirty_track *track)
{
	unsigned long begun = jiffies;

	if (time_before(begun, track->next_pass))
		return;
	migcap_guest_dirty_track_pass_up(track, MIGCAP_PASS_IDLE);
	track->next_pass = jiffies + max(PASS_INTERVAL, jiffies - begun);
}

/* Return: true if the caller has to end this generation. */
static bool migcap_guest_generation_is_over(void)
{
	unsigned long due = generation_begun + WINDOW;
	struct migcap_guest_dirty_track *track;

	lockdep_assert_held(&tracks_lock);

	if (generation_is_ending || time_before(jiffies, due))
		return false;
	list_for_each_entry(track, &tracks, node)
		if (READ_ONCE(track->told) &&
		    time_before(track->idle_seen, due))
			return false;
	generation_is_ending = true;
	return true;
}

static void
migcap_guest_dirty_track_idle(struct migcap_guest_dirty_track *track,
			      unsigned long when)
{
	bool over;

	track->busy = false;
	spin_lock(&tracks_lock);
	track->idle_seen = when;
	over = migcap_guest_generation_is_over();
	spin_unlock(&tracks_lock);
	if (!over)
		return;

	migcap_guest_dirty_pages_age();
	spin_lock(&tracks_lock);
	generation_begun = jiffies;
	generation_is_ending = false;
	spin_unlock(&tracks_lock);
}

/**
 * migcap_guest_dirty_track_poll() - the registers were read
 * @track:	the device
 * @now:	what they say
 * @active:	the device is in use
 *
 * Context: the agent's thread, no lock held.
 */
void migcap_guest_dirty_track_poll(struct migcap_guest_dirty_track *track,
				   const struct migcap_guest_cap_regs *now,
				   bool active)
{
	bool start = now->vmm_status == MIGCAP_VMM_START;
	unsigned long begun = jiffies;

	if (track->quiet && time_after(begun, track->quiet_until))
		track->changed(track);
	if (!start && !(now->event & MIGCAP_EVENT_TRACKING)) {
		migcap_guest_dirty_track_idle(track, begun);
		return;
	}
	if (!track->busy) {
		track->busy = true;
		track->before = (struct migcap_guest_pass){};
		track->after = (struct migcap_guest_pass){};
		track->next_pass = begun;
	}
	if (!active || !migcap_guest_dirty_track_promise(track))
		return;
	if (start)
		migcap_guest_dirty_track_prepare(track);
	else
		migcap_guest_dirty_track_keep_up(track);
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
	generation_begun = jiffies;
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
