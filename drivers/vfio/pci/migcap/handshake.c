// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host asks of the guest, and how long it waits for the answer.
 *
 * Owns START, END and TRACKING, the time that an answer may take, and who is
 * woken by it.  Does not own what the guest writes: that is guest.c.
 *
 * Lock: guest->lock.
 */
#include <linux/errno.h>

#include <linux/migcap_regs.h>

#include "irq_trigger.h"
#include "guest_locked.h"
#include "stats.h"
#include "trace.h"

/**
 * migcap_vfio_handshake_settle_locked() - tell everybody who waits how things are
 * @guest: the guest
 *
 * Operators poll, and a VMM waits in read().
 */
void migcap_vfio_handshake_settle_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	guest->shown = migcap_vfio_guest_locked(guest);
	WRITE_ONCE(guest->settled,
		   guest->timed_out || migcap_vfio_quiesced_locked(guest));
	if (guest->settled)
		wake_up_all(&guest->wait);
	guest->changed(guest);
}

static void migcap_vfio_handshake_notify_locked(struct migcap_vfio_guest *guest)
{
	bool enabled = guest->regs.ctrl & MIGCAP_CTRL_IRQ_ENABLE;

	trace_migcap_notify(guest->stats->dev, &guest->regs);
	if (enabled)
		migcap_vfio_irq_trigger_raise(guest->irq_trigger,
					      guest->regs.irq);
	else
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_IRQ_DISABLED);
}

/**
 * migcap_vfio_handshake_forget_locked() - nothing has been asked
 * @guest: the guest
 */
void migcap_vfio_handshake_forget_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	cancel_delayed_work(&guest->timeout);
	guest->asker = MIGCAP_ASKED_BY_NONE;
	guest->held = false;
}

static void migcap_vfio_handshake_end_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	migcap_vfio_handshake_forget_locked(guest);
	if (guest->regs.vf_status != MIGCAP_VF_READY)
		migcap_vfio_bus_master_open(&guest->gate);
	if (migcap_vfio_cap_regs_end(&guest->regs, 0)) {
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_ENDS);
		migcap_vfio_handshake_notify_locked(guest);
	}
	migcap_vfio_handshake_settle_locked(guest);
}

static void migcap_vfio_handshake_timeout(struct work_struct *work)
{
	struct migcap_vfio_guest *guest =
		container_of(to_delayed_work(work), struct migcap_vfio_guest,
			     timeout);

	mutex_lock(&guest->lock);
	/* A question that came after this work had begun has time left. */
	if (guest->asker != MIGCAP_ASKED_BY_NONE &&
	    !migcap_vfio_quiesced_locked(guest) &&
	    time_after_eq(jiffies, guest->deadline)) {
		guest->timed_out = true;
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_TIMEOUTS);
		migcap_vfio_refuse(guest->stats, -ETIMEDOUT,
				   "guest did not answer READY in time");
		/* A VMM learns it from read() and ends the migration itself. */
		if (guest->asker == MIGCAP_ASKED_BY_OPERATOR)
			migcap_vfio_handshake_end_locked(guest);
		migcap_vfio_handshake_settle_locked(guest);
	}
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_handshake_init() - begin without a question
 * @guest: the guest
 */
void migcap_vfio_handshake_init(struct migcap_vfio_guest *guest)
{
	guest->timeout_ms = MIGCAP_READY_TIMEOUT_MS;
	INIT_DELAYED_WORK(&guest->timeout, migcap_vfio_handshake_timeout);
	init_waitqueue_head(&guest->wait);
}

/**
 * migcap_vfio_handshake_again_locked() - give the guest its full time to answer, if asked
 * @guest: the guest
 */
void migcap_vfio_handshake_again_locked(struct migcap_vfio_guest *guest)
{
	/* An operator may change it at any time; both must be the same. */
	unsigned long delay = msecs_to_jiffies(READ_ONCE(guest->timeout_ms));

	lockdep_assert_held(&guest->lock);

	if (guest->asker == MIGCAP_ASKED_BY_NONE)
		return;
	guest->deadline = jiffies + delay;
	mod_delayed_work(system_wq, &guest->timeout, delay);
}

