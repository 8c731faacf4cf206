// SPDX-License-Identifier: GPL-2.0-only
/*
 * The migration states.
 *
 * Owns the state and its lock, what a reset makes of it, and the operations that
 * VFIO calls.  Does not own what each arc does: migration_arcs.c.
 *
 * Lock: mvdev->state_lock.
 */
#include <linux/err.h>
#include <linux/file.h>

#include "migration_file.h"
#include "basis.h"
#include "migration.h"
#include "migration_arcs.h"
#include "migcap.h"
#include "stats.h"
#include "trace.h"

static void migcap_vfio_migration_set_locked(struct migcap_vfio_device *mvdev,
					     enum vfio_device_mig_state state)
{
	lockdep_assert_held(&mvdev->state_lock);

	mvdev->state = state;
	if (state != VFIO_DEVICE_STATE_STOP &&
	    state != VFIO_DEVICE_STATE_STOP_COPY)
		mvdev->stopped.log = 0;
	migcap_vfio_notify(&mvdev->stats, MIGCAP_NODE_STATE);
}

/*
 * The device is RUNNING after a reset.  The reset resets the guest, too, but does
 * that without this lock: behind or ahead of what a step does to it.  So what
 * the guest has been told is taken back here.
 */
static void
migcap_vfio_migration_take_reset_locked(struct migcap_vfio_device *mvdev)
{
	int reset_seq = atomic_read(&mvdev->reset_seq);

	lockdep_assert_held(&mvdev->state_lock);

	if (reset_seq == mvdev->seen_reset_seq)
		return;
	mvdev->seen_reset_seq = reset_seq;
	migcap_vfio_arcs_drop_file(mvdev);
	migcap_vfio_migration_set_locked(mvdev, VFIO_DEVICE_STATE_RUNNING);
	migcap_vfio_guest_untrack(&mvdev->guest, MIGCAP_TRACK_SAVE);
	migcap_vfio_guest_end(&mvdev->guest, MIGCAP_END_OVER);
}

/**
 * migcap_vfio_migration_lock() - take the state lock
 * @mvdev: the device
 *
 * A reset that has come since the lock was held last takes effect here.
 */
void migcap_vfio_migration_lock(struct migcap_vfio_device *mvdev)
{
	mutex_lock(&mvdev->state_lock);
	migcap_vfio_migration_take_reset_locked(mvdev);
}

/**
 * migcap_vfio_migration_unlock() - release the state lock
 * @mvdev: the device
 */
void migcap_vfio_migration_unlock(struct migcap_vfio_device *mvdev)
{
	mutex_unlock(&mvdev->state_lock);
}

static struct file *
migcap_vfio_migration_step_locked(struct migcap_vfio_device *mvdev,
				  enum vfio_device_mig_state to)
{
	enum vfio_device_mig_state from = mvdev->state;
	struct file *filp;

	lockdep_assert_held(&mvdev->state_lock);

	filp = migcap_vfio_arcs_take(mvdev, to);
	trace_migcap_arc(mvdev->stats.dev, from, to, PTR_ERR_OR_ZERO(filp));
	if (!IS_ERR(filp))
		migcap_vfio_migration_set_locked(mvdev, to);
	return filp;
}

/*
 * Have a type1 container count the device as silent, ahead of the state lock: it
 * waits for the VMM's memory.
 */
static int migcap_vfio_migration_switch(struct migcap_vfio_device *mvdev)
{
	bool wants;

	migcap_vfio_migration_lock(mvdev);
	wants = migcap_vfio_basis_wants_switch(mvdev);
	migcap_vfio_migration_unlock(mvdev);
	return wants ? migcap_vfio_basis_switch(mvdev) : 0;
}

static struct file *
migcap_vfio_migration_set_state(struct vfio_device *vdev,
				enum vfio_device_mig_state state)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);
	enum vfio_device_mig_state next;
	struct file *filp = NULL;
	int ret = 0;

	if (state == VFIO_DEVICE_STATE_PRE_COPY ||
	    state == VFIO_DEVICE_STATE_PRE_COPY_P2P)
		ret = migcap_vfio_migration_switch(mvdev);
	if (ret)
		return ERR_PTR(ret);
	migcap_vfio_migration_lock(mvdev);
	while (mvdev->state != state) {
		ret = vfio_mig_get_next_state(vdev, mvdev->state, state, &next);
		if (ret) {
			filp = ERR_PTR(ret);
			break;
		}
		filp = migcap_vfio_migration_step_locked(mvdev, next);
		if (IS_ERR(filp))
			break;
		/* No path of several arcs passes a file on its way. */
		if (WARN_ON_ONCE(filp && mvdev->state != state)) {
			fput(filp);
			filp = ERR_PTR(-EINVAL);
			break;
		}
	}
	migcap_vfio_migration_take_reset_locked(mvdev);
	migcap_vfio_migration_unlock(mvdev);
	return filp;
}

