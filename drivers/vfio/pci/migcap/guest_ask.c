// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that the host makes, and its views of the guest.
 *
 * Owns START, END and TRACKING as events for the guest, the wait for its answer,
 * the views of it, and its part of a stream.  Does not own what the guest does by
 * itself (guest.c), nor what follows from an event (guest_state.c).
 *
 * Lock: guest->lock.
 */
#include <linux/ktime.h>
#include <linux/math.h>

#include <linux/migcap_regs.h>

#include "guest.h"
#include "stats.h"
#include "stream.h"

/* What part of the time to answer one device waits for another of its VM. */
#define MIGCAP_YIELD_SHARE	10

/**
 * migcap_vfio_guest_view_locked() - fill in a view
 * @guest: the guest
 * @view: filled in
 */
void migcap_vfio_guest_view_locked(struct migcap_vfio_guest *guest,
				   struct migcap_vfio_guest_view *view)
{
	const struct migcap_vfio_handshake *hs = &guest->handshake;

	*view = (struct migcap_vfio_guest_view){
		.regs = hs->regs,
		.state = guest->is_open ?
				 migcap_vfio_guest_state_locked(guest) :
				 MIGCAP_GUEST_ABSENT,
		.asker = hs->asker,
		.ended = hs->ended,
		.timed_out = hs->timed_out,
		.cut = guest->cut,
		.log = hs->track & MIGCAP_TRACK_LOG ? guest->logs : 0,
		.promises = hs->regs.ctrl & MIGCAP_CTRL_DMA_TRACKED,
		.account = guest->account,
		.others_due = guest->is_open &&
			      migcap_vfio_sibling_others_due(&guest->sibling),
		.others_awaited = guest->is_open &&
			migcap_vfio_sibling_others_awaited(&guest->sibling),
	};
	view->quiesced = guest->is_open &&
			 migcap_vfio_guest_quiesced_locked(guest);
	view->may_cut = guest->is_open &&
			migcap_vfio_guest_may_cut_locked(guest);
}

/**
 * migcap_vfio_guest_snapshot() - take a consistent look at the guest
 * @guest: the guest
 * @view: filled in
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_snapshot(struct migcap_vfio_guest *guest,
				struct migcap_vfio_guest_view *view)
{
	mutex_lock(&guest->lock);
	migcap_vfio_guest_view_locked(guest, view);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_verify() - take a look that something irrevocable rests on
 * @guest: the guest
 * @view: filled in
 *
 * Before the device counts as one that does not write, the hardware is asked: a
 * write to configuration space may be on its way, and power management restores
 * Command without telling.
 *
 * Context: process, takes the guest's lock.  The device is powered.
 */
void migcap_vfio_guest_verify(struct migcap_vfio_guest *guest,
			      struct migcap_vfio_guest_view *view)
{
	mutex_lock(&guest->lock);
	if (guest->is_open &&
	    !migcap_vfio_bus_master_may_write(&guest->bm)) {
		migcap_vfio_guest_sync_locked(guest, false);
		migcap_vfio_guest_settle_locked(guest);
	}
	migcap_vfio_guest_view_locked(guest, view);
	mutex_unlock(&guest->lock);
}

/*
 * A guest that was quiesced ahead of the first question may be so for as long as
 * it takes.  It gives way to other devices of its VM once: two that are slow would
 * take turns for ever.
 */
static struct migcap_vfio_question
migcap_vfio_guest_times_locked(struct migcap_vfio_guest *guest,
			       const struct migcap_vfio_guest_question *asked)
{
	struct migcap_vfio_question question = {
		.asker = asked->asker,
		.now = migcap_vfio_guest_now(),
		.timeout_ms = READ_ONCE(guest->timeout_ms),
		.strict = asked->kind == MIGCAP_ACCOUNT_TRACKED,
		.quiesced = !asked->again &&
			    migcap_vfio_guest_quiesced_locked(guest),
	};

	lockdep_assert_held(&guest->lock);

	/* An END in between would void the migration. */
	if (asked->kind == MIGCAP_ACCOUNT_STILL)
		return question;
	question.limit_ms = READ_ONCE(guest->limit_ms);
	if (!asked->again)
		question.yield_ms = DIV_ROUND_UP(question.timeout_ms,
						 MIGCAP_YIELD_SHARE);
	return question;
}

static int
migcap_vfio_guest_start_locked(struct migcap_vfio_guest *guest,
			       const struct migcap_vfio_guest_question *asked)
{
	const struct migcap_vfio_question question =
		migcap_vfio_guest_times_locked(guest, asked);

	lockdep_assert_held(&guest->lock);

	if (!guest->is_open)
		return migcap_vfio_refuse(guest->stats, -ENODEV,
					  "no VMM has the device open");
	if (migcap_vfio_guest_state_locked(guest) == MIGCAP_GUEST_ABSENT &&
	    !guest->cut &&
	    (asked->asker == MIGCAP_ASKED_BY_OPERATOR ||
	     !migcap_vfio_guest_may_cut_locked(guest)))
		return migcap_vfio_refuse(guest->stats, -EOPNOTSUPP,
					  "nobody in the guest answers");
	if (migcap_vfio_handshake_start(&guest->handshake, &question)) {
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_STARTS);
		migcap_vfio_guest_interrupt_locked(guest);
	}
	migcap_vfio_guest_settle_locked(guest);
	return 0;
}

