// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arcs between the migration states.
 *
 * Owns the table of arcs and one verb for each that does something.  Does not
 * own the rules of which arc may follow which: vfio_mig_get_next_state() does;
 * nor the state itself: migration.c.
 *
 * Where an arc is refused matters: on most of them a VMM answers a refusal
 * with a reset of the device.  So a migration is refused when it begins
 * (RUNNING -> PRE_COPY, STOP -> STOP_COPY) or in read(), never in between.
 *
 * Lock: mvdev->state_lock.
 */
#include <linux/err.h>
#include <linux/file.h>

#include "migration_file.h"
#include "basis.h"
#include "migcap.h"
#include "migration_arcs.h"
#include "stats.h"

#define NOT_RESET	"device could not be reset when it had stopped"

/**
 * migcap_vfio_arcs_drop_file() - the device leaves the states that go with its file
 * @mvdev: the device
 *
 * Context: the state lock is held.
 */
void migcap_vfio_arcs_drop_file(struct migcap_vfio_device *mvdev)
{
	lockdep_assert_held(&mvdev->state_lock);

	if (!mvdev->migf)
		return;
	migcap_vfio_migf_disable(mvdev->migf);
	migcap_vfio_migf_put(mvdev->migf);
	mvdev->migf = NULL;
}

/* The VMM gets a reference of its own. */
static struct file *
migcap_vfio_arcs_publish(struct migcap_vfio_device *mvdev,
			 struct migcap_vfio_migration_file *migf)
{
	get_file(migf->filp);
	mvdev->migf = migf;
	return migf->filp;
}

static struct file *
migcap_vfio_arcs_no_change(struct migcap_vfio_device *mvdev)
{
	return NULL;
}

/*
 * A guest that an operator has quiesced stays so until the operator or a VMM
 * ends it.
 */
static struct file *migcap_vfio_arcs_run(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_guest_view view;

	migcap_vfio_guest_snapshot(&mvdev->guest, &view);
	if (view.asker != MIGCAP_ASKED_BY_OPERATOR)
		migcap_vfio_guest_end(&mvdev->guest, MIGCAP_END_OVER);
	return NULL;
}

static struct file *
migcap_vfio_arcs_end_save(struct migcap_vfio_device *mvdev)
{
	migcap_vfio_arcs_drop_file(mvdev);
	migcap_vfio_guest_untrack(&mvdev->guest, MIGCAP_TRACK_SAVE);
	return NULL;
}

static struct file *
migcap_vfio_arcs_cancel_save(struct migcap_vfio_device *mvdev)
{
	migcap_vfio_arcs_end_save(mvdev);
	return migcap_vfio_arcs_run(mvdev);
}

/* Each of these is one for an operator, however far it gets. */
static int migcap_vfio_arcs_may_begin(struct migcap_vfio_device *mvdev)
{
	migcap_vfio_stats_migration(&mvdev->stats);
	if (!mvdev->is_leaving)
		return 0;
	return migcap_vfio_refuse(&mvdev->stats, -ENODEV, MIGCAP_REASON_LEAVING);
}

static struct file *
migcap_vfio_arcs_begin_precopy(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_account_basis basis;
	struct migcap_vfio_migration_file *migf;
	struct migcap_vfio_guest_view view;
	int ret;

	ret = migcap_vfio_arcs_may_begin(mvdev);
	if (ret)
		return ERR_PTR(ret);
	migf = migcap_vfio_migf_save(mvdev);
	if (IS_ERR(migf))
		return ERR_CAST(migf);
	ret = migcap_vfio_basis_precopy(mvdev, &view, &basis);
	if (ret) {
		migcap_vfio_migf_put(migf);
		return ERR_PTR(ret);
	}
	mvdev->stopped.begun = false;
	migcap_vfio_save_begin(&migf->save, &basis);
	/* Already quiesced: raise START now. */
	if (view.quiesced)
		migcap_vfio_save_ask(&migf->save);
	migcap_vfio_count(&mvdev->stats, MIGCAP_COUNT_SAVES);
	return migcap_vfio_arcs_publish(mvdev, migf);
}

/* A migration that has failed is spared the wait. */
static void migcap_vfio_arcs_end_effects(struct migcap_vfio_device *mvdev,
					 struct migcap_vfio_save *save)
{
	if (!save->error && migcap_vfio_stop_reset_run(&mvdev->stop_reset))
		migcap_vfio_save_abort(save, -EIO, NOT_RESET);
}

static struct file *
migcap_vfio_arcs_stop_precopy(struct migcap_vfio_device *mvdev)
{
	mutex_lock(&mvdev->migf->lock);
	migcap_vfio_save_stop(&mvdev->migf->save);
	migcap_vfio_arcs_end_effects(mvdev, &mvdev->migf->save);
	mutex_unlock(&mvdev->migf->lock);
	migcap_vfio_guest_stopped(&mvdev->guest);
	return NULL;
}

