// SPDX-License-Identifier: GPL-2.0-only
/*
 * The basis of a migration, chosen when it begins.
 *
 * Owns the choice of who tells the VMM what the device writes (account.h), made
 * when the VMM begins: at the entry of PRE_COPY or, for a VM that is stopped, at
 * the first query of the data size in STOP.  On a kernel without a log the VMM has
 * to send all memory after that, since the container forgets what the device
 * wrote before.  Does not own whether it is kept: account.c, save.c.
 */
#include <linux/errno.h>
#include <linux/vfio.h>

#include "basis.h"
#include "dirty_log.h"
#include "dirty_pinned.h"
#include "migcap.h"
#include "stats.h"

/**
 * migcap_vfio_basis_wants_switch() - whether a container has to be switched now
 * @mvdev: the device
 *
 * Only where the driver cannot log DMA, and not in the middle of a migration that
 * may depend on the container.  A device for which it must not be done is refused
 * by the arc.
 *
 * Context: the state lock is held, the device is powered.
 * Return: true if migcap_vfio_basis_switch() is to be called, without the lock.
 */
bool migcap_vfio_basis_wants_switch(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_guest_view view;

	lockdep_assert_held(&mvdev->state_lock);

	if (migcap_vfio_dirty_log_possible())
		return false;
	switch (mvdev->state) {
	case VFIO_DEVICE_STATE_PRE_COPY:
	case VFIO_DEVICE_STATE_PRE_COPY_P2P:
	case VFIO_DEVICE_STATE_STOP_COPY:
		return false;
	case VFIO_DEVICE_STATE_STOP:
		break;
	default:
		migcap_vfio_guest_verify(&mvdev->guest, &view);
		if (!view.quiesced && !view.promises)
			return false;
		break;
	}
	migcap_vfio_dirty_pinned_announce(&mvdev->pinned);
	return true;
}

/**
 * migcap_vfio_basis_switch() - have the container count the device as silent
 * @mvdev: the device
 *
 * A container that cannot do that is refused by the arc, if need be.
 *
 * Context: process, waits for the VMM's memory; none of the driver's locks held.
 * Return: 0, -EBUSY if that does not come, -EINTR if the caller is being killed.
 */
int migcap_vfio_basis_switch(struct migcap_vfio_device *mvdev)
{
	int ret = migcap_vfio_dirty_pinned_switch(&mvdev->pinned);

	if (ret == -EBUSY)
		migcap_vfio_refuse(&mvdev->stats, ret,
				   "memory of the VMM cannot be reached in time");
	return ret == -EOPNOTSUPP ? 0 : ret;
}

/*
 * Where neither this driver nor the guest accounts for the device's DMA, it must
 * be quiesced before RAM is sent.
 */
static int migcap_vfio_basis_choose(struct migcap_vfio_device *mvdev,
				    const struct migcap_vfio_guest_view *view,
				    enum migcap_vfio_account_kind *kind)
{
	if (view->state == MIGCAP_GUEST_ABSENT && !view->may_cut)
		return migcap_vfio_refuse(&mvdev->stats, -EOPNOTSUPP,
					  "nobody in the guest answers: see on_timeout");
	*kind = MIGCAP_ACCOUNT_REPORTED;
	if (migcap_vfio_dirty_log_possible())
		return 0;
	*kind = view->promises ? MIGCAP_ACCOUNT_TRACKED : MIGCAP_ACCOUNT_STILL;
	if (!view->promises && !view->quiesced)
		return migcap_vfio_refuse(&mvdev->stats, -EBUSY,
					  "quiesce the guest before the migration, or stop the VM: see on_timeout");
	if (!migcap_vfio_dirty_pinned_is_switched(&mvdev->pinned))
		return migcap_vfio_refuse(&mvdev->stats, -EOPNOTSUPP,
					  "container cannot track dirty memory by pinned pages");
	return 0;
}

/**
 * migcap_vfio_basis_precopy() - what a migration that enters PRE_COPY rests on
 * @mvdev: the device
 * @view: set to the look at the guest that led to it
 * @basis: filled in
 *
 * From here on a guest that tracks its device's DMA does so, and the VMM sends all
 * of its memory.
 *
 * Context: the state lock is held, the device is powered.
 * Return: 0, -EOPNOTSUPP if nobody answers or the container cannot be switched,
 * -EBUSY if the guest must be quiesced first.
 */
int migcap_vfio_basis_precopy(struct migcap_vfio_device *mvdev,
			      struct migcap_vfio_guest_view *view,
			      struct migcap_vfio_account_basis *basis)
{
	const char *broken;
	int ret;

