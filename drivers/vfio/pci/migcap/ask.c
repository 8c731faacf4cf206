// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host asks of the guest, and how long it waits for the answer.
 *
 * Owns START, END and TRACKING, the time that an answer may take, and who is
 * woken by it.  Does not own what the guest writes: that is peer.c.
 *
 * Lock: peer->lock.
 */
#include <linux/errno.h>

#include <linux/migcap_regs.h>

#include "mailbox.h"
#include "peer_locked.h"
#include "report.h"
#include "trace.h"

/**
 * migcap_ask_settle_locked() - tell everybody who waits how things are
 * @peer: the peer
 *
 * Operators poll, and a VMM waits in read().
 */
void migcap_ask_settle_locked(struct migcap_peer *peer)
{
	lockdep_assert_held(&peer->lock);

	peer->shown = migcap_guest_locked(peer);
	WRITE_ONCE(peer->settled, peer->timed_out || migcap_quiesced_locked(peer));
	if (peer->settled)
		wake_up_all(&peer->wait);
	peer->changed(peer);
}

static void notify_locked(struct migcap_peer *peer)
{
	bool enabled = peer->regs.ctrl & MIGCAP_CTRL_IRQ_ENABLE;

	trace_migcap_notify(peer->report->dev, &peer->regs);
	if (enabled)
		migcap_mailbox_raise(peer->mailbox, peer->regs.irq);
	else
		migcap_count(peer->report, MIGCAP_COUNT_IRQ_DISABLED);
}

/**
 * migcap_ask_forget_locked() - nothing has been asked
 * @peer: the peer
 */
void migcap_ask_forget_locked(struct migcap_peer *peer)
{
	lockdep_assert_held(&peer->lock);

	cancel_delayed_work(&peer->timeout);
	peer->asker = MIGCAP_ASKED_BY_NONE;
	peer->held = false;
}

static void end_locked(struct migcap_peer *peer)
{
	lockdep_assert_held(&peer->lock);

	migcap_ask_forget_locked(peer);
	if (peer->regs.vf_status != MIGCAP_VF_READY)
		migcap_gate_open(&peer->gate);
	if (migcap_regs_end(&peer->regs, 0)) {
		migcap_count(peer->report, MIGCAP_COUNT_ENDS);
		notify_locked(peer);
	}
	migcap_ask_settle_locked(peer);
}

static void timeout_work(struct work_struct *work)
{
	struct migcap_peer *peer = container_of(to_delayed_work(work),
						struct migcap_peer, timeout);

	mutex_lock(&peer->lock);
	/* A question that came after this work had begun has time left. */
	if (peer->asker != MIGCAP_ASKED_BY_NONE && !migcap_quiesced_locked(peer) &&
	    time_after_eq(jiffies, peer->deadline)) {
		peer->timed_out = true;
		migcap_count(peer->report, MIGCAP_COUNT_TIMEOUTS);
		migcap_refuse(peer->report, -ETIMEDOUT,
			      "guest did not answer READY in time");
		/* A VMM learns it from read() and ends the migration itself. */
		if (peer->asker == MIGCAP_ASKED_BY_OPERATOR)
			end_locked(peer);
		migcap_ask_settle_locked(peer);
	}
	mutex_unlock(&peer->lock);
}

/**
 * migcap_ask_init() - begin without a question
 * @peer: the peer
 */
void migcap_ask_init(struct migcap_peer *peer)
{
	peer->timeout_ms = MIGCAP_READY_TIMEOUT_MS;
	INIT_DELAYED_WORK(&peer->timeout, timeout_work);
	init_waitqueue_head(&peer->wait);
}

/**
 * migcap_ask_again_locked() - give the guest its full time to answer, if asked
 * @peer: the peer
 */
void migcap_ask_again_locked(struct migcap_peer *peer)
{
	/* An operator may change it at any time; both must be the same. */
	unsigned long delay = msecs_to_jiffies(READ_ONCE(peer->timeout_ms));

	lockdep_assert_held(&peer->lock);

	if (peer->asker == MIGCAP_ASKED_BY_NONE)
		return;
	peer->deadline = jiffies + delay;
	mod_delayed_work(system_wq, &peer->timeout, delay);
}

static int start_locked(struct migcap_peer *peer, enum migcap_asker asker)
{
	enum migcap_guest_state guest;

	lockdep_assert_held(&peer->lock);

	if (!peer->is_open)
		return migcap_refuse(peer->report, -ENODEV,
				     "no VMM has the device open");
	guest = migcap_guest_locked(peer);
	if (guest == MIGCAP_GUEST_ABSENT)
		return migcap_refuse(peer->report, -EOPNOTSUPP,
				     "nobody in the guest answers");
	if (peer->regs.vmm_status == MIGCAP_VMM_START) {
		peer->asker = asker;
		return 0;
	}

	peer->asker = asker;
	peer->timed_out = false;
	/* From here on, setting Bus Master Enable must not go unseen. */
	if (guest == MIGCAP_GUEST_BME_OFF)
		migcap_gate_close(&peer->gate);
	migcap_regs_start(&peer->regs);
	migcap_count(peer->report, MIGCAP_COUNT_STARTS);
	notify_locked(peer);
	if (!migcap_quiesced_locked(peer))
		migcap_ask_again_locked(peer);
	migcap_ask_settle_locked(peer);
	return 0;
}

/**
 * migcap_peer_start() - raise START
 * @peer: the peer
 * @asker: who wants it; takes over if START is up already
 *
 * The answer comes later, if at all: migcap_peer_wait() waits for it, and
 * after the peer's timeout the question has failed.
 *
 * Context: process, takes the peer's lock.
 * Return: 0, -EOPNOTSUPP if nobody would answer, -ENODEV if no VMM is there.
 */
int migcap_peer_start(struct migcap_peer *peer, enum migcap_asker asker)
{
	int ret;

	mutex_lock(&peer->lock);
	ret = start_locked(peer, asker);
	mutex_unlock(&peer->lock);
	return ret;
}

/**
 * migcap_peer_end() - raise END, if START is up, and let the guest run
 * @peer: the peer
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_end(struct migcap_peer *peer)
{
	mutex_lock(&peer->lock);
	peer->timed_out = false;
	end_locked(peer);
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_track() - tell a guest that tracks its DMA to account for it
 * @peer: the peer
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_track(struct migcap_peer *peer)
{
	mutex_lock(&peer->lock);
	if (migcap_regs_tracking(&peer->regs))
		notify_locked(peer);
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_untrack() - nobody tracks dirty memory any more
 * @peer: the peer
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_untrack(struct migcap_peer *peer)
{
	mutex_lock(&peer->lock);
	peer->regs.event &= ~MIGCAP_EVENT_TRACKING;
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_wait() - wait for the answer to START
 * @peer: the peer
 * @ms: how long, in milliseconds
 *
 * Context: process, takes the peer's lock, sleeps without it.
 * Return: 0 if the guest is quiesced, -EAGAIN if not yet, -ETIMEDOUT if its
 * time is over, -ERESTARTSYS on a signal.
 */
int migcap_peer_wait(struct migcap_peer *peer, unsigned int ms)
{
	long left;
	int ret;

	left = wait_event_interruptible_timeout(peer->wait,
						READ_ONCE(peer->settled),
						msecs_to_jiffies(ms));
	if (left < 0)
		return left;

	mutex_lock(&peer->lock);
	if (migcap_quiesced_locked(peer))
		ret = 0;
	else
		ret = peer->timed_out ? -ETIMEDOUT : -EAGAIN;
	mutex_unlock(&peer->lock);
	return ret;
}
