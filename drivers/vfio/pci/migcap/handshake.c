// SPDX-License-Identifier: GPL-2.0-only
/*
 * START, END and READY.
 *
 * Owns on whose behalf START stands, the time that the guest has to answer it,
 * the time for which it may be kept READY, whether it has to be told of a reset of
 * its device, and whether it is to track its device's DMA.  Does not own what the
 * guest's registers mean: cap_regs.c; nor the lock, the timer and the interrupt:
 * guest.c, guest_state.c.
 *
 * One START has one deadline.  A guest that gives READY and takes it back does
 * not gain time by that.  The limit is for an outage that START has brought about:
 * a guest that was quiesced ahead stays so.  So is the shorter time for which a
 * guest is READY while another device of the same VM is not.
 *
 * A guest whose device was cut off is told with the next END.  It may be migrated
 * on before it sees that, so each END says so until it has answered.
 */
#include <linux/limits.h>
#include <linux/types.h>

#include <linux/migcap_regs.h>

#include "handshake.h"

/**
 * migcap_vfio_handshake_start() - raise START, or take it over
 * @hs: the handshake
 * @question: who asks, and how long the guest has
 *
 * A START that stands already is taken over by a new asker, with new times.  A
 * VMM asks once in a migration: if its START stands, that was another one.
 *
 * Return: true if the guest has to be told.
 */
bool migcap_vfio_handshake_start(struct migcap_vfio_handshake *hs,
				 const struct migcap_vfio_question *question)
{
	bool stands = hs->regs.vmm_status == MIGCAP_VMM_START;

	if (stands && hs->asker == MIGCAP_ASKED_BY_OPERATOR &&
	    question->asker == MIGCAP_ASKED_BY_OPERATOR)
		return false;
	hs->asker = question->asker;
	hs->ended = MIGCAP_END_NONE;
	hs->timed_out = false;
	hs->ready_by = question->now + question->timeout_ms;
	hs->limit_ms = question->limit_ms;
	hs->strict = question->strict;
	hs->ahead = question->quiesced;
	hs->due = question->asker == MIGCAP_ASKED_BY_VMM && !hs->ahead;
	hs->stop_by = 0;
	hs->yield_ms = question->yield_ms;
	hs->yield_by = 0;
	if (stands)
		return false;
	migcap_vfio_cap_regs_start(&hs->regs);
	return true;
}

/* Nobody asks any longer. */
static void migcap_vfio_handshake_forget(struct migcap_vfio_handshake *hs)
{
	hs->asker = MIGCAP_ASKED_BY_NONE;
	hs->due = false;
	hs->stop_by = 0;
	hs->yield_by = 0;
}

/**
 * migcap_vfio_handshake_end() - raise END, if START stands
 * @hs: the handshake
 * @why: the reason, for those who depended on the START
 *
 * EVENT.TRACKING stays as long as somebody wants the guest to track.
 * EVENT.DEVICE_RESET is set if the guest has to be told.
 *
 * Return: true if the guest has to be told.
 */
bool migcap_vfio_handshake_end(struct migcap_vfio_handshake *hs,
			       enum migcap_vfio_end why)
{
	if (hs->asker != MIGCAP_ASKED_BY_NONE)
		hs->ended = why;
	if (why != MIGCAP_END_TIMEOUT)
		hs->timed_out = false;
	migcap_vfio_handshake_forget(hs);
	if (!hs->track)
		hs->regs.event &= ~MIGCAP_EVENT_TRACKING;
	return migcap_vfio_cap_regs_end(&hs->regs, hs->reset_due ?
					MIGCAP_EVENT_DEVICE_RESET : 0);
}

/* Nor does the guest get its device back before END. */
static void migcap_vfio_handshake_unlimit(struct migcap_vfio_handshake *hs)
{
	hs->limit_ms = 0;
	hs->stop_by = 0;
	hs->yield_ms = 0;
	hs->yield_by = 0;
}

/**
 * migcap_vfio_handshake_cut() - the device is taken without the guest's consent
 * @hs: the handshake
 *
 * START stands from now on in the VMM's name, since EVENT.DEVICE_RESET comes with
 * the END to it.  There is no time to answer.
 *
 * Return: true if the guest has to be told.
 */
bool migcap_vfio_handshake_cut(struct migcap_vfio_handshake *hs)
{
	bool stands = hs->regs.vmm_status == MIGCAP_VMM_START;

	hs->asker = MIGCAP_ASKED_BY_VMM;
	hs->ended = MIGCAP_END_NONE;
	hs->timed_out = false;
	hs->ready_by = U64_MAX;
	hs->strict = false;
	hs->due = false;
	migcap_vfio_handshake_unlimit(hs);
	hs->reset_due = true;
	if (!stands)
		migcap_vfio_cap_regs_start(&hs->regs);
	return !stands;
}

/**
 * migcap_vfio_handshake_answered() - the guest has written VF_STATUS
 * @hs: the handshake
 *
 * With READY it depends on nothing in the device.  And whoever writes while
 * EVENT.DEVICE_RESET is set has been told.
 */
void migcap_vfio_handshake_answered(struct migcap_vfio_handshake *hs)
{
	if (hs->regs.vf_status == MIGCAP_VF_READY ||
	    hs->regs.event & MIGCAP_EVENT_DEVICE_RESET)
		hs->reset_due = false;
}

/**
 * migcap_vfio_handshake_track() - have the guest track its device's DMA
 * @hs: the handshake
 * @who: MIGCAP_TRACK_* bit
 *
 * Return: true if the guest has to be told.
 */
bool migcap_vfio_handshake_track(struct migcap_vfio_handshake *hs, u8 who)
{
	hs->track |= who;
	return migcap_vfio_cap_regs_tracking(&hs->regs);
}

