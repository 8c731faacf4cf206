// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that the guest and its device make.
 *
 * Owns the lock around the capability's registers, the gate and the account, and
 * decides when the gate closes and opens.  Does not own what the host asks of
 * the guest (guest_ask.c), when a device in use is stopped (guest_cut.c), nor what
 * follows from an event (guest_state.c).
 *
 * Lock: guest->lock.  A reset takes it below vfio-pci core's memory_lock, so
 * nothing that faults or allocates user memory may happen under it.  Callers
 * that can touch the gate must make sure that the device is powered.
 */
#include <linux/pci.h>

#include <linux/migcap_regs.h>

#include "guest.h"
#include "stats.h"

static void migcap_vfio_guest_settle(struct migcap_vfio_guest *guest)
{
	mutex_lock(&guest->lock);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
}

static void migcap_vfio_guest_timer(struct work_struct *work)
{
	migcap_vfio_guest_settle(container_of(to_delayed_work(work),
					      struct migcap_vfio_guest, timer));
}

/* Not the timer's work: that is put off and taken back by what happens here. */
static void migcap_vfio_guest_look(struct work_struct *work)
{
	migcap_vfio_guest_settle(container_of(work, struct migcap_vfio_guest,
					      look));
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
	INIT_WORK(&guest->look, migcap_vfio_guest_look);
	INIT_DELAYED_WORK(&guest->timer, migcap_vfio_guest_timer);
	init_waitqueue_head(&guest->wait);
}

/* What the hardware says counts: a reset has restored Command by itself. */
static void migcap_vfio_guest_restart_locked(struct migcap_vfio_guest *guest)
{
	int set;

	lockdep_assert_held(&guest->lock);

	guest->held = false;
	guest->cut = false;
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
 * Context: process, the VMM's; takes the guest's lock.
 * Return: 0 or -ENOMEM.
 */
int migcap_vfio_guest_open(struct migcap_vfio_guest *guest)
{
	int ret = migcap_vfio_sibling_join(&guest->sibling, &guest->look);

	if (ret)
		return ret;
	mutex_lock(&guest->lock);
	guest->is_open = true;
	guest->handshake.track = 0;
	/* Core has just cleared it. */
	migcap_vfio_bus_master_set_guest(&guest->bm, false);
	migcap_vfio_guest_restart_locked(guest);
	mutex_unlock(&guest->lock);
	return 0;
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
	migcap_vfio_sibling_leave(&guest->sibling);
	cancel_work_sync(&guest->look);
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
	/* On a device that arrives or was cut off it opens with END. */
	if (!migcap_vfio_guest_is_blocked_locked(guest))
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
	bool answers = offset <= MIGCAP_VF_STATUS &&
		       offset + len > MIGCAP_VF_STATUS;
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
	if (answers && !migcap_vfio_guest_is_blocked_locked(guest))
		migcap_vfio_handshake_answered(&guest->handshake);
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
 * use.  While the device is being resumed it is the VMM who writes, and so it is
 * while one that was cut off is stopped: its value is kept until the gate opens.
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
	if (!migcap_vfio_guest_is_blocked_locked(guest)) {
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