	migcap_vfio_guest_verify(&mvdev->guest, view);
	ret = migcap_vfio_basis_choose(mvdev, view, &basis->kind);
	if (ret)
		return ret;
	migcap_vfio_guest_track(&mvdev->guest, MIGCAP_TRACK_SAVE);
	migcap_vfio_guest_snapshot(&mvdev->guest, view);
	basis->mark = migcap_vfio_account_mark(&view->account);
	broken = migcap_vfio_account_broken(&view->account, basis);
	if (!broken)
		return 0;
	migcap_vfio_guest_untrack(&mvdev->guest, MIGCAP_TRACK_SAVE);
	return migcap_vfio_refuse(&mvdev->stats, -EBUSY, broken);
}

/**
 * migcap_vfio_basis_report() - a VMM is about to query the log
 * @mvdev: the device
 *
 * A VMM that logs is migrating, and if the device is in STOP, this report may be
 * the last: the device is cut off, if it may be.  If it is left alone now, a later
 * report cannot mend that, since the VMM may not ask for all of its memory again,
 * and STOP_COPY will be refused.
 *
 * Context: the state lock is held, the device is powered.
 */
void migcap_vfio_basis_report(struct migcap_vfio_device *mvdev)
{
	bool stopped = mvdev->state == VFIO_DEVICE_STATE_STOP;
	struct migcap_vfio_guest_view view;

	lockdep_assert_held(&mvdev->state_lock);

	if (!stopped && mvdev->state != VFIO_DEVICE_STATE_STOP_COPY)
		return;
	migcap_vfio_guest_snapshot(&mvdev->guest, &view);
	if (!view.log || mvdev->stopped.log == view.log)
		return;
	mvdev->stopped.log = view.log;
	if (stopped)
		migcap_vfio_guest_cut(&mvdev->guest);
}

/**
 * migcap_vfio_basis_begin_stopped() - a VMM begins to migrate a stopped VM
 * @mvdev: the device
 *
 * Such a VMM never enters PRE_COPY.  But it asks how large the state is, before it
 * sends memory: that is the beginning.  A second query in the same migration
 * begins nothing.  Where there is a log, or all that is mapped is sent, it need
 * not be the first: what is sent after it counts.  The device is cut off, if it
 * may be; if not, STOP_COPY will be refused.
 *
 * Context: the state lock is held, the device is powered.
 */
void migcap_vfio_basis_begin_stopped(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_guest_view view;

	lockdep_assert_held(&mvdev->state_lock);

	if (mvdev->stopped.begun && !migcap_vfio_dirty_log_possible())
		return;
	migcap_vfio_guest_cut(&mvdev->guest);
	migcap_vfio_guest_verify(&mvdev->guest, &view);
	mvdev->stopped.since = migcap_vfio_account_mark(&view.account);
	mvdev->stopped.begun = true;
}

static int
migcap_vfio_basis_may_stop_copy(struct migcap_vfio_device *mvdev,
				const struct migcap_vfio_guest_view *view)
{
	const char *text = migcap_vfio_guest_why_not_cut(view);
	bool begun = mvdev->stopped.begun;

	mvdev->stopped.begun = false;
	if (!view->quiesced)
		return migcap_vfio_refuse(&mvdev->stats, -EBUSY, text ?:
					  "device in use, and no migration had begun when it was stopped");
	if (migcap_vfio_dirty_log_possible() ||
	    !migcap_vfio_dirty_pinned_is_suspect(&mvdev->pinned))
		return 0;
	if (!begun)
		return migcap_vfio_refuse(&mvdev->stats, -EBUSY,
					  "no query of the data size in STOP before STOP_COPY");
	if (!migcap_vfio_account_still(&view->account, &mvdev->stopped.since))
		return migcap_vfio_refuse(&mvdev->stats, -EBUSY,
					  "device was used while memory was sent");
	return 0;
}

/**
 * migcap_vfio_basis_stop_copy() - what a migration of a stopped VM rests on
 * @mvdev: the device
 * @basis: filled in
 *
 * There is no time to ask the guest.  Once a type1 container counts the device as
 * silent, it does not report what the device wrote.  So the device must not have
 * been able to write since the VMM began to send memory.
 *
 * A refusal ends that migration: what was sent before it is void.
 *
 * Context: the state lock is held, the device is powered.
 * Return: 0 or -EBUSY.
 */
int migcap_vfio_basis_stop_copy(struct migcap_vfio_device *mvdev,
				struct migcap_vfio_account_basis *basis)
{
	struct migcap_vfio_guest_view view;
	int ret;

	migcap_vfio_guest_verify(&mvdev->guest, &view);
	ret = migcap_vfio_basis_may_stop_copy(mvdev, &view);
	if (ret)
		return ret;
	basis->kind = MIGCAP_ACCOUNT_STILL;
	basis->mark = migcap_vfio_account_mark(&view.account);
	return 0;
}
