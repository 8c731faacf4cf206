// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest, as far as the host knows it.
 *
 * Owns the lock around the capability's registers, the gate and the account, and
 * the order in which an event reaches them: each ends in
 * migcap_vfio_guest_settle_locked(), which draws the consequences.  Decides when
 * the gate closes and opens.  Does not own what registers mean (cap_regs.c), the
 * deadlines (handshake.c), nor what the account says (account.c).
 *
 * Lock: guest->lock.  A reset takes it below vfio-pci core's memory_lock, so
 * nothing that faults or allocates user memory may happen under it.  Callers
 * that can touch the gate must make sure that the device is powered.
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
 * behind the closed gate: in-flight transactions have drained there.
 *
 * Return: true if the device does no DMA and the guest agrees.
 */
bool
migcap_vfio_guest_quiesced_locked(const struct migcap_vfio_guest *guest)
{
	enum migcap_vfio_guest_state state =
		migcap_vfio_guest_state_locked(guest);

	if (state == MIGCAP_GUEST_BME_OFF &&
	    guest->handshake.asker != MIGCAP_ASKED_BY_NONE)
		return guest->bm.closed && !guest->handshake.strict;
	return migcap_vfio_guest_is_quiesced(state);
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
				hs->regs.vf_status == MIGCAP_VF_READY,
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
 * To be followed by migcap_vfio_guest_settle_locked().
 */
void migcap_vfio_guest_end_locked(struct migcap_vfio_guest *guest,
				  enum migcap_vfio_end why)
{
	lockdep_assert_held(&guest->lock);

	guest->held = false;
	if (guest->handshake.regs.vf_status != MIGCAP_VF_READY)
		migcap_vfio_bus_master_open(&guest->bm);
	migcap_vfio_guest_raise_end_locked(guest, why);
}

/* A VMM learns of a timeout from read(), and ends the migration itself. */
static void migcap_vfio_guest_check_locked(struct migcap_vfio_guest *guest)
{
	struct migcap_vfio_handshake *hs = &guest->handshake;

	switch (migcap_vfio_handshake_check(hs,
					    migcap_vfio_guest_quiesced_locked(guest),
					    migcap_vfio_guest_now())) {
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
	default:
		break;
	}
}

static void migcap_vfio_guest_arm_locked(struct migcap_vfio_guest *guest)
{
	u64 now = migcap_vfio_guest_now();
	u64 when = migcap_vfio_handshake_deadline(&guest->handshake,
						  migcap_vfio_guest_quiesced_locked(guest));

	if (!when || when == U64_MAX)
		cancel_delayed_work(&guest->timer);
	else
		mod_delayed_work(system_wq, &guest->timer,
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
	    hs->timed_out == guest->shown.timed_out)
		return;
	guest->shown.state = state;
	guest->shown.epoch = hs->regs.epoch;
	guest->shown.asker = hs->asker;
	guest->shown.timed_out = hs->timed_out;
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
	migcap_vfio_guest_arm_locked(guest);
	WRITE_ONCE(guest->settled, hs->asker == MIGCAP_ASKED_BY_NONE ||
		   hs->timed_out || migcap_vfio_guest_quiesced_locked(guest));
	wake_up_all(&guest->wait);
	migcap_vfio_guest_show_locked(guest);
}

static void migcap_vfio_guest_timer(struct work_struct *work)
{
	struct migcap_vfio_guest *guest =
		container_of(to_delayed_work(work), struct migcap_vfio_guest,
			     timer);

	mutex_lock(&guest->lock);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_init() - begin without a guest
 * @guest: the guest
 * @pdev: the device
 * @irq_trigger: raises its interrupt
 * @stats: counts, takes refusals, wakes those who poll sysfs
 */
void migcap_vfio_guest_init(struct migcap_vfio_guest *guest,
			    struct pci_dev *pdev,
			    struct migcap_vfio_irq_trigger *irq_trigger,
			    struct migcap_vfio_stats *stats)
{
	guest->irq_trigger = irq_trigger;
	guest->stats = stats;
	guest->timeout_ms = MIGCAP_READY_TIMEOUT_MS;
	guest->limit_ms = MIGCAP_QUIESCED_LIMIT_MS;
	mutex_init(&guest->lock);
	migcap_vfio_bus_master_init(&guest->bm, pdev, stats);
	INIT_DELAYED_WORK(&guest->timer, migcap_vfio_guest_timer);
	init_waitqueue_head(&guest->wait);
}

/* What the hardware says counts: a reset has restored Command by itself. */
static void migcap_vfio_guest_restart_locked(struct migcap_vfio_guest *guest)
{
	int set;

	lockdep_assert_held(&guest->lock);

	guest->held = false;
	migcap_vfio_handshake_reset(&guest->handshake);
	migcap_vfio_account_restart(&guest->account);
	migcap_vfio_bus_master_open(&guest->bm);
	set = migcap_vfio_bus_master_read(&guest->bm);
	if (guest->is_open && set >= 0)
		migcap_vfio_bus_master_set_guest(&guest->bm, set);
	migcap_vfio_guest_settle_locked(guest);
}

/**
 * migcap_vfio_guest_open() - a VMM has opened the device
 * @guest: the guest
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_open(struct migcap_vfio_guest *guest)
{
	mutex_lock(&guest->lock);
	guest->is_open = true;
	guest->handshake.track = 0;
	/* Core has just cleared it. */
	migcap_vfio_bus_master_set_guest(&guest->bm, false);
	migcap_vfio_guest_restart_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_close() - the VMM has closed the device
 * @guest: the guest
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_close(struct migcap_vfio_guest *guest)
{
	mutex_lock(&guest->lock);
	guest->is_open = false;
	/* The device is about to be disabled: it must not come up again. */
	migcap_vfio_bus_master_set_guest(&guest->bm, false);
	migcap_vfio_guest_restart_locked(guest);
	mutex_unlock(&guest->lock);
	cancel_delayed_work_sync(&guest->timer);
}

/**
 * migcap_vfio_guest_reset() - the VMM has reset the device
 * @guest: the guest
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_reset(struct migcap_vfio_guest *guest)
{
	mutex_lock(&guest->lock);
	if (guest->is_open) {
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_RESETS);
		migcap_vfio_guest_restart_locked(guest);
	}
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_read() - the guest reads the capability
 * @guest: the guest
 * @offset: in the capability
 * @buf: where to
 * @len: in bytes; ends within the capability
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_read(struct migcap_vfio_guest *guest,
			    unsigned int offset, u8 *buf, size_t len)
{
	mutex_lock(&guest->lock);
	while (len--)
		*buf++ = migcap_vfio_cap_regs_read(&guest->handshake.regs,
						   offset++);
	mutex_unlock(&guest->lock);
}

/* The guest uses its device again, or is about to; if asked, it is late now. */
static void
migcap_vfio_guest_leave_quiesced_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	guest->handshake.regs.vf_status = MIGCAP_VF_WAIT;
	/* On a device that arrives it opens with END. */
	if (!guest->held)
		migcap_vfio_bus_master_open(&guest->bm);
}

static void migcap_vfio_guest_enter_ready_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	if (migcap_vfio_bus_master_close(&guest->bm)) {
		migcap_vfio_guest_leave_quiesced_locked(guest);
		migcap_vfio_refuse(guest->stats, -EIO,
				   "device does not end its transactions");
		return;
	}
	migcap_vfio_count(guest->stats, MIGCAP_COUNT_READY);
}

