/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The saving side of a migration: which record comes next.
 */
#ifndef MIGCAP_SAVER_H
#define MIGCAP_SAVER_H

#include <linux/bits.h>
#include <linux/types.h>

#include "pending.h"
#include "stream.h"

struct migcap_peer;
struct migcap_peer_view;
struct migcap_report;

/*
 * What is left to read while the guest has not answered: more than any VMM is
 * willing to transfer while the VM is stopped.
 */
#define MIGCAP_SAVER_NOT_YET	BIT_ULL(50)

/**
 * enum migcap_dma_account - who tells a VMM what the device wrote
 * @MIGCAP_DMA_NONE: nobody; the device was quiesced ahead and must stay so
 * @MIGCAP_DMA_LOGGED: this driver's log
 * @MIGCAP_DMA_TRACKED: the guest, whose own writes the VMM sees
 */
enum migcap_dma_account {
	MIGCAP_DMA_NONE,
	MIGCAP_DMA_LOGGED,
	MIGCAP_DMA_TRACKED,
};

/**
 * enum migcap_saver_stage - what comes next
 * @MIGCAP_SAVER_HEAD: preamble and IDENT
 * @MIGCAP_SAVER_ASK: nothing until START is raised, then FILLER until READY
 * @MIGCAP_SAVER_QUIET: nothing until the device is stopped
 * @MIGCAP_SAVER_STATE: STATE and END
 * @MIGCAP_SAVER_DONE: end of file
 */
enum migcap_saver_stage {
	MIGCAP_SAVER_HEAD,
	MIGCAP_SAVER_ASK,
	MIGCAP_SAVER_QUIET,
	MIGCAP_SAVER_STATE,
	MIGCAP_SAVER_DONE,
};

/**
 * struct migcap_saver - one migration's saving side
 * @peer: the guest
 * @report: takes refusals
 * @out: what is sent
 * @stage: what comes next
 * @stopped: the device is in STOP_COPY
 * @account: who tells the VMM what the device wrote
 * @pending: the VMM's queries until START is raised
 * @asked: START has been raised for this migration
 * @dma_seq: the peer's when the device was last seen to do no DMA
 * @promise_seq: the peer's when the migration began
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
struct migcap_saver {
	struct migcap_peer *peer;
	struct migcap_report *report;
	struct migcap_stream out;
	enum migcap_saver_stage stage;
	bool stopped;
	enum migcap_dma_account account;
	struct migcap_pending pending;
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

void migcap_saver_init(struct migcap_saver *saver, struct migcap_peer *peer,
		       struct migcap_report *report,
		       const struct migcap_ident *ident);
void migcap_saver_begin(struct migcap_saver *saver,
			enum migcap_dma_account account,
			const struct migcap_peer_view *view);
void migcap_saver_ask(struct migcap_saver *saver);
bool migcap_saver_query(struct migcap_saver *saver);
bool migcap_saver_waits(const struct migcap_saver *saver);
void migcap_saver_stop(struct migcap_saver *saver);
bool migcap_saver_renew(struct migcap_saver *saver);
u64 migcap_saver_initial_bytes(const struct migcap_saver *saver);
ssize_t migcap_saver_next(struct migcap_saver *saver, const u8 **data);
void migcap_saver_consume(struct migcap_saver *saver, size_t len);

#endif /* MIGCAP_SAVER_H */
