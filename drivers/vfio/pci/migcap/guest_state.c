// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest, as far as the host knows it, and what follows from it.
 *
 * Owns the consequences that an event has beyond the registers: the guest's
 * interrupt, the account, the time to look again, those who wait, the other devices
 * of the VM.  Every event ends in migcap_vfio_guest_settle_locked().  Does not own
 * the events: guest.c has those that the guest and the device make, guest_ask.c and
 * guest_cut.c those of the host.
 * Does not own what registers mean (cap_regs.c), the deadlines (handshake.c),
 * nor what the account says (account.c).
 *
 * Lock: guest->lock, held by every caller.
 */
#include <linux/ktime.h>
#include <linux/pci.h>

#include <linux/migcap_regs.h>

#include "guest.h"
#include "irq_trigger.h"
#include "stats.h"
#include "trace.h"

/**
 * migcap_vfio_guest_now() - the handshake's clock
 *
 * Return: milliseconds, greater than 0.
 */
u64 migcap_vfio_guest_now(void)
{
	return ktime_to_ms(ktime_get()) + 1;
}

/**
 * migcap_vfio_guest_state_locked() - what the host may expect of the guest
 * @guest: the guest
 *
 * Return: the guest's state.
 */
enum migcap_vfio_guest_state
migcap_vfio_guest_state_locked(const struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	return migcap_vfio_cap_regs_guest(&guest->handshake.regs,
					  guest->bm.guest);
}

/**
 * migcap_vfio_guest_quiesced_locked() - whether the device may be stopped as it is
 * @guest: the guest
 *
 * While START stands, Bus Master Enable that the guest has cleared counts only
 * behind the closed gate: in-flight transactions have drained there.  A device
 * that was cut off is silent whatever its guest says.
 *
 * Return: true if the device does no DMA, and the guest agrees or need not.
 */
bool
migcap_vfio_guest_quiesced_locked(const struct migcap_vfio_guest *guest)
{
	enum migcap_vfio_guest_state state =
		migcap_vfio_guest_state_locked(guest);

	if (guest->cut)
		return true;
	if (state == MIGCAP_GUEST_BME_OFF &&
	    guest->handshake.asker != MIGCAP_ASKED_BY_NONE)
		return guest->bm.closed && !guest->handshake.strict;
	return migcap_vfio_guest_is_quiesced(state);
}

/**
 * migcap_vfio_guest_may_cut_locked() - whether the device may be cut off
 * @guest: the guest
 *
 * Return: true if an operator allows it for a guest like this one.
 */
bool
migcap_vfio_guest_may_cut_locked(const struct migcap_vfio_guest *guest)
{
	switch (READ_ONCE(guest->on_timeout)) {
	case MIGCAP_ON_TIMEOUT_FORCE:
		return migcap_vfio_guest_state_locked(guest) !=
		       MIGCAP_GUEST_ABSENT;
	case MIGCAP_ON_TIMEOUT_FORCE_LOST:
		return true;
	default:
		return false;
	}
}

/**
 * migcap_vfio_guest_is_blocked_locked() - whether the gate is not the guest's
 * @guest: the guest
 *
 * Return: true if it stays closed until END, whatever is written.
 */
bool
migcap_vfio_guest_is_blocked_locked(const struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	return guest->held || guest->cut;
}

/**
 * migcap_vfio_guest_interrupt_locked() - raise the mailbox vector, if wanted
 * @guest: the guest
 */
void migcap_vfio_guest_interrupt_locked(struct migcap_vfio_guest *guest)
{
	const struct migcap_vfio_cap_regs *regs = &guest->handshake.regs;

	lockdep_assert_held(&guest->lock);

	trace_migcap_notify(guest->stats->dev, regs);
	if (regs->ctrl & MIGCAP_CTRL_IRQ_ENABLE)
		migcap_vfio_irq_trigger_raise(guest->irq_trigger, regs->irq);
	else
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_IRQ_DISABLED);
}

static void migcap_vfio_guest_account_locked(struct migcap_vfio_guest *guest)
{
	const struct migcap_vfio_handshake *hs = &guest->handshake;

	lockdep_assert_held(&guest->lock);

	migcap_vfio_account_set(&guest->account,
				migcap_vfio_bus_master_may_write(&guest->bm),
				hs->regs.vf_status == MIGCAP_VF_READY &&
					!guest->cut,
				migcap_vfio_handshake_is_tracked(hs));
}

/**
 * migcap_vfio_guest_raise_end_locked() - raise END, if START stands
 * @guest: the guest
 * @why: the reason
 *
 * Leaves the gate as it is.  To be followed by migcap_vfio_guest_settle_locked().
 */
void migcap_vfio_guest_raise_end_locked(struct migcap_vfio_guest *guest,
					enum migcap_vfio_end why)
{
	lockdep_assert_held(&guest->lock);

	if (migcap_vfio_handshake_end(&guest->handshake, why)) {
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_ENDS);
		migcap_vfio_guest_interrupt_locked(guest);
	}
}

/**
 * migcap_vfio_guest_end_locked() - raise END, and let the guest run
 * @guest: the guest
 * @why: the reason
 *
 * A guest whose device was cut off, here or on another host, learns of it.
 *
 * To be followed by migcap_vfio_guest_settle_locked().
 */
void migcap_vfio_guest_end_locked(struct migcap_vfio_guest *guest,
				  enum migcap_vfio_end why)
{
	lockdep_assert_held(&guest->lock);

	guest->held = false;
	guest->cut = false;
	if (guest->handshake.regs.vf_status != MIGCAP_VF_READY)
		migcap_vfio_bus_master_open(&guest->bm);
	migcap_vfio_guest_raise_end_locked(guest, why);
}

