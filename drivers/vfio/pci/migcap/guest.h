/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest, as far as the host knows it: its registers, its Bus Master Enable,
 * where the question to it stands, and the account of its device's DMA.
 */
#ifndef MIGCAP_VFIO_GUEST_H
#define MIGCAP_VFIO_GUEST_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "account.h"
#include "bus_master.h"
#include "cap_regs.h"
#include "handshake.h"
#include "siblings.h"

struct migcap_vfio_irq_trigger;
struct migcap_vfio_stats;
struct migcap_vfio_stream;

#define MIGCAP_READY_TIMEOUT_MIN_MS	1
#define MIGCAP_READY_TIMEOUT_MAX_MS	600000
#define MIGCAP_READY_TIMEOUT_MS		10000
#define MIGCAP_QUIESCED_LIMIT_MAX_MS	3600000
#define MIGCAP_QUIESCED_LIMIT_MS	30000

/**
 * enum migcap_vfio_on_timeout - what becomes of a migration without consent
 * @MIGCAP_ON_TIMEOUT_ABORT: it fails
 * @MIGCAP_ON_TIMEOUT_FORCE: the device is cut off, if somebody in the guest can
 *	recover its driver
 * @MIGCAP_ON_TIMEOUT_FORCE_LOST: the device is cut off, and stays dead until the
 *	guest loads its driver anew, if nobody can
 * @MIGCAP_NR_ON_TIMEOUT: how many there are
 */
enum migcap_vfio_on_timeout {
	MIGCAP_ON_TIMEOUT_ABORT,
	MIGCAP_ON_TIMEOUT_FORCE,
	MIGCAP_ON_TIMEOUT_FORCE_LOST,
	MIGCAP_NR_ON_TIMEOUT,
};

/**
 * struct migcap_vfio_guest_shown - what an operator can see of a guest
 * @state: what the host may expect of it
 * @epoch: its EPOCH
 * @asker: on whose behalf START stands
 * @timed_out: START was not answered in time
 * @cut: its device is cut off
 */
struct migcap_vfio_guest_shown {
	enum migcap_vfio_guest_state state;
	u8 epoch;
	enum migcap_vfio_asker asker;
	bool timed_out;
	bool cut;
};

/**
 * struct migcap_vfio_guest - the guest
 * @irq_trigger: raises its interrupt
 * @stats: counts, takes refusals, wakes those who poll sysfs
 * @lock: protects all below
 * @is_open: a VMM has the device open
 * @handshake: the capability's registers, and where the question stands
 * @bm: the hardware's Bus Master Enable, and the guest's
 * @held: the device is being resumed: config writes are the VMM's
 * @cut: the device was stopped while in use, and stays so until END
 * @account: what the device may have written
 * @logs: how many logs have been begun
 * @shown: what those who poll sysfs have been told of
 * @settled: nobody has to wait for the guest; may be read without the lock
 * @timeout_ms: how long an answer may take; may be written without the lock
 * @limit_ms: how long a guest may be kept READY; likewise
 * @on_timeout: what becomes of a migration without its consent; likewise
 * @sibling: the other devices of the VMM; joined while @is_open
 * @look: looks at what became of them
 * @timer: looks at the handshake's deadlines
 * @wait: woken when @settled becomes true, and when a migration moves on
 */
struct migcap_vfio_guest {
	struct migcap_vfio_irq_trigger *irq_trigger;
	struct migcap_vfio_stats *stats;
	/* protects all below; inside of it: irq_trigger, stats */
	struct mutex lock;
	bool is_open;
	struct migcap_vfio_handshake handshake;
	struct migcap_vfio_bus_master bm;
	bool held;
	bool cut;
	struct migcap_vfio_account account;
	u32 logs;
	struct migcap_vfio_guest_shown shown;
	bool settled;
	u32 timeout_ms;
	u32 limit_ms;
	enum migcap_vfio_on_timeout on_timeout;
	struct migcap_vfio_sibling sibling;
	struct work_struct look;
	struct delayed_work timer;
	wait_queue_head_t wait;
};

/**
 * struct migcap_vfio_guest_view - a consistent look at the guest
 * @regs: the capability
 * @state: what it means
 * @asker: on whose behalf START stands
 * @ended: why the last START does not
 * @timed_out: START was not answered in time
 * @quiesced: the device does no DMA, and may be stopped as it is
 * @cut: that is without the guest's consent
 * @may_cut: an operator allows that the device is cut off
 * @log: number of this driver's log that is running, 0 if none is
 * @promises: the guest promises to track its device's DMA
 * @account: what the device may have written
 * @others_due: the VMM has asked the guest for another device
 * @others_awaited: the guest has not answered for another device
 */
struct migcap_vfio_guest_view {
	struct migcap_vfio_cap_regs regs;
	enum migcap_vfio_guest_state state;
	enum migcap_vfio_asker asker;
	enum migcap_vfio_end ended;
	bool timed_out;
	bool quiesced;
	bool cut;
	bool may_cut;
	u32 log;
	bool promises;
	struct migcap_vfio_account account;
	bool others_due;
	bool others_awaited;
};