/**
 * migcap_vfio_guest_write() - the guest writes the capability
 * @guest: the guest
 * @offset: in the capability
 * @buf: what
 * @len: in bytes; ends within the capability
 *
 * READY closes the gate before this returns, WAIT opens it.
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_write(struct migcap_vfio_guest *guest,
			     unsigned int offset, const u8 *buf, size_t len)
{
	struct migcap_vfio_cap_regs *regs = &guest->handshake.regs;
	u8 was;

	mutex_lock(&guest->lock);
	was = regs->vf_status;
	while (len--)
		migcap_vfio_cap_regs_write(regs, offset++, *buf++);

	if (regs->vf_status != was) {
		if (was == MIGCAP_VF_READY)
			migcap_vfio_guest_leave_quiesced_locked(guest);
		else
			migcap_vfio_guest_enter_ready_locked(guest);
	}
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_sync_locked() - follow the hardware's Bus Master Enable
 * @guest: the guest
 * @command: the guest has written the Command register
 *
 * The hardware has what somebody wrote there last, since the gate only clears it.
 * Set behind the closed gate, it says that the guest takes its device back into
 * use.  While the device is being resumed it is the VMM who writes: its value is
 * kept until the gate opens.
 */
void migcap_vfio_guest_sync_locked(struct migcap_vfio_guest *guest,
				   bool command)
{
	int set = migcap_vfio_bus_master_read(&guest->bm);

	lockdep_assert_held(&guest->lock);

	if (set < 0)
		return;
	if (set || command || !guest->bm.closed)
		migcap_vfio_bus_master_set_guest(&guest->bm, set);
	if (!set || !guest->bm.closed)
		return;
	if (!guest->held) {
		migcap_vfio_guest_leave_quiesced_locked(guest);
		return;
	}
	migcap_vfio_bus_master_reassert(&guest->bm);
	/* The device could write for a moment. */
	migcap_vfio_account_restart(&guest->account);
}

/**
 * migcap_vfio_guest_config_written() - the device's configuration may have changed
 * @guest: the guest
 * @command: the guest has written the Command register
 *
 * To be called after each access for which migcap_vfio_guest_must_notify() says
 * so, whatever its result: it may have got through in part.  The hardware is
 * asked, since the caller's buffer may have changed after core read it.
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_config_written(struct migcap_vfio_guest *guest,
				      bool command)
{
	mutex_lock(&guest->lock);
	migcap_vfio_guest_sync_locked(guest, command);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
}