/* A VMM learns of a timeout from read(), and ends the migration itself. */
static void migcap_vfio_guest_check_locked(struct migcap_vfio_guest *guest)
{
	struct migcap_vfio_handshake *hs = &guest->handshake;
	const struct migcap_vfio_moment moment = {
		.now = migcap_vfio_guest_now(),
		.quiesced = migcap_vfio_guest_quiesced_locked(guest),
		.others_awaited = guest->is_open &&
			migcap_vfio_sibling_others_awaited(&guest->sibling),
	};

	switch (migcap_vfio_handshake_check(hs, &moment)) {
	case MIGCAP_END_TIMEOUT:
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_TIMEOUTS);
		migcap_vfio_refuse(guest->stats, -ETIMEDOUT,
				   "guest did not answer READY in time");
		if (hs->asker == MIGCAP_ASKED_BY_OPERATOR)
			migcap_vfio_guest_end_locked(guest, MIGCAP_END_TIMEOUT);
		break;
	case MIGCAP_END_LIMIT:
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_LIMITS);
		migcap_vfio_refuse(guest->stats, -ETIME,
				   "device was not stopped in time after READY");
		migcap_vfio_guest_end_locked(guest, hs->timed_out ?
					     MIGCAP_END_TIMEOUT :
					     MIGCAP_END_LIMIT);
		break;
	case MIGCAP_END_YIELD:
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_YIELDS);
		migcap_vfio_guest_end_locked(guest, MIGCAP_END_YIELD);
		break;
	default:
		break;
	}
}

/* What the VM's other devices have to know of this one. */
static void migcap_vfio_guest_tell_locked(struct migcap_vfio_guest *guest)
{
	const struct migcap_vfio_handshake *hs = &guest->handshake;
	bool asked = hs->asker == MIGCAP_ASKED_BY_VMM;
	bool given_up = hs->timed_out &&
			migcap_vfio_guest_may_cut_locked(guest);

	lockdep_assert_held(&guest->lock);

	if (guest->is_open)
		migcap_vfio_sibling_tell(&guest->sibling, asked && hs->due,
					 asked && !given_up &&
					 !migcap_vfio_guest_quiesced_locked(guest));
}

static void migcap_vfio_guest_arm_locked(struct migcap_vfio_guest *guest)
{
	u64 now = migcap_vfio_guest_now();
	u64 when = migcap_vfio_handshake_deadline(&guest->handshake,
						  migcap_vfio_guest_quiesced_locked(guest));

	if (!when || when == U64_MAX)
		cancel_delayed_work(&guest->timer);
	else
		mod_delayed_work(system_percpu_wq, &guest->timer,
				 when > now ? msecs_to_jiffies(when - now) : 0);
}

/* Operators poll sysfs, and a VMM waits in read() or poll(). */
static void migcap_vfio_guest_show_locked(struct migcap_vfio_guest *guest)
{
	const struct migcap_vfio_handshake *hs = &guest->handshake;
	enum migcap_vfio_guest_state state =
		migcap_vfio_guest_state_locked(guest);

	if (state != guest->shown.state)
		trace_migcap_guest(guest->stats->dev, guest->shown.state,
				   state);
	if (state == guest->shown.state &&
	    hs->regs.epoch == guest->shown.epoch &&
	    hs->asker == guest->shown.asker &&
	    hs->timed_out == guest->shown.timed_out &&
	    guest->cut == guest->shown.cut)
		return;
	guest->shown.state = state;
	guest->shown.epoch = hs->regs.epoch;
	guest->shown.asker = hs->asker;
	guest->shown.timed_out = hs->timed_out;
	guest->shown.cut = guest->cut;
	migcap_vfio_notify(guest->stats, MIGCAP_NODE_GUEST);
	migcap_vfio_notify(guest->stats, MIGCAP_NODE_EPOCH);
	migcap_vfio_notify(guest->stats, MIGCAP_NODE_QUIESCE);
}

/* From START on, a device that is set up again cannot go unseen. */
static void
migcap_vfio_guest_close_unused_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	if (guest->handshake.asker == MIGCAP_ASKED_BY_NONE ||
	    migcap_vfio_guest_state_locked(guest) != MIGCAP_GUEST_BME_OFF)
		return;
	migcap_vfio_bus_master_look(&guest->bm);
	if (migcap_vfio_guest_state_locked(guest) == MIGCAP_GUEST_BME_OFF &&
	    migcap_vfio_bus_master_close(&guest->bm))
		migcap_vfio_refuse(guest->stats, -EIO,
				   "device does not end its transactions");
}

/**
 * migcap_vfio_guest_settle_locked() - draw the consequences of an event
 * @guest: the guest
 *
 * Every event ends here, with registers, gate and Bus Master Enable as it has
 * left them.
 */
void migcap_vfio_guest_settle_locked(struct migcap_vfio_guest *guest)
{
	struct migcap_vfio_handshake *hs = &guest->handshake;

	lockdep_assert_held(&guest->lock);

	migcap_vfio_guest_close_unused_locked(guest);
	migcap_vfio_guest_account_locked(guest);
	migcap_vfio_guest_check_locked(guest);
	migcap_vfio_guest_account_locked(guest);
	migcap_vfio_guest_tell_locked(guest);
	migcap_vfio_guest_arm_locked(guest);
	WRITE_ONCE(guest->settled, hs->asker == MIGCAP_ASKED_BY_NONE ||
		   hs->timed_out || migcap_vfio_guest_quiesced_locked(guest));
	wake_up_all(&guest->wait);
	migcap_vfio_guest_show_locked(guest);
}