static int migcap_vfio_migration_get_state(struct vfio_device *vdev,
					   enum vfio_device_mig_state *state)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);

	migcap_vfio_migration_lock(mvdev);
	*state = mvdev->state;
	migcap_vfio_migration_unlock(mvdev);
	return 0;
}

/**
 * migcap_vfio_migration_report() - a VMM is about to query the log
 * @mvdev: the device
 *
 * Context: process, takes the state lock.  The device is powered.
 */
void migcap_vfio_migration_report(struct migcap_vfio_device *mvdev)
{
	migcap_vfio_migration_lock(mvdev);
	migcap_vfio_basis_report(mvdev);
	migcap_vfio_migration_unlock(mvdev);
}

/*
 * Without a log the container has to count the device as silent from now on, or
 * the VMM would send all memory again and again.  If the device may write
 * nevertheless, STOP_COPY will be refused.
 */
static void migcap_vfio_migration_begin_stopped(struct migcap_vfio_device *mvdev)
{
	migcap_vfio_migration_switch(mvdev);
	migcap_vfio_migration_lock(mvdev);
	if (mvdev->state == VFIO_DEVICE_STATE_STOP)
		migcap_vfio_basis_begin_stopped(mvdev);
	migcap_vfio_migration_unlock(mvdev);
}

/*
 * A VMM asks this in PRE_COPY each time that it has sent nearly all of the RAM
 * that it knew of.  One of these is the moment to raise START: until then the
 * device works.
 */
static int migcap_vfio_migration_get_data_size(struct vfio_device *vdev,
					       unsigned long *size)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);
	bool stopped;

	*size = MIGCAP_STREAM_MAX_SIZE;
	migcap_vfio_migration_lock(mvdev);
	stopped = mvdev->state == VFIO_DEVICE_STATE_STOP;
	if (mvdev->state == VFIO_DEVICE_STATE_PRE_COPY) {
		mutex_lock(&mvdev->migf->lock);
		if (migcap_vfio_save_query(&mvdev->migf->save))
			*size = MIGCAP_SAVE_NOT_YET;
		mutex_unlock(&mvdev->migf->lock);
	}
	migcap_vfio_migration_take_reset_locked(mvdev);
	migcap_vfio_migration_unlock(mvdev);
	if (stopped)
		migcap_vfio_migration_begin_stopped(mvdev);
	return 0;
}

static const struct vfio_migration_ops migcap_vfio_migration_ops = {
	.migration_set_state = migcap_vfio_migration_set_state,
	.migration_get_state = migcap_vfio_migration_get_state,
	.migration_get_data_size = migcap_vfio_migration_get_data_size,
};

/**
 * migcap_vfio_migration_init() - offer migration
 * @vdev: the device, not yet registered
 */
void migcap_vfio_migration_init(struct vfio_device *vdev)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_from_vdev(vdev);

	mutex_init(&mvdev->state_lock);
	mvdev->state = VFIO_DEVICE_STATE_RUNNING;
	vdev->migration_flags = VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P |
				VFIO_MIGRATION_PRE_COPY;
	vdev->mig_ops = &migcap_vfio_migration_ops;
}

/**
 * migcap_vfio_migration_open() - a VMM has opened the device
 * @mvdev: the device
 */
void migcap_vfio_migration_open(struct migcap_vfio_device *mvdev)
{
	migcap_vfio_migration_lock(mvdev);
	mvdev->is_open = true;
	mvdev->stopped.begun = false;
	migcap_vfio_migration_set_locked(mvdev, VFIO_DEVICE_STATE_RUNNING);
	migcap_vfio_migration_unlock(mvdev);
}

/**
 * migcap_vfio_migration_abandon() - the device is being taken from the VMM
 * @mvdev: the device
 *
 * Whoever unbinds the device waits until the VMM closes it, and a VMM gives away
 * no device in the middle of a migration.  So that fails, and none begins any more.
 *
 * Context: process, takes the state lock.
 */
void migcap_vfio_migration_abandon(struct migcap_vfio_device *mvdev)
{
	migcap_vfio_migration_lock(mvdev);
	mvdev->is_leaving = true;
	if (mvdev->migf)
		migcap_vfio_migf_abandon(mvdev->migf);
	migcap_vfio_migration_unlock(mvdev);
}

/**
 * migcap_vfio_migration_close() - the VMM has closed the device
 * @mvdev: the device
 */
void migcap_vfio_migration_close(struct migcap_vfio_device *mvdev)
{
	migcap_vfio_migration_lock(mvdev);
	migcap_vfio_arcs_drop_file(mvdev);
	mvdev->is_open = false;
	migcap_vfio_migration_set_locked(mvdev, VFIO_DEVICE_STATE_RUNNING);
	migcap_vfio_migration_unlock(mvdev);
}
