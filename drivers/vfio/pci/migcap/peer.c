// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest as the host's peer.
 *
 * Owns the capability's registers while a VMM has the device open: every write
 * of the guest ends here, and here it is decided when the gate closes.  Does
 * not own what the guest is asked: that is ask.c.
 *
 * Lock: peer->lock.  It is taken by a reset below vfio-pci core's memory_lock,
 * so nothing that faults or allocates user memory may happen under it.  The
 * caller sees to it that the device is powered.
 */
#include <linux/pci.h>

#include <linux/migcap_regs.h>

#include "peer_locked.h"
#include "report.h"
#include "stream.h"
#include "trace.h"

/**
 * migcap_peer_init() - begin without a guest
 * @peer: the peer
 * @pdev: the device
 * @mailbox: raises its interrupt
 * @report: counts
 * @changed: told of each change that an operator can see, under the lock
 */
void migcap_peer_init(struct migcap_peer *peer, struct pci_dev *pdev,
		      struct migcap_mailbox *mailbox,
		      struct migcap_report *report,
		      void (*changed)(struct migcap_peer *peer))
{
	peer->mailbox = mailbox;
	peer->report = report;
	peer->changed = changed;
	mutex_init(&peer->lock);
	migcap_gate_init(&peer->gate, pdev, report);
	migcap_ask_init(peer);
}

static void initial_locked(struct migcap_peer *peer)
{
	lockdep_assert_held(&peer->lock);

	migcap_ask_forget_locked(peer);
	peer->regs = (struct migcap_regs){};
	peer->timed_out = false;
	peer->dma_seq++;
	peer->promise_seq++;
	migcap_gate_open(&peer->gate);
	migcap_ask_settle_locked(peer);
}

/**
 * migcap_peer_open() - a VMM has opened the device
 * @peer: the peer
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_open(struct migcap_peer *peer)
{
	mutex_lock(&peer->lock);
	peer->is_open = true;
	/* Core has just cleared it. */
	migcap_gate_set_guest(&peer->gate, false);
	initial_locked(peer);
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_close() - the VMM has closed the device
 * @peer: the peer
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_close(struct migcap_peer *peer)
{
	mutex_lock(&peer->lock);
	peer->is_open = false;
	/* The device is about to be disabled: it must not come up again. */
	migcap_gate_set_guest(&peer->gate, false);
	initial_locked(peer);
	mutex_unlock(&peer->lock);
	cancel_delayed_work_sync(&peer->timeout);
}

/**
 * migcap_peer_reset() - the VMM has reset the device
 * @peer: the peer
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_reset(struct migcap_peer *peer)
{
	mutex_lock(&peer->lock);
	if (peer->is_open) {
		migcap_count(peer->report, MIGCAP_COUNT_RESETS);
		initial_locked(peer);
	}
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_read() - the guest reads the capability
 * @peer: the peer
 * @offset: in the capability
 * @buf: where to
 * @len: in bytes; ends within the capability
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_read(struct migcap_peer *peer, unsigned int offset,
		      u8 *buf, size_t len)
{
	mutex_lock(&peer->lock);
	while (len--)
		*buf++ = migcap_regs_read(&peer->regs, offset++);
	mutex_unlock(&peer->lock);
}

/* The guest uses its device again, or is about to; if asked, it is late now. */
static void leave_quiesced_locked(struct migcap_peer *peer)
{
	lockdep_assert_held(&peer->lock);

	peer->regs.vf_status = MIGCAP_VF_WAIT;
	peer->dma_seq++;
	migcap_gate_open(&peer->gate);
	migcap_ask_again_locked(peer);
}

static void enter_ready_locked(struct migcap_peer *peer)
{
	lockdep_assert_held(&peer->lock);

	if (migcap_gate_close(&peer->gate)) {
		leave_quiesced_locked(peer);
		migcap_refuse(peer->report, -EIO,
			      "device does not end its transactions");
		return;
	}
	migcap_count(peer->report, MIGCAP_COUNT_READY);
}

/* What the guest does now differs from what has been told of it. */
static void show_guest_locked(struct migcap_peer *peer)
{
	enum migcap_guest_state guest = migcap_guest_locked(peer);

	if (guest == peer->shown)
		return;
	trace_migcap_guest(peer->report->dev, peer->shown, guest);
	migcap_ask_settle_locked(peer);
}

