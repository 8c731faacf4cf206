// SPDX-License-Identifier: GPL-2.0-only
/*
 * The saving side of a migration.
 *
 * Owns the order of the records and what is said while the guest has not
 * answered: a VMM stops the VM when little is left to read, so until READY
 * there is much left, and each read gives a little of it.  -ENOMSG would say
 * the opposite.  Does not own the file: migration_file.c; nor the encoding: stream.c.
 *
 * The lock is the owner's; the guest's is taken inside of it.
 */
#include <linux/errno.h>
#include <linux/timekeeping.h>

#include "guest.h"
#include "stats.h"
#include "save.h"

/**
 * migcap_vfio_save_init() - begin to save
 * @save: the save
 * @guest: the guest
 * @stats: takes refusals
 * @ident: the device
 */
void migcap_vfio_save_init(struct migcap_vfio_save *save,
			   struct migcap_vfio_guest *guest,
			   struct migcap_vfio_stats *stats,
			   const struct migcap_vfio_ident *ident)
{
	save->guest = guest;
	save->stats = stats;
	save->out.ident = *ident;
}

/**
 * migcap_vfio_save_begin() - the device is in PRE_COPY or STOP_COPY now
 * @save: the save
 * @account: who tells the VMM what the device wrote
 * @view: the look at the guest that led to it
 */
void migcap_vfio_save_begin(struct migcap_vfio_save *save,
			    enum migcap_vfio_dma_account account,
			    const struct migcap_vfio_guest_view *view)
{
	save->account = account;
	save->dma_seq = view->dma_seq;
	save->promise_seq = view->promise_seq;
	migcap_vfio_start_policy_begin(&save->pending, ktime_get_ns());
}

static int migcap_vfio_save_fail(struct migcap_vfio_save *save, int error,
				 const char *text)
{
	save->error = error;
	return migcap_vfio_refuse(save->stats, error, text);
}

/**
 * migcap_vfio_save_ask() - raise START for this migration, once
 * @save: the save
 *
 * If nobody answers any more, the next read says so.
 */
void migcap_vfio_save_ask(struct migcap_vfio_save *save)
{
	if (save->asked)
		return;
	save->asked = true;
	/* The guest has told why. */
	save->error = migcap_vfio_guest_start(save->guest, MIGCAP_ASKED_BY_VMM);
	/* Until the head is read, what is new is still the first. */
	if (save->stage != MIGCAP_SAVER_HEAD)
		save->reinit = true;
}

/* From START until the reader has come to the answer. */
static bool migcap_vfio_save_is_unanswered(const struct migcap_vfio_save *save)
{
	return save->asked && !save->stopped && !save->error &&
	       save->stage <= MIGCAP_SAVER_ASK;
}

/**
 * migcap_vfio_save_query() - the VMM asks in PRE_COPY how much there is to save
 * @save: the save
 *
 * Raises START if the guest should be asked now.
 *
 * Return: true if the VMM must not stop the VM yet.
 */
bool migcap_vfio_save_query(struct migcap_vfio_save *save)
{
	if (!save->asked) {
		if (!migcap_vfio_start_policy_query(&save->pending,
						    ktime_get_ns()))
			return true;
		migcap_vfio_save_ask(save);
	}
	return migcap_vfio_save_is_unanswered(save);
}

/**
 * migcap_vfio_save_waits() - whether the next read depends on the guest's answer
 * @save: the save
 *
 * Return: true if it is worth to wait a little before the next read.
 */
bool migcap_vfio_save_waits(const struct migcap_vfio_save *save)
{
	return migcap_vfio_save_is_unanswered(save) &&
	       save->stage == MIGCAP_SAVER_ASK;
}

/**
 * migcap_vfio_save_initial_bytes() - what is left to read before the device stops
 * @save: the save
 *
 * Return: bytes.
 */
u64 migcap_vfio_save_initial_bytes(const struct migcap_vfio_save *save)
{
	if (migcap_vfio_save_is_unanswered(save))
		return MIGCAP_SAVER_NOT_YET;
	if (save->stage == MIGCAP_SAVER_HEAD)
		return sizeof(struct migcap_vfio_stream_preamble) +
		       MIGCAP_STREAM_MAX_RECORD;
	return save->have - save->pos;
}

static void migcap_vfio_save_put(struct migcap_vfio_save *save,
				 enum migcap_vfio_stream_tag tag)
{
	save->have += migcap_vfio_stream_put(save->buf + save->have, tag,
					     &save->out);
}

/* DMA that nobody reports ends the migration. */
static int migcap_vfio_save_check_dma(struct migcap_vfio_save *save,
				      const struct migcap_vfio_guest_view *view)
{
	switch (save->account) {
	case MIGCAP_DMA_LOGGED:
		return 0;
	case MIGCAP_DMA_TRACKED:
		if (view->promise_seq == save->promise_seq)
			return 0;
		return migcap_vfio_save_fail(save, -EIO,
					     "guest ceased to track its device's DMA");
	case MIGCAP_DMA_NONE:
		break;
	}
	if (view->dma_seq == save->dma_seq)
		return 0;
	return migcap_vfio_save_fail(save, -EIO,
				     "guest used its device during the migration");
}

