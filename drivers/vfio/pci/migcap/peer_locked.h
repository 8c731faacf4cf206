/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What peer.c and ask.c share.  Everything here is called with peer->lock held.
 */
#ifndef MIGCAP_PEER_LOCKED_H
#define MIGCAP_PEER_LOCKED_H

#include "peer.h"

static inline enum migcap_guest_state
migcap_guest_locked(const struct migcap_peer *peer)
{
	lockdep_assert_held(&peer->lock);

	return migcap_regs_guest(&peer->regs, peer->gate.bus_master);
}

static inline bool migcap_quiesced_locked(const struct migcap_peer *peer)
{
	return migcap_guest_is_quiesced(migcap_guest_locked(peer));
}

void migcap_ask_init(struct migcap_peer *peer);
void migcap_ask_settle_locked(struct migcap_peer *peer);
void migcap_ask_again_locked(struct migcap_peer *peer);
void migcap_ask_forget_locked(struct migcap_peer *peer);

#endif /* MIGCAP_PEER_LOCKED_H */