/**
 * struct migcap_vfio_guest_question - a START
 * @asker: on whose behalf; takes over if START stands already
 * @kind: what depends on the answer
 * @again: the guest has been asked before in this migration
 */
struct migcap_vfio_guest_question {
	enum migcap_vfio_asker asker;
	enum migcap_vfio_account_kind kind;
	bool again;
};

void migcap_vfio_guest_init(struct migcap_vfio_guest *guest,
			    struct pci_dev *pdev,
			    struct migcap_vfio_irq_trigger *irq_trigger,
			    struct migcap_vfio_stats *stats);
int migcap_vfio_guest_open(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_close(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_reset(struct migcap_vfio_guest *guest);

void migcap_vfio_guest_read(struct migcap_vfio_guest *guest,
			    unsigned int offset, u8 *buf, size_t len);
void migcap_vfio_guest_write(struct migcap_vfio_guest *guest,
			     unsigned int offset, const u8 *buf, size_t len);
void migcap_vfio_guest_config_written(struct migcap_vfio_guest *guest,
				      bool command);

/**
 * migcap_vfio_guest_hides_bus_master() - whether the guest's Bus Master Enable differs
 * @guest: the guest
 *
 * Return: true while Bus Master Enable is emulated.
 */
static inline bool
migcap_vfio_guest_hides_bus_master(const struct migcap_vfio_guest *guest)
{
	return READ_ONCE(guest->bm.closed);
}

/**
 * migcap_vfio_guest_bus_master() - the guest's Bus Master Enable
 * @guest: the guest
 *
 * Return: what the guest has written there.
 */
static inline bool
migcap_vfio_guest_bus_master(const struct migcap_vfio_guest *guest)
{
	return READ_ONCE(guest->bm.guest);
}

/**
 * migcap_vfio_guest_must_notify() - whether a config write can concern the guest
 * @guest: the guest
 * @command: the write covers the Command register
 *
 * A write elsewhere matters only where the device is believed not to write: a
 * return from D3hot restores Command, and so does a reset.
 *
 * Return: true if migcap_vfio_guest_config_written() has to be called.
 */
static inline bool
migcap_vfio_guest_must_notify(const struct migcap_vfio_guest *guest,
			      bool command)
{
	return command || migcap_vfio_guest_hides_bus_master(guest) ||
	       !migcap_vfio_guest_bus_master(guest);
}

/**
 * migcap_vfio_guest_is_arriving() - whether the guest's DMA is blocked for a resume
 * @guest: the guest
 *
 * Context: the caller holds what keeps the device from being run.
 * Return: true from RESUMING until the device runs.
 */
static inline bool
migcap_vfio_guest_is_arriving(const struct migcap_vfio_guest *guest)
{
	return READ_ONCE(guest->held);
}

void migcap_vfio_guest_snapshot(struct migcap_vfio_guest *guest,
				struct migcap_vfio_guest_view *view);
void migcap_vfio_guest_verify(struct migcap_vfio_guest *guest,
			      struct migcap_vfio_guest_view *view);
int migcap_vfio_guest_start(struct migcap_vfio_guest *guest,
			    const struct migcap_vfio_guest_question *question);
void migcap_vfio_guest_end(struct migcap_vfio_guest *guest,
			   enum migcap_vfio_end why);
void migcap_vfio_guest_stopped(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_track(struct migcap_vfio_guest *guest, u8 who);
void migcap_vfio_guest_untrack(struct migcap_vfio_guest *guest, u8 who);
int migcap_vfio_guest_wait(struct migcap_vfio_guest *guest, unsigned int ms);

int migcap_vfio_guest_cut(struct migcap_vfio_guest *guest);
const char *
migcap_vfio_guest_why_not_cut(const struct migcap_vfio_guest_view *view);

void migcap_vfio_guest_save(struct migcap_vfio_guest *guest,
			    struct migcap_vfio_stream *to);
int migcap_vfio_guest_block_dma(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_restore(struct migcap_vfio_guest *guest,
			       const struct migcap_vfio_stream *from);

/*
 * Between guest_state.c, guest.c, guest_ask.c and guest_cut.c, with guest->lock held.
 */
u64 migcap_vfio_guest_now(void);
enum migcap_vfio_guest_state
migcap_vfio_guest_state_locked(const struct migcap_vfio_guest *guest);
bool
migcap_vfio_guest_quiesced_locked(const struct migcap_vfio_guest *guest);
bool
migcap_vfio_guest_may_cut_locked(const struct migcap_vfio_guest *guest);
bool
migcap_vfio_guest_is_blocked_locked(const struct migcap_vfio_guest *guest);
void migcap_vfio_guest_view_locked(struct migcap_vfio_guest *guest,
				   struct migcap_vfio_guest_view *view);
void migcap_vfio_guest_interrupt_locked(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_raise_end_locked(struct migcap_vfio_guest *guest,
					enum migcap_vfio_end why);
void migcap_vfio_guest_end_locked(struct migcap_vfio_guest *guest,
				  enum migcap_vfio_end why);
void migcap_vfio_guest_sync_locked(struct migcap_vfio_guest *guest,
				   bool command);
void migcap_vfio_guest_settle_locked(struct migcap_vfio_guest *guest);

#endif /* MIGCAP_VFIO_GUEST_H */
