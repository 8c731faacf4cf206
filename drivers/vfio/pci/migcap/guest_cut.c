// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device in use is cut off.
 *
 * Owns when that may be done and in which order: whoever asks has stopped the VM,
 * and what the device wrote until now is still to be told to the VMM.  Does not
 * own whether that can be: basis.c, save.c.
 *
 * Most devices need their driver to initialise them anew after that, so the guest
 * is told: START stands from now on, and END says EVENT.DEVICE_RESET, here or on
 * another host.
 *
 * Lock: guest->lock.
 */
#include <linux/errno.h>

#include "guest.h"
#include "stats.h"

/**
 * migcap_vfio_guest_why_not_cut() - why a device in use is not cut off
 * @view: a look at the guest
 *
 * Return: a text for operators, or NULL if it may be.
 */
const char *
migcap_vfio_guest_why_not_cut(const struct migcap_vfio_guest_view *view)
{
	if (view->may_cut)
		return NULL;
	if (view->state == MIGCAP_GUEST_ABSENT)
		return "device in use, and nobody in the guest to recover it: see on_timeout";
	return "device stopped before READY: on_timeout=force would migrate it";
}

/* A device that was cut off in vain has to be initialised anew as well. */
static int migcap_vfio_guest_cut_locked(struct migcap_vfio_guest *guest)
{
	int ret;

	lockdep_assert_held(&guest->lock);

	if (!guest->is_open || migcap_vfio_guest_quiesced_locked(guest))
		return 0;
	if (!migcap_vfio_guest_may_cut_locked(guest))
		return -EBUSY;
	if (migcap_vfio_handshake_cut(&guest->handshake)) {
		migcap_vfio_count(guest->stats, MIGCAP_COUNT_STARTS);
		migcap_vfio_guest_interrupt_locked(guest);
	}
	migcap_vfio_count(guest->stats, MIGCAP_COUNT_FORCED);
	ret = migcap_vfio_bus_master_close(&guest->bm);
	if (ret)
		return migcap_vfio_refuse(guest->stats, ret,
					  "device does not end its transactions");
	guest->cut = true;
	return 0;
}

/**
 * migcap_vfio_guest_cut() - stop the DMA of a device, whatever its guest says
 * @guest: the guest
 *
 * Nothing happens to a device that is quiesced.  Lasts until END.
 *
 * Context: process, takes the guest's lock.  The device is powered.
 * Return: 0, -EBUSY if no operator has allowed it, which is not counted as a
 * refusal, or -EIO if the device does not end its transactions.
 */
int migcap_vfio_guest_cut(struct migcap_vfio_guest *guest)
{
	int ret;

	mutex_lock(&guest->lock);
	ret = migcap_vfio_guest_cut_locked(guest);
	migcap_vfio_guest_settle_locked(guest);
	mutex_unlock(&guest->lock);
	return ret;
}
