// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest as the host's guest.
 *
 * Owns the capability's registers while a VMM has the device open: every write
 * of the guest ends here, and here it is decided when the gate closes.  Does
 * not own what the guest is asked: that is handshake.c.
 *
 * Lock: guest->lock.  It is taken by a reset below vfio-pci core's memory_lock,
 * so nothing that faults or allocates user memory may happen under it.  The
 * caller sees to it that the device is powered.
 */
#include <linux/pci.h>

#include <linux/migcap_regs.h>

#include "guest_locked.h"
#include "stats.h"
#include "stream.h"
#include "trace.h"

/**
 * migcap_vfio_guest_init() - begin without a guest
 * @guest: the guest
 * @pdev: the device
 * @irq_trigger: raises its interrupt
 * @stats: counts
 * @changed: told of each change that an operator can see, under the lock
 */
void migcap_vfio_guest_init(struct migcap_vfio_guest *guest,
			    struct pci_dev *pdev,
			    struct migcap_vfio_irq_trigger *irq_trigger,
			    struct migcap_vfio_stats *stats,
			    void (*changed)(struct migcap_vfio_guest *guest))
{
	guest->irq_trigger = irq_trigger;
	guest->stats = stats;
	guest->changed = changed;
	mutex_init(&guest->lock);
	migcap_vfio_bus_master_init(&guest->gate, pdev, stats);
	migcap_vfio_handshake_init(guest);
}

static void migcap_vfio_guest_initial_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	migcap_vfio_handshake_forget_locked(guest);
	guest->regs = (struct migcap_vfio_cap_regs){};
	guest->timed_out = false;
	guest->dma_seq++;
	guest->promise_seq++;
	migcap_vfio_bus_master_open(&guest->gate);
	migcap_vfio_handshake_settle_locked(guest);
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
	/* Core has just cleared it. */
	migcap_vfio_bus_master_set_guest(&guest->gate, false);
	migcap_vfio_guest_initial_locked(guest);
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
	migcap_vfio_bus_master_set_guest(&guest->gate, false);
	migcap_vfio_guest_initial_locked(guest);
	mutex_unlock(&guest->lock);
	cancel_delayed_work_sync(&guest->timeout);
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
		migcap_vfio_guest_initial_locked(guest);
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
		*buf++ = migcap_vfio_cap_regs_read(&guest->regs, offset++);
	mutex_unlock(&guest->lock);
}

/* The guest uses its device again, or is about to; if asked, it is late now. */
static void
migcap_vfio_guest_leave_quiesced_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	guest->regs.vf_status = MIGCAP_VF_WAIT;
	guest->dma_seq++;
	migcap_vfio_bus_master_open(&guest->gate);
	migcap_vfio_handshake_again_locked(guest);
}

static void
migcap_vfio_guest_enter_ready_locked(struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	if (migcap_vfio_bus_master_close(&guest->gate)) {
		migcap_vfio_guest_leave_quiesced_locked(guest);
		migcap_vfio_refuse(guest->stats, -EIO,
				   "device does not end its transactions");
		return;
	}
	migcap_vfio_count(guest->stats, MIGCAP_COUNT_READY);
}

/* What the guest does now differs from what has been told of it. */
static void migcap_vfio_guest_show_guest_locked(struct migcap_vfio_guest *guest)
{
	enum migcap_vfio_guest_state state = migcap_vfio_guest_locked(guest);

	if (state == guest->shown)
		return;
	trace_migcap_guest(guest->stats->dev, guest->shown, state);
	migcap_vfio_handshake_settle_locked(guest);
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
	struct migcap_vfio_cap_regs was;

	mutex_lock(&guest->lock);
	was = guest->regs;
	while (len--)
		migcap_vfio_cap_regs_write(&guest->regs, offset++, *buf++);

	if (was.ctrl & ~guest->regs.ctrl & MIGCAP_CTRL_DMA_TRACKED)
		guest->promise_seq++;
	if (guest->regs.vf_status != was.vf_status) {
		if (was.vf_status == MIGCAP_VF_READY)
			migcap_vfio_guest_leave_quiesced_locked(guest);
		else
			migcap_vfio_guest_enter_ready_locked(guest);
	}
	migcap_vfio_guest_show_guest_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_config_written() - a config write has reached the hardware
 * @guest: the guest
 * @bme: what it did to Bus Master Enable
 *
 * A guest that sets Bus Master Enable while it is quiesced takes the device
 * back into use.  While the device is being resumed it is the VMM who writes:
 * its value is kept until the gate opens.  What the hardware says counts, for
 * the write may have changed on its way, and other bits have side effects.
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_config_written(struct migcap_vfio_guest *guest,
				      enum migcap_vfio_bme bme)
{
	mutex_lock(&guest->lock);
	if (bme != MIGCAP_BME_UNTOUCHED)
		migcap_vfio_bus_master_set_guest(&guest->gate,
						 bme == MIGCAP_BME_SET);
	if (guest->gate.closed &&
	    migcap_vfio_bus_master_is_forced(&guest->gate)) {
		migcap_vfio_bus_master_set_guest(&guest->gate, true);
		if (guest->held)
			migcap_vfio_bus_master_shut(&guest->gate);
		else
			migcap_vfio_guest_leave_quiesced_locked(guest);
	}
	migcap_vfio_guest_show_guest_locked(guest);
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_look() - take a consistent look at the guest
 * @guest: the guest
 * @view: filled in
 *
 * Context: process, takes the guest's lock.
 */
void migcap_vfio_guest_look(struct migcap_vfio_guest *guest,
			    struct migcap_vfio_guest_view *view)
{
	mutex_lock(&guest->lock);
	*view = (struct migcap_vfio_guest_view){
		.regs = guest->regs,
		.guest = guest->is_open ? migcap_vfio_guest_locked(guest) :
					 MIGCAP_GUEST_ABSENT,
		.asker = guest->asker,
		.is_open = guest->is_open,
		.timed_out = guest->timed_out,
		.tracked = guest->regs.ctrl & MIGCAP_CTRL_DMA_TRACKED,
		.dma_seq = guest->dma_seq,
		.promise_seq = guest->promise_seq,
	};
	view->quiesced = migcap_vfio_guest_is_quiesced(view->guest);
	mutex_unlock(&guest->lock);
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
	to->regs = guest->regs;
	to->bus_master = guest->gate.bus_master;
	mutex_unlock(&guest->lock);
}

/**
 * migcap_vfio_guest_hold() - keep the device from DMA while it is being resumed
 * @guest: the guest
 *
 * Lasts until migcap_vfio_guest_end().
 *
 * Context: process, takes the guest's lock.
 * Return: 0, or -EIO if the device does not end its transactions.
 */
int migcap_vfio_guest_hold(struct migcap_vfio_guest *guest)
{
	int ret;

	mutex_lock(&guest->lock);
	ret = migcap_vfio_bus_master_close(&guest->gate);
	if (!ret)
		guest->held = true;
	mutex_unlock(&guest->lock);
	return ret;
}

/**
 * migcap_vfio_guest_restore() - take the guest's side from a stream
 * @guest: the guest, held
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
	guest->regs = from->regs;
	migcap_vfio_cap_regs_drop_unknown(&guest->regs);
	migcap_vfio_bus_master_set_guest(&guest->gate, from->bus_master);
	migcap_vfio_handshake_settle_locked(guest);
	mutex_unlock(&guest->lock);
}
