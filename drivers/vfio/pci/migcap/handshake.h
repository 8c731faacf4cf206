/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * START, END and READY: what the host asks of the guest, and until when.  Pure:
 * knows no device and no clock, takes no lock, builds in userspace.
 */
#ifndef MIGCAP_VFIO_HANDSHAKE_H
#define MIGCAP_VFIO_HANDSHAKE_H

#include <linux/bits.h>
#include <linux/types.h>

#include "cap_regs.h"

/**
 * enum migcap_vfio_asker - on whose behalf START was raised
 * @MIGCAP_ASKED_BY_NONE: it was not
 * @MIGCAP_ASKED_BY_OPERATOR: through sysfs, ahead of a migration
 * @MIGCAP_ASKED_BY_VMM: in the course of one
 */
enum migcap_vfio_asker {
	MIGCAP_ASKED_BY_NONE,
	MIGCAP_ASKED_BY_OPERATOR,
	MIGCAP_ASKED_BY_VMM,
};

/**
 * enum migcap_vfio_end - why the last START came to its END
 * @MIGCAP_END_NONE: it has not, or there was none
 * @MIGCAP_END_OVER: the migration is over, or nobody waits any longer
 * @MIGCAP_END_TIMEOUT: the guest did not answer in time
 * @MIGCAP_END_LIMIT: the guest was READY for longer than it may be kept so
 * @MIGCAP_END_OPERATOR: an operator took the device back
 * @MIGCAP_END_YIELD: the guest was READY while another device of its VM was not
 */
enum migcap_vfio_end {
	MIGCAP_END_NONE,
	MIGCAP_END_OVER,
	MIGCAP_END_TIMEOUT,
	MIGCAP_END_LIMIT,
	MIGCAP_END_OPERATOR,
	MIGCAP_END_YIELD,
};

/* Those that want the guest to track its device's DMA. */
#define MIGCAP_TRACK_LOG	BIT(0)	/* a log of this driver's is running */
#define MIGCAP_TRACK_SAVE	BIT(1)	/* a migration is under way */

/**
 * struct migcap_vfio_handshake - where the question to a guest stands
 * @regs: the capability
 * @asker: on whose behalf START stands
 * @ended: why the last one does not
 * @track: MIGCAP_TRACK_* bits
 * @strict: READY itself is wanted, not only Bus Master Enable clear
 * @due: a VMM has asked since little memory is left to be sent
 * @timed_out: the guest was not READY in time, or did not stay so
 * @ready_by: when the time for READY is over, in milliseconds
 * @limit_ms: how long the guest may be kept READY, 0 for no limit
 * @ahead: the guest has been quiesced since before START, and knows for how long
 * @stop_by: when that time is over, in milliseconds; 0 before READY, and after
 *	the device has stopped
 * @yield_ms: how long the guest is kept READY while another device of its VM is
 *	not, 0 for as long as it takes
 * @yield_by: when that time is over, in milliseconds; 0 while it does not run
 * @reset_due: the device was cut off, or replaced, and the guest has not been told,
 *	or has not answered yet: END says EVENT.DEVICE_RESET
 */
struct migcap_vfio_handshake {
	struct migcap_vfio_cap_regs regs;
	enum migcap_vfio_asker asker;
	enum migcap_vfio_end ended;
	u8 track;
	bool strict;
	bool due;
	bool timed_out;
	u64 ready_by;
	u32 limit_ms;
	bool ahead;
	u64 stop_by;
	u32 yield_ms;
	u64 yield_by;
	bool reset_due;
};

/**
 * struct migcap_vfio_question - a START
 * @asker: on whose behalf
 * @now: the time, in milliseconds, greater than 0
 * @timeout_ms: how long the guest may take to be READY
 * @limit_ms: how long it may be kept READY, 0 for no limit
 * @yield_ms: how long while another device of its VM is not, 0 likewise
 * @strict: READY itself is wanted, since a promise depends on it
 * @quiesced: the guest is quiesced already
 */
struct migcap_vfio_question {
	enum migcap_vfio_asker asker;
	u64 now;
	u32 timeout_ms;
	u32 limit_ms;
	u32 yield_ms;
	bool strict;
	bool quiesced;
};

/**
 * struct migcap_vfio_moment - what the passing of time is judged by
 * @now: the time, in milliseconds
 * @quiesced: the guest is READY, or its device cannot do DMA
 * @others_awaited: another device of the VM is not, and a migration waits for it
 */
struct migcap_vfio_moment {
	u64 now;
	bool quiesced;
	bool others_awaited;
};

bool migcap_vfio_handshake_start(struct migcap_vfio_handshake *hs,
				 const struct migcap_vfio_question *question);
bool migcap_vfio_handshake_end(struct migcap_vfio_handshake *hs,
			       enum migcap_vfio_end why);
bool migcap_vfio_handshake_cut(struct migcap_vfio_handshake *hs);
void migcap_vfio_handshake_answered(struct migcap_vfio_handshake *hs);
bool migcap_vfio_handshake_track(struct migcap_vfio_handshake *hs, u8 who);
void migcap_vfio_handshake_untrack(struct migcap_vfio_handshake *hs, u8 who);
bool migcap_vfio_handshake_is_tracked(const struct migcap_vfio_handshake *hs);
enum migcap_vfio_end
migcap_vfio_handshake_check(struct migcap_vfio_handshake *hs,
			    const struct migcap_vfio_moment *moment);
u64 migcap_vfio_handshake_deadline(const struct migcap_vfio_handshake *hs,
				   bool quiesced);
void migcap_vfio_handshake_stopped(struct migcap_vfio_handshake *hs);
void migcap_vfio_handshake_reset(struct migcap_vfio_handshake *hs);
void migcap_vfio_handshake_arrive(struct migcap_vfio_handshake *hs,
				  const struct migcap_vfio_cap_regs *regs);

#endif /* MIGCAP_VFIO_HANDSHAKE_H */
