// SPDX-License-Identifier: GPL-2.0-only
/*
 * The saving side of a migration.
 *
 * Owns the order of the records and what is said while the guest has not
 * answered: a VMM stops the VM when little is left to read, so until READY
 * there is much left, and each read gives a little of it.  -ENOMSG would say
 * the opposite.  Does not own the file: migration_file.c; the encoding:
 * stream.c; nor what the guest's answer means: save_answer.c.
 *
 * The lock is the owner's; the guest's is taken inside of it.
 */
#include <linux/errno.h>
#include <linux/timekeeping.h>

#include "guest.h"
#include "save_answer.h"

/**
 * migcap_vfio_save_init() - begin to save
 * @save: the saving side
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
	save->left = MIGCAP_SAVE_NOT_YET;
}

/**
 * migcap_vfio_save_begin() - the device is in PRE_COPY or STOP_COPY now
 * @save: the saving side
 * @basis: who tells the VMM what the device wrote, since when
 */
void migcap_vfio_save_begin(struct migcap_vfio_save *save,
			    const struct migcap_vfio_account_basis *basis)
{
	save->basis = *basis;
	save->writes = basis->mark.writes;
	migcap_vfio_start_policy_begin(&save->policy, ktime_get_ns());
}

/* Until the reader has come to the answer, the VMM must not stop the VM. */
static bool migcap_vfio_save_is_unanswered(const struct migcap_vfio_save *save)
{
	return !save->stopped && save->stage <= MIGCAP_SAVE_ASK;
}

static void migcap_vfio_save_consider(struct migcap_vfio_save *save)
{
	if (!save->error && !save->asked && !save->yielded &&
	    migcap_vfio_start_policy_query(&save->policy, ktime_get_ns()))
		migcap_vfio_save_ask(save);
}

/**
 * migcap_vfio_save_query() - the VMM asks in PRE_COPY how much there is to save
 * @save: the saving side
 *
 * Raises START if the guest should be asked now.  An error is for read() to
 * tell: a VMM survives it better before it has stopped the VM.
 *
 * Return: true if the VMM must not stop the VM yet.
 */
bool migcap_vfio_save_query(struct migcap_vfio_save *save)
{
	struct migcap_vfio_guest_view view;

	save->sized = true;
	migcap_vfio_save_follow(save, &view);
	migcap_vfio_save_consider(save);
	return save->error || migcap_vfio_save_is_unanswered(save);
}

/**
 * migcap_vfio_save_initial_bytes() - what is left to read before the device stops
 * @save: the saving side
 * @reinit: the VMM understands REINIT; set to whether this is one
 *
 * Only falls, as the uAPI wants it (struct vfio_precopy_info), unless REINIT
 * says that it has grown.  That is not said of growth which is over already.
 *
 * A VMM that never queries MIG_DATA_SIZE is heard here.
 *
 * Return: bytes.
 */
u64 migcap_vfio_save_initial_bytes(struct migcap_vfio_save *save, bool *reinit)
{
	struct migcap_vfio_guest_view view;
	u64 left = save->have - save->pos;

	migcap_vfio_save_follow(save, &view);
	if (!save->sized && save->stage != MIGCAP_SAVE_HEAD)
		migcap_vfio_save_consider(save);
	if (migcap_vfio_save_is_unanswered(save))
		left = MIGCAP_SAVE_NOT_YET;
	*reinit = *reinit && save->reinit && left > save->left;
	save->reinit = save->reinit && !*reinit && left > save->left;
	if (*reinit || left < save->left)
		save->left = left;
	return save->left;
}

/**
 * migcap_vfio_save_waits() - whether the next read depends on the guest's answer
 * @save: the saving side
 *
 * Return: true if it is worth to wait a little before the next read.
 */
bool migcap_vfio_save_waits(const struct migcap_vfio_save *save)
{
	return save->asked && !save->stopped && !save->error &&
	       save->stage == MIGCAP_SAVE_ASK && save->pos == save->have;
}