static struct file *
migcap_vfio_arcs_begin_stop_copy(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_account_basis basis;
	struct migcap_vfio_migration_file *migf;
	int ret;

	ret = migcap_vfio_arcs_may_begin(mvdev);
	if (!ret)
		ret = migcap_vfio_basis_stop_copy(mvdev, &basis);
	if (ret)
		return ERR_PTR(ret);
	migf = migcap_vfio_migf_save(mvdev);
	if (IS_ERR(migf))
		return ERR_CAST(migf);
	migcap_vfio_save_begin(&migf->save, &basis);
	migcap_vfio_save_ask(&migf->save);
	migcap_vfio_save_stop(&migf->save);
	migcap_vfio_arcs_end_effects(mvdev, &migf->save);
	migcap_vfio_count(&mvdev->stats, MIGCAP_COUNT_SAVES);
	return migcap_vfio_arcs_publish(mvdev, migf);
}

static struct file *
migcap_vfio_arcs_begin_resume(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_migration_file *migf;
	int ret;

	ret = migcap_vfio_arcs_may_begin(mvdev);
	if (ret)
		return ERR_PTR(ret);
	migf = migcap_vfio_migf_resume(mvdev);
	if (IS_ERR(migf))
		return ERR_CAST(migf);
	ret = migcap_vfio_guest_block_dma(&mvdev->guest);
	if (ret) {
		migcap_vfio_migf_put(migf);
		return ERR_PTR(ret);
	}
	mvdev->stopped.begun = false;
	return migcap_vfio_arcs_publish(mvdev, migf);
}

static struct file *
migcap_vfio_arcs_end_resume(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_migration_file *migf = mvdev->migf;
	bool complete;

	mutex_lock(&migf->lock);
	complete = !migf->decode_error &&
		   migcap_vfio_stream_complete(&migf->decoder);
	mutex_unlock(&migf->lock);
	if (!complete) {
		migcap_vfio_count(&mvdev->stats, MIGCAP_COUNT_LOAD_ERRORS);
		return ERR_PTR(migcap_vfio_refuse(&mvdev->stats, -EINVAL,
						  "stream is not complete"));
	}
	migcap_vfio_guest_restore(&mvdev->guest, &migf->decoder.out);
	migcap_vfio_count(&mvdev->stats, MIGCAP_COUNT_LOADS);
	migcap_vfio_arcs_drop_file(mvdev);
	return NULL;
}

#define ARC(from_, to_, verb_)					\
	{							\
		.from = VFIO_DEVICE_STATE_ ## from_,		\
		.to = VFIO_DEVICE_STATE_ ## to_,		\
		.verb = migcap_vfio_arcs_ ## verb_,	\
	}

/* In the order of the list above vfio_mig_get_next_state(). */
static const struct {
	enum vfio_device_mig_state from;
	enum vfio_device_mig_state to;
	struct file *(*verb)(struct migcap_vfio_device *mvdev);
} arcs[] = {
	ARC(RESUMING, STOP, end_resume),
	ARC(STOP, RESUMING, begin_resume),
	ARC(STOP, STOP_COPY, begin_stop_copy),
	ARC(STOP_COPY, STOP, end_save),

	ARC(RUNNING, RUNNING_P2P, no_change),
	ARC(RUNNING_P2P, RUNNING, run),
	ARC(RUNNING_P2P, STOP, no_change),
	ARC(STOP, RUNNING_P2P, run),

	ARC(PRE_COPY, RUNNING, cancel_save),
	ARC(PRE_COPY, PRE_COPY_P2P, no_change),
	ARC(PRE_COPY_P2P, PRE_COPY, no_change),
	ARC(PRE_COPY_P2P, RUNNING_P2P, end_save),
	ARC(PRE_COPY_P2P, STOP_COPY, stop_precopy),
	ARC(RUNNING, PRE_COPY, begin_precopy),
	ARC(RUNNING_P2P, PRE_COPY_P2P, begin_precopy),
};

/**
 * migcap_vfio_arcs_take() - do what belongs to an arc
 * @mvdev: the device
 * @to: the next state, one arc away
 *
 * Context: process, the state lock is held.  The device is powered.
 * Return: the file that begins with it, NULL if none does, or an ERR_PTR.
 */
struct file *migcap_vfio_arcs_take(struct migcap_vfio_device *mvdev,
				   enum vfio_device_mig_state to)
{
	int i;

	lockdep_assert_held(&mvdev->state_lock);

	for (i = 0; i < ARRAY_SIZE(arcs); i++)
		if (arcs[i].from == mvdev->state && arcs[i].to == to)
			return arcs[i].verb(mvdev);
	WARN_ON_ONCE(1);
	return ERR_PTR(-EINVAL);
}
