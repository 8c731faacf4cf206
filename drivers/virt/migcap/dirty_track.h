/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest-tracked DMA of one device: the promise that the CPU has written to
 * every page which the device wrote, before READY is given.
 *
 * Owns: the promise, and when pages are written for it.  Does not own: what is
 * mapped (dma_ops.c, dirty_pages.c), nor the registers (publish.c).
 *
 * Only x86-64 has it so far.  Elsewhere there is never a promise.
 */
#ifndef MIGCAP_GUEST_DIRTY_TRACK_H
#define MIGCAP_GUEST_DIRTY_TRACK_H

#include <linux/ktime.h>
#include <linux/list.h>

#include "dma_ops.h"

struct migcap_guest_cap_regs;

/**
 * struct migcap_guest_pass - what the passes of one kind did
 * @pages:	pages written
 * @us:		time it took
 */
struct migcap_guest_pass {
	unsigned long pages;
	s64 us;
};

/**
 * struct migcap_guest_dirty_track - tracked DMA of one device
 * @node:	among all devices with an agent
 * @dma:	its mapping operations
 * @changed:	called when the promise may have changed, in any context
 * @wanted:	called in the agent's thread, during a pass with the device up:
 *		whether the host has said something new since EPOCH was @epoch
 * @reason:	a constant text, why there is no promise; NULL if nothing speaks
 *		against it
 * @closed:	no more operations are installed
 * @held:	the guest hibernates or stops, there is no promise
 * @told:	the promise as the host knows it
 * @quiet_until: no promise before that time, in jiffies, if @quiet: what
 *		happened until lately was not tracked
 * @quiet:	see @quiet_until
 * @idle_seen:	when the host was last seen not to be tracking, in jiffies
 * @busy:	the host tracks
 * @prepared:	the last passes before the device is taken down were made, for
 *		the START that stands
 * @epoch:	EPOCH when the registers were read last
 * @next_look:	when @wanted is asked again during a pass, in jiffies
 * @pass_end:	when a pass has to end, in jiffies
 * @next_pass:	when the next pass over idle pages is due, in jiffies
 * @before:	passes of this or the last migration with the device up
 * @after:	passes with the device down
 *
 * @node and @idle_seen: under a lock in dirty_window.c.  @reason is set by the mapping
 * operations at any time, and cleared under the device_lock.  The others: as
 * the fields of struct migcap_guest_agent.
 */
struct migcap_guest_dirty_track {
	struct list_head node;
	struct migcap_guest_dma_ops dma;
	void (*changed)(struct migcap_guest_dirty_track *track);
	bool (*wanted)(struct migcap_guest_dirty_track *track, u8 epoch);
	const char *reason;
	bool closed;
	bool held;
	bool told;
	bool quiet;
	unsigned long quiet_until;
	unsigned long idle_seen;
	bool busy;
	bool prepared;
	u8 epoch;
	unsigned long next_look;
	unsigned long pass_end;
	unsigned long next_pass;
	struct migcap_guest_pass before;
	struct migcap_guest_pass after;
};

#if IS_ENABLED(CONFIG_X86_64) && !defined(MIGCAP_COMPAT_UNTRACKED)
void migcap_guest_dirty_track_init(struct migcap_guest_dirty_track *track,
				   struct device *dev, bool is_new);
void migcap_guest_dirty_track_exit(struct migcap_guest_dirty_track *track);
void migcap_guest_dirty_track_bind(struct migcap_guest_dirty_track *track);
void migcap_guest_dirty_track_update(struct migcap_guest_dirty_track *track,
				     bool held);
bool migcap_guest_dirty_track_promise(const struct migcap_guest_dirty_track
					      *track);
const char *
migcap_guest_dirty_track_reason(const struct migcap_guest_dirty_track *track);
bool migcap_guest_dirty_track_poll(struct migcap_guest_dirty_track *track,
				   const struct migcap_guest_cap_regs *now,
				   bool active);
void migcap_guest_dirty_track_flush(struct migcap_guest_dirty_track *track);
bool migcap_guest_dirty_track_is_false(void);
size_t migcap_guest_dirty_track_memory(void);
void migcap_guest_dirty_track_module_init(void);
void migcap_guest_dirty_track_module_exit(void);
#else
static inline void
migcap_guest_dirty_track_init(struct migcap_guest_dirty_track *track,
			      struct device *dev, bool is_new)
{
}

static inline void
migcap_guest_dirty_track_exit(struct migcap_guest_dirty_track *track)
{
}

static inline void
migcap_guest_dirty_track_bind(struct migcap_guest_dirty_track *track)
{
}

static inline void
migcap_guest_dirty_track_update(struct migcap_guest_dirty_track *track,
				bool held)
{
}

static inline bool
migcap_guest_dirty_track_promise(const struct migcap_guest_dirty_track *track)
{
	return false;
}

static inline const char *
migcap_guest_dirty_track_reason(const struct migcap_guest_dirty_track *track)
{
	return "not on this architecture";
}

static inline bool
migcap_guest_dirty_track_poll(struct migcap_guest_dirty_track *track,
			      const struct migcap_guest_cap_regs *now,
			      bool active)
{
	return false;
}

static inline void
migcap_guest_dirty_track_flush(struct migcap_guest_dirty_track *track)
{
}

static inline bool migcap_guest_dirty_track_is_false(void)
{
	return false;
}

static inline size_t migcap_guest_dirty_track_memory(void)
{
	return 0;
}

static inline void migcap_guest_dirty_track_module_init(void)
{
}

static inline void migcap_guest_dirty_track_module_exit(void)
{
}
#endif

#endif /* MIGCAP_GUEST_DIRTY_TRACK_H */
