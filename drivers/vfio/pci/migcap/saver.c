// SPDX-License-Identifier: GPL-2.0-only
/*
 * The saving side of a migration.
 *
 * Owns the order of the records and what is said while the guest has not
 * answered: a VMM stops the VM when little is left to read, so until READY
 * there is much left, and each read gives a little of it.  -ENOMSG would say
 * the opposite.  Does not own the file: data.c; nor the encoding: stream.c.
 *
 * The lock is the owner's; the peer's is taken inside of it.
 */
#include <linux/errno.h>
#include <linux/timekeeping.h>

#include "peer.h"
#include "report.h"
#include "saver.h"

/**
 * migcap_saver_init() - begin to save
 * @saver: the saver
 * @peer: the guest
 * @report: takes refusals
 * @ident: the device
 */
void migcap_saver_init(struct migcap_saver *saver, struct migcap_peer *peer,
		       struct migcap_report *report,
		       const struct migcap_ident *ident)
{
	saver->peer = peer;
	saver->report = report;
	saver->out.ident = *ident;
}

/**
 * migcap_saver_begin() - the device is in PRE_COPY or STOP_COPY now
 * @saver: the saver
 * @account: who tells the VMM what the device wrote
 * @view: the look at the guest that led to it
 */
void migcap_saver_begin(struct migcap_saver *saver,
			enum migcap_dma_account account,
			const struct migcap_peer_view *view)
{
	saver->account = account;
	saver->dma_seq = view->dma_seq;
	saver->promise_seq = view->promise_seq;
	migcap_pending_begin(&saver->pending, ktime_get_ns());
}

static int saver_fail(struct migcap_saver *saver, int error, const char *text)
{
	saver->error = error;
	return migcap_refuse(saver->report, error, text);
}

/**
 * migcap_saver_ask() - raise START for this migration, once
 * @saver: the saver
 *
 * If nobody answers any more, the next read says so.
 */
void migcap_saver_ask(struct migcap_saver *saver)
{
	if (saver->asked)
		return;
	saver->asked = true;
	/* The peer has told why. */
	saver->error = migcap_peer_start(saver->peer, MIGCAP_ASKED_BY_VMM);
	/* Until the head is read, what is new is still the first. */
	if (saver->stage != MIGCAP_SAVER_HEAD)
		saver->reinit = true;
}

/* From START until the reader has come to the answer. */
static bool is_unanswered(const struct migcap_saver *saver)
{
	return saver->asked && !saver->stopped && !saver->error &&
	       saver->stage <= MIGCAP_SAVER_ASK;
}

/**
 * migcap_saver_query() - the VMM asks in PRE_COPY how much there is to save
 * @saver: the saver
 *
 * Raises START if the guest should be asked now.
 *
 * Return: true if the VMM must not stop the VM yet.
 */
bool migcap_saver_query(struct migcap_saver *saver)
{
	if (!saver->asked) {
		if (!migcap_pending_query(&saver->pending, ktime_get_ns()))
			return true;
		migcap_saver_ask(saver);
	}
	return is_unanswered(saver);
}

/**
 * migcap_saver_waits() - whether the next read depends on the guest's answer
 * @saver: the saver
 *
 * Return: true if it is worth to wait a little before the next read.
 */
bool migcap_saver_waits(const struct migcap_saver *saver)
{
	return is_unanswered(saver) && saver->stage == MIGCAP_SAVER_ASK;
}

/**
 * migcap_saver_initial_bytes() - what is left to read before the device stops
 * @saver: the saver
 *
 * Return: bytes.
 */
u64 migcap_saver_initial_bytes(const struct migcap_saver *saver)
{
	if (is_unanswered(saver))
		return MIGCAP_SAVER_NOT_YET;
	if (saver->stage == MIGCAP_SAVER_HEAD)
		return sizeof(struct migcap_stream_preamble) +
		       MIGCAP_STREAM_MAX_RECORD;
	return saver->have - saver->pos;
}

static void put(struct migcap_saver *saver, enum migcap_stream_tag tag)
{
	saver->have += migcap_stream_put(saver->buf + saver->have, tag,
					 &saver->out);
}

/* DMA that nobody reports ends the migration. */
static int check_dma(struct migcap_saver *saver,
		     const struct migcap_peer_view *view)
{
	switch (saver->account) {
	case MIGCAP_DMA_LOGGED:
		return 0;
	case MIGCAP_DMA_TRACKED:
		if (view->promise_seq == saver->promise_seq)
			return 0;
		return saver_fail(saver, -EIO,
				  "guest ceased to track its device's DMA");
	case MIGCAP_DMA_NONE:
		break;
	}
	if (view->dma_seq == saver->dma_seq)
		return 0;
	return saver_fail(saver, -EIO,
			  "guest used its device during the migration");
}

