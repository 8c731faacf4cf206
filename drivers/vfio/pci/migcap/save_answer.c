// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest's answer means for a migration.
 *
 * Owns when a migration raises START, what becomes of it by what guest, operator and
 * the other devices of the VM do until the VM is stopped, and what the stop finds.
 * Does not own what is read meanwhile: save.c; nor when START is due:
 * start_policy.c.
 *
 * The lock is the owner's; the guest's is taken inside of it.
 */
#include <linux/errno.h>
#include <linux/timekeeping.h>

#include "guest.h"
#include "save_answer.h"
#include "stats.h"

/**
 * migcap_vfio_save_fail() - end the migration
 * @save: the saving side
 * @error: what each read says from now on, a negative errno
 * @text: the reason, a string literal
 *
 * Return: @error.
 */
int migcap_vfio_save_fail(struct migcap_vfio_save *save, int error,
			  const char *text)
{
	save->error = error;
	return migcap_vfio_refuse(save->stats, error, text);
}

/**
 * migcap_vfio_save_ask() - raise START for this migration, once
 * @save: the saving side
 *
 * If nobody answers any more, the next read says so.
 */
void migcap_vfio_save_ask(struct migcap_vfio_save *save)
{
	const struct migcap_vfio_guest_question question = {
		.asker = MIGCAP_ASKED_BY_VMM,
		.kind = save->basis.kind,
		.again = save->limits || save->yielded,
	};

	if (save->asked)
		return;
	save->asked = true;
	/* The guest's side has told why. */
	save->error = migcap_vfio_guest_start(save->guest, &question);
}

/*
 * Nobody waits any longer.  Only where this driver or the IOMMU tells what the
 * device wrote can it be done without the guest.
 */
static void migcap_vfio_save_give_up(struct migcap_vfio_save *save,
				     const struct migcap_vfio_guest_view *view,
				     int error, const char *text)
{
	if (save->basis.kind == MIGCAP_ACCOUNT_REPORTED && view->may_cut)
		save->forced = true;
	else
		migcap_vfio_save_fail(save, error, text);
}

static void migcap_vfio_save_timed_out(struct migcap_vfio_save *save,
				       const struct migcap_vfio_guest_view *view)
{
	const char *text =
		"guest did not answer READY in time: on_timeout=force would migrate it";

	if (save->basis.kind != MIGCAP_ACCOUNT_REPORTED)
		text = "guest did not answer READY in time: stop the VM before, see on_timeout";
	migcap_vfio_save_give_up(save, view, -ETIMEDOUT, text);
}

/**
 * migcap_vfio_save_is_answered() - whether the wait for the guest is over
 * @save: the saving side
 * @view: a look at the guest
 *
 * Return: true if the device is quiesced, or nobody waits for that any longer.
 */
bool migcap_vfio_save_is_answered(const struct migcap_vfio_save *save,
				  const struct migcap_vfio_guest_view *view)
{
	return save->forced ||
	       (view->quiesced && !view->timed_out &&
		migcap_vfio_account_settled(&view->account, &save->basis));
}

/* START does not stand any more: it is not only the VMM who can end it. */
static void migcap_vfio_save_ended(struct migcap_vfio_save *save,
				   const struct migcap_vfio_guest_view *view)
{
	switch (view->ended) {
	case MIGCAP_END_LIMIT:
		save->asked = false;
		migcap_vfio_start_policy_postpone(&save->policy, ktime_get_ns(),
						  ++save->limits);
		break;
	case MIGCAP_END_YIELD:
		save->asked = false;
		save->yielded = true;
		break;
	case MIGCAP_END_TIMEOUT:
		migcap_vfio_save_timed_out(save, view);
		break;
	case MIGCAP_END_OPERATOR:
		migcap_vfio_save_fail(save, -ECANCELED,
				      "operator took the device back");
		break;
	default:
		migcap_vfio_save_fail(save, -EIO,
				      "guest was reset during the migration");
		break;
	}
}

/*
 * A guest that took its device back is to be waited for once more; or it cannot be
 * done without the guest any more.
 */
static void migcap_vfio_save_leave_quiet(struct migcap_vfio_save *save,
					 const struct migcap_vfio_guest_view *view)
{
	if (save->forced && (view->quiesced || view->may_cut))
		return;
	if (!save->forced && migcap_vfio_save_is_answered(save, view) &&
	    view->account.writes == save->writes)
		return;
	save->forced = false;
	save->stage = MIGCAP_SAVE_ASK;
	save->reinit = true;
}

