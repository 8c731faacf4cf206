// SPDX-License-Identifier: GPL-2.0-only
/*
 * The migration states.
 *
 * Owns the table of arcs and one verb for each that does something.  Does not
 * own the rules of which arc may follow which: vfio_mig_get_next_state() does.
 *
 * Where an arc is refused matters: on most of them a VMM answers a refusal
 * with a reset of the device.  So a migration is refused when it begins
 * (RUNNING -> PRE_COPY, STOP -> STOP_COPY) or in read(), never in between.
 *
 * Lock: mdev->state_lock.
 */
#include <linux/err.h>
#include <linux/file.h>

#include <linux/migcap_regs.h>

#include "data.h"
#include "dirty.h"
#include "fsm.h"
#include "migcap.h"
#include "sysfs.h"
#include "trace.h"

static void drop_data_locked(struct migcap_device *mdev)
{
	lockdep_assert_held(&mdev->state_lock);

	if (!mdev->data)
		return;
	migcap_data_disable(mdev->data);
	migcap_data_put(mdev->data);
	mdev->data = NULL;
}

static void set_locked(struct migcap_device *mdev,
		       enum vfio_device_mig_state state)
{
	lockdep_assert_held(&mdev->state_lock);

	mdev->state = state;
	migcap_sysfs_notify(mdev, MIGCAP_NODE_STATE);
}

/*
 * The device is RUNNING after a reset.  The reset resets the peer, too, but does
 * that without this lock: behind or ahead of what a step does to it.  So what
 * the guest has been told is taken back here.
 */
static void take_reset_locked(struct migcap_device *mdev)
{
	int reset_seq = atomic_read(&mdev->reset_seq);

	lockdep_assert_held(&mdev->state_lock);

	if (reset_seq == mdev->seen_reset_seq)
		return;
	mdev->seen_reset_seq = reset_seq;
	drop_data_locked(mdev);
	set_locked(mdev, VFIO_DEVICE_STATE_RUNNING);
	migcap_peer_end(&mdev->peer);
}

/**
 * migcap_fsm_lock() - take the state lock
 * @mdev: the device
 *
 * A reset that has come since the lock was held last takes effect here.
 */
void migcap_fsm_lock(struct migcap_device *mdev)
{
	mutex_lock(&mdev->state_lock);
	take_reset_locked(mdev);
}

/**
 * migcap_fsm_unlock() - release the state lock
 * @mdev: the device
 */
void migcap_fsm_unlock(struct migcap_device *mdev)
{
	mutex_unlock(&mdev->state_lock);
}

/* The VMM gets a reference of its own. */
static struct file *publish(struct migcap_device *mdev,
			    struct migcap_data *data)
{
	get_file(data->filp);
	mdev->data = data;
	return data->filp;
}

static struct file *no_change(struct migcap_device *mdev)
{
	return NULL;
}

/* A guest that an operator has quiesced stays so until he or a VMM ends it. */
static struct file *run(struct migcap_device *mdev)
{
	struct migcap_peer_view view;

	migcap_peer_look(&mdev->peer, &view);
	if (view.asker != MIGCAP_ASKED_BY_OPERATOR)
		migcap_peer_end(&mdev->peer);
	return NULL;
}

static struct file *end_save(struct migcap_device *mdev)
{
	drop_data_locked(mdev);
	migcap_peer_untrack(&mdev->peer);
	return NULL;
}

static struct file *cancel_save(struct migcap_device *mdev)
{
	end_save(mdev);
	return run(mdev);
}

/*
 * A VMM that migrates a stopped VM sends RAM before it asks anything of the
 * device, and would never come to an end while all of it counts as dirty.  A
 * device in use may write on: that migration is refused in STOP_COPY, and has
 * to get there.
 */
static struct file *stop(struct migcap_device *mdev)
{
	if (!migcap_dirty_can_log())
		migcap_dirty_scope(&mdev->core.vdev);
	return NULL;
}

/*
 * Where neither this driver nor the guest accounts for the device's DMA, it
 * must be quiesced before RAM is sent.
 */
static int choose_account(struct migcap_device *mdev,
			  const struct migcap_peer_view *view,
			  enum migcap_dma_account *account)
{
	if (view->guest == MIGCAP_GUEST_ABSENT)
		return migcap_refuse(&mdev->report, -EOPNOTSUPP,
				     "nobody in the guest answers");
	*account = MIGCAP_DMA_LOGGED;
	if (migcap_dirty_can_log())
		return 0;
	*account = view->tracked ? MIGCAP_DMA_TRACKED : MIGCAP_DMA_NONE;
	if (!view->tracked && !view->quiesced)
		return migcap_refuse(&mdev->report, -EBUSY,
				     "quiesce the guest before the migration");
	if (migcap_dirty_scope(&mdev->core.vdev))
		return migcap_refuse(&mdev->report, -EOPNOTSUPP,
				     "container cannot track dirty memory by pinned pages");
	return 0;
}

