// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long pages count that were unmapped before the host began to track.
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
#include <linux/jiffies.h>
#include <linux/spinlock.h>

#include "dirty_pages.h"
#include "dirty_window.h"

static DEFINE_SPINLOCK(tracks_lock);
static LIST_HEAD(tracks);
static unsigned long generation_begun;
static bool generation_is_ending;

/**
 * migcap_guest_dirty_window_init() - before the first device
 */
void migcap_guest_dirty_window_init(void)
{
	generation_begun = jiffies;
}

/**
 * migcap_guest_dirty_window_join() - a device has got an agent
 * @track:	the device
 */
void migcap_guest_dirty_window_join(struct migcap_guest_dirty_track *track)
{
	spin_lock(&tracks_lock);
	track->idle_seen = jiffies;
	list_add(&track->node, &tracks);
	spin_unlock(&tracks_lock);
}

/**
 * migcap_guest_dirty_window_leave() - a device has lost its agent
 * @track:	the device
 */
void migcap_guest_dirty_window_leave(struct migcap_guest_dirty_track *track)
{
	spin_lock(&tracks_lock);
	list_del(&track->node);
	spin_unlock(&tracks_lock);
}

/* Return: true if the caller has to end this generation. */
static bool migcap_guest_generation_is_over(void)
{
	unsigned long due = generation_begun + MIGCAP_WINDOW;
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

/**
 * migcap_guest_dirty_window_idle() - the host was seen not to track
 * @track:	the device of which that was seen
 * @when:	when, in jiffies
 *
 * Context: may sleep.
 */
void migcap_guest_dirty_window_idle(struct migcap_guest_dirty_track *track,
				    unsigned long when)
{
	bool over;

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