static int migcap_vfio_save_ask_stage(struct migcap_vfio_save *save)
{
	struct migcap_vfio_guest_view view;

	if (!save->asked)
		return -ENOMSG;
	migcap_vfio_guest_look(save->guest, &view);
	if (migcap_vfio_save_check_dma(save, &view))
		return save->error;
	if (view.quiesced) {
		save->dma_seq = view.dma_seq;
		save->stage = MIGCAP_SAVER_QUIET;
	} else if (view.timed_out) {
		return migcap_vfio_save_fail(save, -ETIMEDOUT,
					     "guest did not answer READY in time");
	} else if (view.guest == MIGCAP_GUEST_ABSENT) {
		return migcap_vfio_save_fail(save, -EOPNOTSUPP,
					     "guest took its answer back and is gone");
	}
	migcap_vfio_save_put(save, MIGCAP_STREAM_FILLER);
	return 0;
}

/* A guest that took its device back is to be waited for once more. */
static bool migcap_vfio_save_leave_quiet(struct migcap_vfio_save *save)
{
	struct migcap_vfio_guest_view view;

	migcap_vfio_guest_look(save->guest, &view);
	if (view.dma_seq == save->dma_seq)
		return false;
	save->stage = MIGCAP_SAVER_ASK;
	save->reinit = true;
	return true;
}

/**
 * migcap_vfio_save_renew() - whether there is new data since this was asked
 * @save: the save
 *
 * What is left to read before the device stops had come to zero, or nearly so,
 * and is more now.
 *
 * Return: true, once for each time that it happened.
 */
bool migcap_vfio_save_renew(struct migcap_vfio_save *save)
{
	bool reinit;

	if (save->stage == MIGCAP_SAVER_QUIET)
		migcap_vfio_save_leave_quiet(save);
	reinit = save->reinit;
	save->reinit = false;
	return reinit;
}

/* Encode what comes next, if anything does. */
static int migcap_vfio_save_fill(struct migcap_vfio_save *save)
{
	save->have = 0;
	save->pos = 0;
	switch (save->stage) {
	case MIGCAP_SAVER_HEAD:
		save->have = migcap_vfio_stream_put_preamble(save->buf);
		migcap_vfio_save_put(save, MIGCAP_STREAM_IDENT);
		save->stage = save->stopped ? MIGCAP_SAVER_STATE :
						MIGCAP_SAVER_ASK;
		return 0;
	case MIGCAP_SAVER_ASK:
		return migcap_vfio_save_ask_stage(save);
	case MIGCAP_SAVER_QUIET:
		return migcap_vfio_save_leave_quiet(save)
			       ? migcap_vfio_save_ask_stage(save)
			       : -ENOMSG;
	case MIGCAP_SAVER_STATE:
		migcap_vfio_guest_save(save->guest, &save->out);
		migcap_vfio_save_put(save, MIGCAP_STREAM_STATE);
		migcap_vfio_save_put(save, MIGCAP_STREAM_END);
		save->stage = MIGCAP_SAVER_DONE;
		return 0;
	case MIGCAP_SAVER_DONE:
		break;
	}
	return 0;
}

/**
 * migcap_vfio_save_stop() - the device goes to STOP_COPY
 * @save: the save
 *
 * A guest that is not quiesced now has lost nothing: the migration fails in
 * the next read, which a VMM survives better than a refused arc.
 */
void migcap_vfio_save_stop(struct migcap_vfio_save *save)
{
	struct migcap_vfio_guest_view view;

	migcap_vfio_guest_look(save->guest, &view);
	save->stopped = true;
	if (save->stage != MIGCAP_SAVER_HEAD)
		save->stage = MIGCAP_SAVER_STATE;
	if (save->error)
		return;
	if (!view.quiesced)
		migcap_vfio_save_fail(save, -EIO,
				      "device stopped before READY");
	else
		migcap_vfio_save_check_dma(save, &view);
}

/**
 * migcap_vfio_save_next() - what is to be read next
 * @save: the save
 * @data: set to it; valid until the next call
 *
 * Return: how many bytes there are, 0 at the end, -ENOMSG if there is nothing
 * for now, or the error that ended the migration.
 */
ssize_t migcap_vfio_save_next(struct migcap_vfio_save *save, const u8 **data)
{
	int ret;

	if (save->error)
		return save->error;
	if (save->pos == save->have) {
		ret = migcap_vfio_save_fill(save);
		if (ret)
			return ret;
	}
	*data = save->buf + save->pos;
	return save->have - save->pos;
}

/**
 * migcap_vfio_save_consume() - some of it has been read
 * @save: the save
 * @len: in bytes
 */
void migcap_vfio_save_consume(struct migcap_vfio_save *save, size_t len)
{
	save->pos += len;
	save->taken += len;
}