static struct file *begin_precopy(struct migcap_device *mdev)
{
	enum migcap_dma_account account;
	struct migcap_peer_view view;
	struct migcap_data *data;
	int ret;

	migcap_peer_look(&mdev->peer, &view);
	ret = choose_account(mdev, &view, &account);
	if (ret)
		return ERR_PTR(ret);

	data = migcap_data_save(mdev);
	if (IS_ERR(data))
		return ERR_CAST(data);
	migcap_saver_begin(&data->saver, account, &view);
	migcap_peer_track(&mdev->peer);
	/* Who need not be asked may be told at once. */
	if (view.quiesced)
		migcap_saver_ask(&data->saver);
	migcap_count(&mdev->report, MIGCAP_COUNT_SAVES);
	return publish(mdev, data);
}

static struct file *stop_precopy(struct migcap_device *mdev)
{
	mutex_lock(&mdev->data->lock);
	migcap_saver_stop(&mdev->data->saver);
	mutex_unlock(&mdev->data->lock);
	return NULL;
}

/* The VM was stopped before the migration: there is no time to ask. */
static struct file *begin_stop_copy(struct migcap_device *mdev)
{
	struct migcap_peer_view view;
	struct migcap_data *data;

	migcap_peer_look(&mdev->peer, &view);
	if (!view.quiesced)
		return ERR_PTR(migcap_refuse(&mdev->report, -EBUSY,
					     "stopped before READY"));
	data = migcap_data_save(mdev);
	if (IS_ERR(data))
		return ERR_CAST(data);
	migcap_saver_begin(&data->saver, MIGCAP_DMA_NONE, &view);
	migcap_saver_ask(&data->saver);
	migcap_saver_stop(&data->saver);
	migcap_count(&mdev->report, MIGCAP_COUNT_SAVES);
	return publish(mdev, data);
}

static struct file *begin_resume(struct migcap_device *mdev)
{
	struct migcap_data *data;
	int ret;

	data = migcap_data_resume(mdev);
	if (IS_ERR(data))
		return ERR_CAST(data);
	ret = migcap_peer_hold(&mdev->peer);
	if (ret) {
		migcap_data_put(data);
		return ERR_PTR(ret);
	}
	return publish(mdev, data);
}

static struct file *end_resume(struct migcap_device *mdev)
{
	struct migcap_data *data = mdev->data;
	bool complete;

	mutex_lock(&data->lock);
	complete = !data->decode_error &&
		   migcap_stream_complete(&data->decoder);
	mutex_unlock(&data->lock);
	if (!complete) {
		migcap_count(&mdev->report, MIGCAP_COUNT_LOAD_ERRORS);
		return ERR_PTR(migcap_refuse(&mdev->report, -EINVAL,
					     "stream is not complete"));
	}
	migcap_peer_restore(&mdev->peer, &data->decoder.out);
	migcap_count(&mdev->report, MIGCAP_COUNT_LOADS);
	drop_data_locked(mdev);
	return NULL;
}

#define ARC(from_, to_, verb_)					\
	{							\
		.from = VFIO_DEVICE_STATE_ ## from_,		\
		.to = VFIO_DEVICE_STATE_ ## to_,		\
		.verb = verb_,					\
	}

/* In the order of the list above vfio_mig_get_next_state(). */
static const struct {
	enum vfio_device_mig_state from;
	enum vfio_device_mig_state to;
	struct file *(*verb)(struct migcap_device *mdev);
} arcs[] = {
	ARC(RESUMING, STOP, end_resume),
	ARC(STOP, RESUMING, begin_resume),
	ARC(STOP, STOP_COPY, begin_stop_copy),
	ARC(STOP_COPY, STOP, end_save),

	ARC(RUNNING, RUNNING_P2P, no_change),
	ARC(RUNNING_P2P, RUNNING, run),
	ARC(RUNNING_P2P, STOP, stop),
	ARC(STOP, RUNNING_P2P, no_change),

	ARC(PRE_COPY, RUNNING, cancel_save),
	ARC(PRE_COPY, PRE_COPY_P2P, no_change),
	ARC(PRE_COPY_P2P, PRE_COPY, no_change),
	ARC(PRE_COPY_P2P, RUNNING_P2P, end_save),
	ARC(PRE_COPY_P2P, STOP_COPY, stop_precopy),
	ARC(RUNNING, PRE_COPY, begin_precopy),
	ARC(RUNNING_P2P, PRE_COPY_P2P, begin_precopy),
};