/**
 * migcap_peer_write() - the guest writes the capability
 * @peer: the peer
 * @offset: in the capability
 * @buf: what
 * @len: in bytes; ends within the capability
 *
 * READY closes the gate before this returns, WAIT opens it.
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_write(struct migcap_peer *peer, unsigned int offset,
		       const u8 *buf, size_t len)
{
	struct migcap_regs was;

	mutex_lock(&peer->lock);
	was = peer->regs;
	while (len--)
		migcap_regs_write(&peer->regs, offset++, *buf++);

	if (was.ctrl & ~peer->regs.ctrl & MIGCAP_CTRL_DMA_TRACKED)
		peer->promise_seq++;
	if (peer->regs.vf_status != was.vf_status) {
		if (was.vf_status == MIGCAP_VF_READY)
			leave_quiesced_locked(peer);
		else
			enter_ready_locked(peer);
	}
	show_guest_locked(peer);
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_config_written() - a config write has reached the hardware
 * @peer: the peer
 * @bme: what it did to Bus Master Enable
 *
 * A guest that sets Bus Master Enable while it is quiesced takes the device
 * back into use.  While the device is being resumed it is the VMM who writes:
 * its value is kept until the gate opens.  What the hardware says counts, for
 * the write may have changed on its way, and other bits have side effects.
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_config_written(struct migcap_peer *peer, enum migcap_bme bme)
{
	mutex_lock(&peer->lock);
	if (bme != MIGCAP_BME_UNTOUCHED)
		migcap_gate_set_guest(&peer->gate, bme == MIGCAP_BME_SET);
	if (peer->gate.closed && migcap_gate_is_forced(&peer->gate)) {
		migcap_gate_set_guest(&peer->gate, true);
		if (peer->held)
			migcap_gate_shut(&peer->gate);
		else
			leave_quiesced_locked(peer);
	}
	show_guest_locked(peer);
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_look() - take a consistent look at the guest
 * @peer: the peer
 * @view: filled in
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_look(struct migcap_peer *peer, struct migcap_peer_view *view)
{
	mutex_lock(&peer->lock);
	*view = (struct migcap_peer_view){
		.regs = peer->regs,
		.guest = peer->is_open ? migcap_guest_locked(peer) :
					 MIGCAP_GUEST_ABSENT,
		.asker = peer->asker,
		.is_open = peer->is_open,
		.timed_out = peer->timed_out,
		.tracked = peer->regs.ctrl & MIGCAP_CTRL_DMA_TRACKED,
		.dma_seq = peer->dma_seq,
		.promise_seq = peer->promise_seq,
	};
	view->quiesced = migcap_guest_is_quiesced(view->guest);
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_save() - put the guest's side into a stream
 * @peer: the peer
 * @to: its registers are filled in
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_save(struct migcap_peer *peer, struct migcap_stream *to)
{
	mutex_lock(&peer->lock);
	to->regs = peer->regs;
	to->bus_master = peer->gate.bus_master;
	mutex_unlock(&peer->lock);
}

/**
 * migcap_peer_hold() - keep the device from DMA while it is being resumed
 * @peer: the peer
 *
 * Lasts until migcap_peer_end().
 *
 * Context: process, takes the peer's lock.
 * Return: 0, or -EIO if the device does not end its transactions.
 */
int migcap_peer_hold(struct migcap_peer *peer)
{
	int ret;

	mutex_lock(&peer->lock);
	ret = migcap_gate_close(&peer->gate);
	if (!ret)
		peer->held = true;
	mutex_unlock(&peer->lock);
	return ret;
}

/**
 * migcap_peer_restore() - take the guest's side from a stream
 * @peer: the peer, held
 * @from: the decoded stream
 *
 * Bits that this host does not know are dropped, as on a guest's write.
 *
 * Context: process, takes the peer's lock.
 */
void migcap_peer_restore(struct migcap_peer *peer,
			 const struct migcap_stream *from)
{
	mutex_lock(&peer->lock);
	peer->regs = from->regs;
	migcap_regs_drop_unknown(&peer->regs);
	migcap_gate_set_guest(&peer->gate, from->bus_master);
	migcap_ask_settle_locked(peer);
	mutex_unlock(&peer->lock);
}