static int migcap_vfio_handshake_start_locked(struct migcap_vfio_guest *guest,
					      enum migcap_vfio_asker asker)
{
	enum migcap_vfio_guest_state state;

	lockdep_assert_held(&guest->lock);

	if (!guest->is_open)
		return migcap_vfio_refuse(guest->stats, -ENODEV,
					  "no VMM has the device open");
	state = migcap_vfio_guest_locked(guest);
	if (state == MIGCAP_GUEST_ABSENT)
		return migcap_vfio_refuse(guest->stats, -EOPNOTSUPP,
					  "nobody in the guest answers");
	if (guest->regs.vmm_status == MIGCAP_VMM_START) {
		guest->asker = asker;
		return 0;
	}

	guest->asker = asker;
	guest->timed_out = false;
	/* From here on, setting Bus Master Enable must not go unseen. */
	if (state == MIGCAP_GUEST_BME_OFF)
		migcap_vfio_bus_master_close(&guest->gate);
	migcap_vfio_cap_regs_start(&guest->regs);
	migcap_vfio_count(guest->stats, MIGCAP_COUNT_STARTS);
	migcap_vfio_handshake_notify_locked(guest);
	if (!migcap_vfio_quiesced_locked(guest))
		migcap_vfio_handshake_again_locked(guest);
	migcap_vfio_handshake_settle_locked(guest);
	return 0;
}

/**
 * migcap_vfio_guest_start() - raise START
 * @guest: the guest
 * @asker: who wants it; takes over if START is up already
 *
 * The answer comes later, if at all: migcap_vfio_guest_wait() waits for it, and
 * after the guest's timeout the question has failed.
 *
 * Context: process, takes the guest's lock.
 * Return: 0, -EOPNOTSUPP if nobody would answer, -ENODEV if no VMM is there.
 */
int migcap_vfio_guest_start(struct migcap_vfio_guest *guest,
			    enum migcap_vfio_asker asker)
{
	int ret;

	mutex_lock(&guest->lock);
	ret = migcap_vfio_handshake_start_locked(guest, asker);
	mutex_unlock(&guest->lock);
	return ret;
}

/**
 * migcap_vfio_guest_end() - raise END, if START is up, and let the guest run
 * @guest: the guest
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_end(struct migcap_vfio_guest *guest)
{
	mutex_lock(&guest->lock);
	guest->timed_out = false;
	migcap_vfio_handshake_end_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_track() - tell a guest that tracks its DMA to account for it
 * @guest: the guest
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_track(struct migcap_vfio_guest *guest)
{
	mutex_lock(&guest->lock);
	if (migcap_vfio_cap_regs_tracking(&guest->regs))
		migcap_vfio_handshake_notify_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_untrack() - nobody tracks dirty memory any more
 * @guest: the guest
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_untrack(struct migcap_vfio_guest *guest)
{
	mutex_lock(&guest->lock);
	guest->regs.event &= ~MIGCAP_EVENT_TRACKING;
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_wait() - wait for the answer to START
 * @guest: the guest
 * @ms: how long, in milliseconds
 *
 * Context: process, takes the guest's lock, sleeps without it.
 * Return: 0 if the guest is quiesced, -EAGAIN if not yet, -ETIMEDOUT if its
 * time is over, -ERESTARTSYS on a signal.
 */
int migcap_vfio_guest_wait(struct migcap_vfio_guest *guest, unsigned int ms)
{
	long left;
	int ret;

	left = wait_event_interruptible_timeout(guest->wait,
						READ_ONCE(guest->settled),
						msecs_to_jiffies(ms));
	if (left < 0)
		return left;

	mutex_lock(&guest->lock);
	if (migcap_vfio_quiesced_locked(guest))
		ret = 0;
	else
		ret = guest->timed_out ? -ETIMEDOUT : -EAGAIN;
	mutex_unlock(&guest->lock);
	return ret;
}