/**
 * migcap_vfio_guest_start() - raise START
 * @guest: the guest
 * @question: on whose behalf, and what depends on it
 *
 * A guest that is asked in the course of a migration may be kept READY for
 * quiesced_limit_ms only, and for a tenth of ready_timeout_ms while another device
 * of its VM is waited for.  One that was quiesced ahead stays so for the whole
 * migration, which may take long: whoever did that knows.
 *
 * The answer comes later, if at all: migcap_vfio_guest_wait() waits for it, and
 * after ready_timeout_ms the question has failed.
 *
 * Context: process, takes the guest's lock.
 * Return: 0, -EOPNOTSUPP if nobody would answer, -ENODEV if no VMM is there.
 */
int migcap_vfio_guest_start(struct migcap_vfio_guest *guest,
			    const struct migcap_vfio_guest_question *question)
{
	int ret;

	mutex_lock(&guest->lock);
	ret = migcap_vfio_guest_start_locked(guest, question);
	mutex_unlock(&guest->lock);
	return ret;
}

/**
 * migcap_vfio_guest_end() - raise END, if START stands, and let the guest run
 * @guest: the guest
 * @why: the reason, for those who depended on the START
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_end(struct migcap_vfio_guest *guest,
			   enum migcap_vfio_end why)
{
	mutex_lock(&guest->lock);
	migcap_vfio_guest_end_locked(guest, why);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_stopped() - the device has been stopped: no limit any more
 * @guest: the guest
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_stopped(struct migcap_vfio_guest *guest)
{
	mutex_lock(&guest->lock);
	migcap_vfio_handshake_stopped(&guest->handshake);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
	wake_up_all(&guest->wait);
}

/**
 * migcap_vfio_guest_track() - tell a guest that tracks its DMA to account for it
 * @guest: the guest
 * @who: MIGCAP_TRACK_* bit: on whose behalf
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_track(struct migcap_vfio_guest *guest, u8 who)
{
	mutex_lock(&guest->lock);
	if (who == MIGCAP_TRACK_LOG)
		guest->logs++;
	if (migcap_vfio_handshake_track(&guest->handshake, who))
		migcap_vfio_guest_interrupt_locked(guest);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_untrack() - one of those who track no longer does
 * @guest: the guest
 * @who: MIGCAP_TRACK_* bit: which one
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_untrack(struct migcap_vfio_guest *guest, u8 who)
{
	mutex_lock(&guest->lock);
	migcap_vfio_handshake_untrack(&guest->handshake, who);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_wait() - wait until nobody has to wait for the guest
 * @guest: the guest
 * @ms: how long at most
 *
 * Context: process, sleeps.
 * Return: 0, or -ERESTARTSYS if a signal came.
 */
int migcap_vfio_guest_wait(struct migcap_vfio_guest *guest, unsigned int ms)
{
	long left = wait_event_interruptible_timeout(guest->wait,
						     READ_ONCE(guest->settled),
						     msecs_to_jiffies(ms));

	return left < 0 ? left : 0;
}

/**
 * migcap_vfio_guest_save() - put the guest's side into a stream
 * @guest: the guest
 * @to: its registers are filled in
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_save(struct migcap_vfio_guest *guest,
			    struct migcap_vfio_stream *to)
{
	mutex_lock(&guest->lock);
	to->regs = guest->handshake.regs;
	if (guest->handshake.reset_due)
		to->regs.event |= MIGCAP_EVENT_DEVICE_RESET;
	to->bus_master = guest->bm.guest;
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_block_dma() - keep the device from DMA while it is resumed
 * @guest: the guest
 *
 * Lasts until migcap_vfio_guest_end().
 *
 * Context: process, takes the guest's lock.
 * Return: 0, or -EIO if the device does not end its transactions.
 */
int migcap_vfio_guest_block_dma(struct migcap_vfio_guest *guest)
{
	int ret;

	mutex_lock(&guest->lock);
	ret = migcap_vfio_bus_master_close(&guest->bm);
	if (!ret) {
		/* A question that stood here has nobody left to answer it. */
		migcap_vfio_guest_raise_end_locked(guest, MIGCAP_END_OVER);
		guest->held = true;
		guest->cut = false;
	}
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
	return ret;
}

/**
 * migcap_vfio_guest_restore() - take the guest's side from a stream
 * @guest: the guest, its DMA blocked
 * @from: the decoded stream
 *
 * Bits that this host does not know are dropped, as on a guest's write.
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_restore(struct migcap_vfio_guest *guest,
			       const struct migcap_vfio_stream *from)
{
	mutex_lock(&guest->lock);
	migcap_vfio_handshake_arrive(&guest->handshake, &from->regs);
	migcap_vfio_account_restart(&guest->account);
	migcap_vfio_bus_master_set_guest(&guest->bm, from->bus_master);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
}