/**
 * migcap_vfio_save_is_readable() - whether poll() should wake the reader
 * @save: the saving side
 *
 * FILLER is nothing to wake for.
 *
 * Return: true if there is a record to read, the end, or an error.
 */
bool migcap_vfio_save_is_readable(struct migcap_vfio_save *save)
{
	struct migcap_vfio_guest_view view;

	migcap_vfio_save_follow(save, &view);
	if (save->error || save->stopped || save->pos < save->have ||
	    save->stage == MIGCAP_SAVE_HEAD)
		return true;
	return save->stage == MIGCAP_SAVE_ASK && save->asked &&
	       migcap_vfio_save_is_answered(save, &view);
}

static void migcap_vfio_save_put(struct migcap_vfio_save *save,
				 enum migcap_vfio_stream_tag tag)
{
	save->have += migcap_vfio_stream_put(save->buf + save->have, tag,
					     &save->out);
}

static int migcap_vfio_save_ask_stage(struct migcap_vfio_save *save,
				      const struct migcap_vfio_guest_view *view)
{
	if (!save->asked)
		return -ENOMSG;
	if (migcap_vfio_save_is_answered(save, view)) {
		save->writes = view->account.writes;
		save->stage = MIGCAP_SAVE_QUIET;
	}
	migcap_vfio_save_put(save, MIGCAP_STREAM_FILLER);
	return 0;
}

/*
 * Memory is sent for the last time after the stop.  A VMM whose vCPUs run on gets
 * an error in place of the state, or of the end, since its memory may be stale.
 */
static int migcap_vfio_save_check_stopped(struct migcap_vfio_save *save,
					  const struct migcap_vfio_guest_view *view)
{
	if (view->quiesced && !view->account.may_write &&
	    view->account.writes == save->writes)
		return 0;
	return migcap_vfio_save_fail(save, -EIO,
				     "device was used after it had stopped");
}

/* Encode what comes next, if anything does. */
static int migcap_vfio_save_fill(struct migcap_vfio_save *save)
{
	struct migcap_vfio_guest_view view;

	migcap_vfio_save_follow(save, &view);
	if (save->error)
		return save->error;
	save->have = 0;
	save->pos = 0;
	switch (save->stage) {
	case MIGCAP_SAVE_HEAD:
		save->have = migcap_vfio_stream_put_preamble(save->buf);
		migcap_vfio_save_put(save, MIGCAP_STREAM_IDENT);
		save->stage = save->stopped ? MIGCAP_SAVE_STATE :
					      MIGCAP_SAVE_ASK;
		return 0;
	case MIGCAP_SAVE_ASK:
		return migcap_vfio_save_ask_stage(save, &view);
	case MIGCAP_SAVE_QUIET:
		return -ENOMSG;
	case MIGCAP_SAVE_STATE:
		if (migcap_vfio_save_check_stopped(save, &view))
			return save->error;
		migcap_vfio_guest_save(save->guest, &save->out);
		migcap_vfio_save_put(save, MIGCAP_STREAM_STATE);
		migcap_vfio_save_put(save, MIGCAP_STREAM_END);
		save->stage = MIGCAP_SAVE_DONE;
		return 0;
	case MIGCAP_SAVE_DONE:
		break;
	}
	return migcap_vfio_save_check_stopped(save, &view);
}

/**
 * migcap_vfio_save_abort() - somebody else than guest and VMM ends the migration
 * @save: the saving side
 * @error: what the next read says, a negative errno
 * @text: the reason, a string literal
 *
 * A migration that the VMM has read to its end is not harmed by that.
 */
void migcap_vfio_save_abort(struct migcap_vfio_save *save, int error,
			    const char *text)
{
	if (!save->error && save->stage != MIGCAP_SAVE_DONE)
		migcap_vfio_save_fail(save, error, text);
}

/**
 * migcap_vfio_save_next() - what is to be read next
 * @save: the saving side
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
 * @save: the saving side
 * @len: in bytes
 */
void migcap_vfio_save_consume(struct migcap_vfio_save *save, size_t len)
{
	save->pos += len;
	save->taken += len;
}