/* What became of START. */
static void migcap_vfio_save_judge(struct migcap_vfio_save *save,
				   const struct migcap_vfio_guest_view *view)
{
	if (save->stage == MIGCAP_SAVE_QUIET &&
	    view->ended != MIGCAP_END_OPERATOR)
		return;
	if (view->asker != MIGCAP_ASKED_BY_VMM)
		migcap_vfio_save_ended(save, view);
	else if (view->timed_out)
		migcap_vfio_save_timed_out(save, view);
	else if (view->state == MIGCAP_GUEST_ABSENT)
		migcap_vfio_save_give_up(save, view, -EOPNOTSUPP,
					 "nobody in the guest answers any more: see on_timeout");
}

/*
 * The guest is asked for all devices of a VM at the same time.  One that has given
 * way is asked when the others do not wait for anything else any longer.
 */
static void migcap_vfio_save_join(struct migcap_vfio_save *save,
				  const struct migcap_vfio_guest_view *view)
{
	bool due = save->yielded ? !view->others_awaited : view->others_due;

	if (due && migcap_vfio_start_policy_may_ask(&save->policy,
						    ktime_get_ns()))
		migcap_vfio_save_ask(save);
}

/**
 * migcap_vfio_save_follow() - act on what guest and others have done meanwhile
 * @save: the saving side
 * @view: set to a look at the guest
 *
 * What ends the migration is in @save->error then.
 */
void migcap_vfio_save_follow(struct migcap_vfio_save *save,
			     struct migcap_vfio_guest_view *view)
{
	const char *broken;

	migcap_vfio_guest_snapshot(save->guest, view);
	if (save->error || save->stopped)
		return;
	broken = migcap_vfio_account_broken(&view->account, &save->basis);
	if (broken) {
		migcap_vfio_save_fail(save, -EIO, broken);
		return;
	}
	if (save->stage == MIGCAP_SAVE_QUIET)
		migcap_vfio_save_leave_quiet(save, view);
	else
		save->forced = false;
	if (save->asked)
		migcap_vfio_save_judge(save, view);
	else
		migcap_vfio_save_join(save, view);
}

static bool
migcap_vfio_save_may_stop(const struct migcap_vfio_save *save,
			  const struct migcap_vfio_guest_view *view)
{
	return view->quiesced &&
	       migcap_vfio_account_settled(&view->account, &save->basis);
}

/* The VMM sends memory once more, and is told then of all that was written. */
static void migcap_vfio_save_cut(struct migcap_vfio_save *save,
				 struct migcap_vfio_guest_view *view)
{
	const char *text = migcap_vfio_guest_why_not_cut(view);

	if (save->basis.kind != MIGCAP_ACCOUNT_REPORTED)
		text = "device stopped before READY, and only the guest knows what it wrote";
	if (text) {
		migcap_vfio_save_fail(save, -EIO, text);
		return;
	}
	/* It tells why not. */
	save->error = migcap_vfio_guest_cut(save->guest);
	migcap_vfio_guest_verify(save->guest, view);
	if (!save->error && !migcap_vfio_save_may_stop(save, view))
		migcap_vfio_save_fail(save, -EIO,
				      "device was used while it was stopped");
}

/**
 * migcap_vfio_save_stop() - the device goes to STOP_COPY
 * @save: the saving side
 *
 * A guest that is not quiesced now has its device cut off, if an operator allows
 * that.  Otherwise it has lost nothing: the migration fails in the next read,
 * which a VMM survives better than a refused arc.
 *
 * Context: the device is powered.
 */
void migcap_vfio_save_stop(struct migcap_vfio_save *save)
{
	struct migcap_vfio_guest_view view;
	const char *broken;

	migcap_vfio_guest_verify(save->guest, &view);
	broken = migcap_vfio_account_broken(&view.account, &save->basis);
	if (!save->error && broken)
		migcap_vfio_save_fail(save, -EIO, broken);
	if (!save->error && !migcap_vfio_save_may_stop(save, &view))
		migcap_vfio_save_cut(save, &view);
	save->writes = view.account.writes;
	save->stopped = true;
	if (save->stage != MIGCAP_SAVE_HEAD)
		save->stage = MIGCAP_SAVE_STATE;
}
