/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The migration states of VFIO by their short names, for tests that walk through
 * many of them, and as sysfs spells them.
 */
#ifndef SELFTESTS_LIB_MIG_STATES_H
#define SELFTESTS_LIB_MIG_STATES_H

#include <stdint.h>
#include <linux/vfio.h>

enum {
	ERROR = VFIO_DEVICE_STATE_ERROR,
	STOP = VFIO_DEVICE_STATE_STOP,
	RUNNING = VFIO_DEVICE_STATE_RUNNING,
	STOP_COPY = VFIO_DEVICE_STATE_STOP_COPY,
	RESUMING = VFIO_DEVICE_STATE_RESUMING,
	RUNNING_P2P = VFIO_DEVICE_STATE_RUNNING_P2P,
	PRE_COPY = VFIO_DEVICE_STATE_PRE_COPY,
	PRE_COPY_P2P = VFIO_DEVICE_STATE_PRE_COPY_P2P,
	NR_STATES = VFIO_DEVICE_STATE_NR,
};

/* "?" for what is none. */
static inline const char *mig_state_name(uint32_t state)
{
	static const char * const names[NR_STATES] = {
		[ERROR] = "error",
		[STOP] = "stop",
		[RUNNING] = "running",
		[STOP_COPY] = "stop_copy",
		[RESUMING] = "resuming",
		[RUNNING_P2P] = "running_p2p",
		[PRE_COPY] = "pre_copy",
		[PRE_COPY_P2P] = "pre_copy_p2p",
	};

	return state < NR_STATES ? names[state] : "?";
}

#endif /* SELFTESTS_LIB_MIG_STATES_H */