static int ask_stage(struct migcap_saver *saver)
{
	struct migcap_peer_view view;

	if (!saver->asked)
		return -ENOMSG;
	migcap_peer_look(saver->peer, &view);
	if (check_dma(saver, &view))
		return saver->error;
	if (view.quiesced) {
		saver->dma_seq = view.dma_seq;
		saver->stage = MIGCAP_SAVER_QUIET;
	} else if (view.timed_out) {
		return saver_fail(saver, -ETIMEDOUT,
				  "guest did not answer READY in time");
	} else if (view.guest == MIGCAP_GUEST_ABSENT) {
		return saver_fail(saver, -EOPNOTSUPP,
				  "guest took its answer back and is gone");
	}
	put(saver, MIGCAP_STREAM_FILLER);
	return 0;
}

/* A guest that took its device back is to be waited for once more. */
static bool leave_quiet(struct migcap_saver *saver)
{
	struct migcap_peer_view view;

	migcap_peer_look(saver->peer, &view);
	if (view.dma_seq == saver->dma_seq)
		return false;
	saver->stage = MIGCAP_SAVER_ASK;
	saver->reinit = true;
	return true;
}

/**
 * migcap_saver_renew() - whether there is new data since this was asked
 * @saver: the saver
 *
 * What is left to read before the device stops had come to zero, or nearly so,
 * and is more now.
 *
 * Return: true, once for each time that it happened.
 */
bool migcap_saver_renew(struct migcap_saver *saver)
{
	bool reinit;

	if (saver->stage == MIGCAP_SAVER_QUIET)
		leave_quiet(saver);
	reinit = saver->reinit;
	saver->reinit = false;
	return reinit;
}

/* Encode what comes next, if anything does. */
static int fill(struct migcap_saver *saver)
{
	saver->have = 0;
	saver->pos = 0;
	switch (saver->stage) {
	case MIGCAP_SAVER_HEAD:
		saver->have = migcap_stream_put_preamble(saver->buf);
		put(saver, MIGCAP_STREAM_IDENT);
		saver->stage = saver->stopped ? MIGCAP_SAVER_STATE :
						MIGCAP_SAVER_ASK;
		return 0;
	case MIGCAP_SAVER_ASK:
		return ask_stage(saver);
	case MIGCAP_SAVER_QUIET:
		return leave_quiet(saver) ? ask_stage(saver) : -ENOMSG;
	case MIGCAP_SAVER_STATE:
		migcap_peer_save(saver->peer, &saver->out);
		put(saver, MIGCAP_STREAM_STATE);
		put(saver, MIGCAP_STREAM_END);
		saver->stage = MIGCAP_SAVER_DONE;
		return 0;
	case MIGCAP_SAVER_DONE:
		break;
	}
	return 0;
}

/**
 * migcap_saver_stop() - the device goes to STOP_COPY
 * @saver: the saver
 *
 * A guest that is not quiesced now has lost nothing: the migration fails in
 * the next read, which a VMM survives better than a refused arc.
 */
void migcap_saver_stop(struct migcap_saver *saver)
{
	struct migcap_peer_view view;

	migcap_peer_look(saver->peer, &view);
	saver->stopped = true;
	if (saver->stage != MIGCAP_SAVER_HEAD)
		saver->stage = MIGCAP_SAVER_STATE;
	if (saver->error)
		return;
	if (!view.quiesced)
		saver_fail(saver, -EIO, "device stopped before READY");
	else
		check_dma(saver, &view);
}

/**
 * migcap_saver_next() - what is to be read next
 * @saver: the saver
 * @data: set to it; valid until the next call
 *
 * Return: how many bytes there are, 0 at the end, -ENOMSG if there is nothing
 * for now, or the error that ended the migration.
 */
ssize_t migcap_saver_next(struct migcap_saver *saver, const u8 **data)
{
	int ret;

	if (saver->error)
		return saver->error;
	if (saver->pos == saver->have) {
		ret = fill(saver);
		if (ret)
			return ret;
	}
	*data = saver->buf + saver->pos;
	return saver->have - saver->pos;
}

/**
 * migcap_saver_consume() - some of it has been read
 * @saver: the saver
 * @len: in bytes
 */
void migcap_saver_consume(struct migcap_saver *saver, size_t len)
{
	saver->pos += len;
	saver->taken += len;
}
