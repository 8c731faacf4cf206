/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The saving side of a migration: which record comes next.
 */
#ifndef MIGCAP_VFIO_SAVE_H
#define MIGCAP_VFIO_SAVE_H

#include <linux/bits.h>
#include <linux/types.h>

#include "account.h"
#include "start_policy.h"
#include "stream.h"

struct migcap_vfio_guest;
struct migcap_vfio_guest_view;
struct migcap_vfio_stats;

/*
 * Bytes left to read while the guest has not answered: more than any VMM is
 * willing to transfer while the VM is stopped.
 */
#if BITS_PER_LONG == 64
#define MIGCAP_SAVE_NOT_YET	BIT(50)
#else
#define MIGCAP_SAVE_NOT_YET	BIT(30)
#endif

/**
 * enum migcap_vfio_save_stage - what comes next
 * @MIGCAP_SAVE_HEAD: preamble and IDENT
 * @MIGCAP_SAVE_ASK: nothing until START is raised, then FILLER until READY
 * @MIGCAP_SAVE_QUIET: nothing until the device is stopped
 * @MIGCAP_SAVE_STATE: STATE and END
 * @MIGCAP_SAVE_DONE: end of file
 */
enum migcap_vfio_save_stage {
	MIGCAP_SAVE_HEAD,
	MIGCAP_SAVE_ASK,
	MIGCAP_SAVE_QUIET,
	MIGCAP_SAVE_STATE,
	MIGCAP_SAVE_DONE,
};

/**
 * struct migcap_vfio_save - one migration's saving side
 * @guest: the guest
 * @stats: takes refusals
 * @out: what is sent
 * @stage: what comes next
 * @stopped: the device is in STOP_COPY
 * @basis: who tells the VMM what the device wrote, since when
 * @policy: when START is due
 * @sized: the VMM queries MIG_DATA_SIZE; PRECOPY_INFO then is no query
 * @asked: START has been raised for this migration
 * @forced: nobody waits for the answer any longer: the device is cut off instead
 * @limits: how often the guest had to be given its device back
 * @yielded: it was given back once while another device of the VM was waited for
 * @writes: the account's counter when the guest was last seen to be quiesced, or
 *	the device stopped
 * @reinit: what is left to read before the device stops has grown, and the VMM
 *	has not been told yet
 * @left: the least initial_bytes that the VMM has been told of
 * @error: sticky: no more data, this instead
 * @buf: encoded and not yet read
 * @have: bytes in @buf
 * @pos: how many of them have been read
 * @taken: bytes that have been read in all
 *
 * The owner's lock protects all of it.
 */
struct migcap_vfio_save {
	struct migcap_vfio_guest *guest;
	struct migcap_vfio_stats *stats;
	struct migcap_vfio_stream out;
	enum migcap_vfio_save_stage stage;
	bool stopped;
	struct migcap_vfio_account_basis basis;
	struct migcap_vfio_start_policy policy;
	bool sized;
	bool asked;
	bool forced;
	u32 limits;
	bool yielded;
	u64 writes;
	bool reinit;
	u64 left;
	int error;
	u8 buf[MIGCAP_STREAM_MAX_SIZE];
	size_t have;
	size_t pos;
	u64 taken;
};

void migcap_vfio_save_init(struct migcap_vfio_save *save,
			   struct migcap_vfio_guest *guest,
			   struct migcap_vfio_stats *stats,
			   const struct migcap_vfio_ident *ident);
void migcap_vfio_save_begin(struct migcap_vfio_save *save,
			    const struct migcap_vfio_account_basis *basis);
void migcap_vfio_save_ask(struct migcap_vfio_save *save);
bool migcap_vfio_save_query(struct migcap_vfio_save *save);
u64 migcap_vfio_save_initial_bytes(struct migcap_vfio_save *save, bool *reinit);
bool migcap_vfio_save_waits(const struct migcap_vfio_save *save);
bool migcap_vfio_save_is_readable(struct migcap_vfio_save *save);
void migcap_vfio_save_stop(struct migcap_vfio_save *save);
void migcap_vfio_save_abort(struct migcap_vfio_save *save, int error,
			    const char *text);
ssize_t migcap_vfio_save_next(struct migcap_vfio_save *save, const u8 **data);
void migcap_vfio_save_consume(struct migcap_vfio_save *save, size_t len);

#endif /* MIGCAP_VFIO_SAVE_H */