/**
 * migcap_vfio_handshake_untrack() - one of those who wanted it no longer does
 * @hs: the handshake
 * @who: MIGCAP_TRACK_* bit
 */
void migcap_vfio_handshake_untrack(struct migcap_vfio_handshake *hs, u8 who)
{
	hs->track &= ~who;
	if (!hs->track)
		hs->regs.event &= ~MIGCAP_EVENT_TRACKING;
}

/**
 * migcap_vfio_handshake_is_tracked() - whether the guest's promise is in force
 * @hs: the handshake
 *
 * Return: true if the guest has promised to track DMA, and knows that it has to.
 */
bool migcap_vfio_handshake_is_tracked(const struct migcap_vfio_handshake *hs)
{
	return (hs->regs.ctrl & MIGCAP_CTRL_DMA_TRACKED) &&
	       (hs->regs.event & MIGCAP_EVENT_TRACKING);
}

/* A late answer is none that others could be waited with. */
static void
migcap_vfio_handshake_set_yield(struct migcap_vfio_handshake *hs,
				const struct migcap_vfio_moment *moment)
{
	if (!moment->quiesced || !moment->others_awaited || hs->timed_out)
		hs->yield_by = 0;
	else if (hs->yield_ms && !hs->ahead && !hs->yield_by)
		hs->yield_by = moment->now + hs->yield_ms;
}

/**
 * migcap_vfio_handshake_check() - look whether a deadline has passed
 * @hs: the handshake
 * @moment: when, and how the devices are
 *
 * To be called after each event, and when migcap_vfio_handshake_deadline() says.
 *
 * Return: MIGCAP_END_TIMEOUT, MIGCAP_END_LIMIT or MIGCAP_END_YIELD if one has
 * passed just now.
 */
enum migcap_vfio_end
migcap_vfio_handshake_check(struct migcap_vfio_handshake *hs,
			    const struct migcap_vfio_moment *moment)
{
	u64 now = moment->now;

	if (hs->asker == MIGCAP_ASKED_BY_NONE)
		return MIGCAP_END_NONE;
	if (!moment->quiesced)
		hs->ahead = false;
	else if (hs->limit_ms && !hs->ahead && !hs->stop_by)
		hs->stop_by = now + hs->limit_ms;
	migcap_vfio_handshake_set_yield(hs, moment);
	if (hs->stop_by && now >= hs->stop_by)
		return MIGCAP_END_LIMIT;
	if (hs->yield_by && now >= hs->yield_by)
		return MIGCAP_END_YIELD;
	if (moment->quiesced || hs->timed_out || now < hs->ready_by)
		return MIGCAP_END_NONE;
	hs->timed_out = true;
	return MIGCAP_END_TIMEOUT;
}

/* Of two times, 0 being none. */
static u64 migcap_vfio_handshake_sooner(u64 one, u64 other)
{
	if (!one || !other)
		return one ?: other;
	return one < other ? one : other;
}

/**
 * migcap_vfio_handshake_deadline() - when to look again
 * @hs: the handshake
 * @quiesced: as when migcap_vfio_handshake_check() was called
 *
 * Return: the time, in milliseconds, or 0 for never.
 */
u64 migcap_vfio_handshake_deadline(const struct migcap_vfio_handshake *hs,
				   bool quiesced)
{
	if (hs->asker == MIGCAP_ASKED_BY_NONE)
		return 0;
	if (quiesced || hs->timed_out)
		return migcap_vfio_handshake_sooner(hs->stop_by, hs->yield_by);
	return migcap_vfio_handshake_sooner(hs->stop_by, hs->ready_by);
}

/**
 * migcap_vfio_handshake_stopped() - the device has been stopped in time
 * @hs: the handshake
 *
 * The VM is stopped, too: there is no outage any more that could be limited.
 */
void migcap_vfio_handshake_stopped(struct migcap_vfio_handshake *hs)
{
	migcap_vfio_handshake_unlimit(hs);
}

/**
 * migcap_vfio_handshake_reset() - the guest has to introduce itself anew
 * @hs: the handshake
 */
void migcap_vfio_handshake_reset(struct migcap_vfio_handshake *hs)
{
	hs->regs = (struct migcap_vfio_cap_regs){};
	migcap_vfio_handshake_forget(hs);
	hs->ended = MIGCAP_END_OVER;
	hs->timed_out = false;
	hs->reset_due = false;
}

/**
 * migcap_vfio_handshake_arrive() - a guest has come from another host
 * @hs: the handshake
 * @regs: its registers
 *
 * Whatever was asked here before was asked of nobody.  The START that the guest
 * brings along is the VMM's, and ends when the device runs.  EVENT.DEVICE_RESET in
 * what it brings along is meant for that END.
 */
void migcap_vfio_handshake_arrive(struct migcap_vfio_handshake *hs,
				  const struct migcap_vfio_cap_regs *regs)
{
	migcap_vfio_handshake_reset(hs);
	hs->regs = *regs;
	migcap_vfio_cap_regs_drop_unknown(&hs->regs);
	hs->reset_due = hs->regs.event & MIGCAP_EVENT_DEVICE_RESET;
	if (hs->regs.vmm_status != MIGCAP_VMM_START)
		return;
	hs->regs.event &= ~MIGCAP_EVENT_DEVICE_RESET;
	hs->asker = MIGCAP_ASKED_BY_VMM;
	hs->ended = MIGCAP_END_NONE;
	hs->strict = false;
	migcap_vfio_handshake_unlimit(hs);
	/* The VMM runs the device when it is done: no deadline. */
	hs->ready_by = U64_MAX;
}
