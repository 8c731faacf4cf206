/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The saving side of a migration: which record comes next.
 */
#ifndef MIGCAP_VFIO_SAVE_H
#define MIGCAP_VFIO_SAVE_H

#include <linux/bits.h>
#include <linux/types.h>

#include "start_policy.h"
#include "stream.h"

struct migcap_vfio_guest;
struct migcap_vfio_guest_view;
struct migcap_vfio_stats;

/*
 * What is left to read while the guest has not answered: more than any VMM is
 * willing to transfer while the VM is stopped.
 */
#define MIGCAP_SAVER_NOT_YET	BIT_ULL(50)

/**
 * enum migcap_vfio_dma_account - who tells a VMM what the device wrote
 * @MIGCAP_DMA_NONE: nobody; the device was quiesced ahead and must stay so
 * @MIGCAP_DMA_LOGGED: this driver's log
 * @MIGCAP_DMA_TRACKED: the guest, whose own writes the VMM sees
 */
enum migcap_vfio_dma_account {
	MIGCAP_DMA_NONE,
	MIGCAP_DMA_LOGGED,
	MIGCAP_DMA_TRACKED,
};

/**
 * enum migcap_vfio_save_stage - what comes next
 * @MIGCAP_SAVER_HEAD: preamble and IDENT
 * @MIGCAP_SAVER_ASK: nothing until START is raised, then FILLER until READY
 * @MIGCAP_SAVER_QUIET: nothing until the device is stopped
 * @MIGCAP_SAVER_STATE: STATE and END
 * @MIGCAP_SAVER_DONE: end of file
 */
enum migcap_vfio_save_stage {
	MIGCAP_SAVER_HEAD,
	MIGCAP_SAVER_ASK,
	MIGCAP_SAVER_QUIET,
	MIGCAP_SAVER_STATE,
	MIGCAP_SAVER_DONE,
};

/**
 * struct migcap_vfio_save - one migration's saving side
 * @guest: the guest
 * @stats: takes refusals
 * @out: what is sent
 * @stage: what comes next
 * @stopped: the device is in STOP_COPY
 * @account: who tells the VMM what the device wrote
 * @pending: the VMM's queries until START is raised
 * @asked: START has been raised for this migration
 * @dma_seq: the guest's when the device was last seen to do no DMA
 * @promise_seq: the guest's when the migration began
 * @reinit: there is new data to read before the device stops, and the VMM has
 *	not been told yet
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
	enum migcap_vfio_dma_account account;
	struct migcap_vfio_start_policy pending;
	bool asked;
	u32 dma_seq;
	u32 promise_seq;
	bool reinit;
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
			    enum migcap_vfio_dma_account account,
			    const struct migcap_vfio_guest_view *view);
void migcap_vfio_save_ask(struct migcap_vfio_save *save);
bool migcap_vfio_save_query(struct migcap_vfio_save *save);
bool migcap_vfio_save_waits(const struct migcap_vfio_save *save);
void migcap_vfio_save_stop(struct migcap_vfio_save *save);
bool migcap_vfio_save_renew(struct migcap_vfio_save *save);
u64 migcap_vfio_save_initial_bytes(const struct migcap_vfio_save *save);
ssize_t migcap_vfio_save_next(struct migcap_vfio_save *save, const u8 **data);
void migcap_vfio_save_consume(struct migcap_vfio_save *save, size_t len);

#endif /* MIGCAP_VFIO_SAVE_H */
