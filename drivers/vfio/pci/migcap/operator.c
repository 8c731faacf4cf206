// SPDX-License-Identifier: GPL-2.0-only
/*
 * An operator's requests to the guest.
 *
 * Owns the rules of when an operator may raise START, and what END means for a
 * migration that is under way.  Does not own the file in sysfs: sysfs.c.
 *
 * Lock: mvdev->state_lock.
 */
#include <linux/errno.h>

#include "migcap.h"
#include "migration.h"
#include "migration_file.h"
#include "operator.h"
#include "stats.h"

static void
migcap_vfio_operator_release_locked(struct migcap_vfio_device *mvdev)
{
	lockdep_assert_held(&mvdev->state_lock);

	if (migcap_vfio_guest_is_arriving(&mvdev->guest))
		return;
	migcap_vfio_guest_end(&mvdev->guest, MIGCAP_END_OPERATOR);
	if (mvdev->state != VFIO_DEVICE_STATE_STOP_COPY)
		return;
	/* In PRE_COPY the END tells.  Here the consent is gone that the state rests on. */
	mutex_lock(&mvdev->migf->lock);
	migcap_vfio_save_abort(&mvdev->migf->save, -ECANCELED,
			       "operator took the device back");
	mutex_unlock(&mvdev->migf->lock);
}

/**
 * migcap_vfio_operator_quiesce() - an operator asks the guest, or ends that
 * @mvdev: the device
 * @quiesce: true to raise START, false to raise END
 *
 * The guest can be asked only while the device runs.  It gets its device back in
 * every state; a migration that depends on its consent fails then.  A guest that
 * is still arriving gets its END when the device runs.
 *
 * Context: process, takes the state lock.  The device is powered.
 * Return: 0, -ENODEV if no VMM is there, -EBUSY, -EOPNOTSUPP if nobody answers.
 */
int migcap_vfio_operator_quiesce(struct migcap_vfio_device *mvdev, bool quiesce)
{
	static const struct migcap_vfio_guest_question ahead = {
		.asker = MIGCAP_ASKED_BY_OPERATOR,
		.kind = MIGCAP_ACCOUNT_STILL,
	};
	int ret = 0;

	migcap_vfio_migration_lock(mvdev);
	if (!mvdev->is_open)
		ret = migcap_vfio_refuse(&mvdev->stats, -ENODEV,
					 "no VMM has the device open");
	else if (!quiesce)
		migcap_vfio_operator_release_locked(mvdev);
	else if (mvdev->state != VFIO_DEVICE_STATE_RUNNING)
		ret = migcap_vfio_refuse(&mvdev->stats, -EBUSY,
					 "a migration is under way");
	else
		ret = migcap_vfio_guest_start(&mvdev->guest, &ahead);
	migcap_vfio_migration_unlock(mvdev);
	return ret;
}