static struct file *step_locked(struct migcap_device *mdev,
				enum vfio_device_mig_state to)
{
	enum vfio_device_mig_state from = mdev->state;
	struct file *filp = ERR_PTR(-EINVAL);
	int i;

	lockdep_assert_held(&mdev->state_lock);

	for (i = 0; i < ARRAY_SIZE(arcs); i++) {
		if (arcs[i].from == from && arcs[i].to == to) {
			filp = arcs[i].verb(mdev);
			break;
		}
	}
	WARN_ON_ONCE(i == ARRAY_SIZE(arcs));
	trace_migcap_arc(mdev->report.dev, from, to, PTR_ERR_OR_ZERO(filp));
	if (!IS_ERR(filp))
		set_locked(mdev, to);
	return filp;
}

static struct file *set_state(struct vfio_device *vdev,
			      enum vfio_device_mig_state state)
{
	struct migcap_device *mdev = migcap_from_vdev(vdev);
	enum vfio_device_mig_state next;
	struct file *filp = NULL;
	int ret;

	migcap_fsm_lock(mdev);
	while (mdev->state != state) {
		ret = vfio_mig_get_next_state(vdev, mdev->state, state, &next);
		if (ret) {
			filp = ERR_PTR(ret);
			break;
		}
		filp = step_locked(mdev, next);
		if (IS_ERR(filp))
			break;
		/* No path of several arcs passes a file on its way. */
		if (WARN_ON_ONCE(filp && mdev->state != state)) {
			fput(filp);
			filp = ERR_PTR(-EINVAL);
			break;
		}
	}
	take_reset_locked(mdev);
	migcap_fsm_unlock(mdev);
	return filp;
}

static int get_state(struct vfio_device *vdev,
		     enum vfio_device_mig_state *state)
{
	struct migcap_device *mdev = migcap_from_vdev(vdev);

	migcap_fsm_lock(mdev);
	*state = mdev->state;
	migcap_fsm_unlock(mdev);
	return 0;
}

/*
 * A VMM asks this in PRE_COPY each time that it has sent nearly all of RAM that it
 * knew of.  One of these is the moment to raise START: until then the device
 * works.
 */
static int get_data_size(struct vfio_device *vdev, unsigned long *size)
{
	struct migcap_device *mdev = migcap_from_vdev(vdev);

	*size = MIGCAP_STREAM_MAX_SIZE;
	migcap_fsm_lock(mdev);
	if (mdev->state == VFIO_DEVICE_STATE_PRE_COPY) {
		mutex_lock(&mdev->data->lock);
		if (migcap_saver_query(&mdev->data->saver))
			*size = MIGCAP_SAVER_NOT_YET;
		mutex_unlock(&mdev->data->lock);
	}
	take_reset_locked(mdev);
	migcap_fsm_unlock(mdev);
	return 0;
}

static const struct vfio_migration_ops migcap_migration_ops = {
	.migration_set_state = set_state,
	.migration_get_state = get_state,
	.migration_get_data_size = get_data_size,
};

/**
 * migcap_fsm_init() - offer migration
 * @vdev: the device, not yet registered
 */
void migcap_fsm_init(struct vfio_device *vdev)
{
	struct migcap_device *mdev = migcap_from_vdev(vdev);

	mutex_init(&mdev->state_lock);
	mdev->state = VFIO_DEVICE_STATE_RUNNING;
	vdev->migration_flags = VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P |
				VFIO_MIGRATION_PRE_COPY;
	vdev->mig_ops = &migcap_migration_ops;
}

/**
 * migcap_fsm_open() - a VMM has opened the device
 * @mdev: the device
 */
void migcap_fsm_open(struct migcap_device *mdev)
{
	migcap_fsm_lock(mdev);
	mdev->is_open = true;
	set_locked(mdev, VFIO_DEVICE_STATE_RUNNING);
	migcap_fsm_unlock(mdev);
}

/**
 * migcap_fsm_close() - the VMM has closed the device
 * @mdev: the device
 */
void migcap_fsm_close(struct migcap_device *mdev)
{
	migcap_fsm_lock(mdev);
	drop_data_locked(mdev);
	mdev->is_open = false;
	set_locked(mdev, VFIO_DEVICE_STATE_RUNNING);
	migcap_fsm_unlock(mdev);
}
