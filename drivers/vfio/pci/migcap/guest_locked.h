/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guest.c and handshake.c share.  Everything here is called with guest->lock held.
 */
#ifndef MIGCAP_VFIO_GUEST_LOCKED_H
#define MIGCAP_VFIO_GUEST_LOCKED_H

#include "guest.h"

static inline enum migcap_vfio_guest_state
migcap_vfio_guest_locked(const struct migcap_vfio_guest *guest)
{
	lockdep_assert_held(&guest->lock);

	return migcap_vfio_cap_regs_guest(&guest->regs, guest->gate.bus_master);
}

static inline bool
migcap_vfio_quiesced_locked(const struct migcap_vfio_guest *guest)
{
	return migcap_vfio_guest_is_quiesced(migcap_vfio_guest_locked(guest));
}

void migcap_vfio_handshake_init(struct migcap_vfio_guest *guest);
void migcap_vfio_handshake_settle_locked(struct migcap_vfio_guest *guest);
void migcap_vfio_handshake_again_locked(struct migcap_vfio_guest *guest);
void migcap_vfio_handshake_forget_locked(struct migcap_vfio_guest *guest);

#endif /* MIGCAP_VFIO_GUEST_LOCKED_H */
