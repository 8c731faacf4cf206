/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VMM's passes over RAM, and the one after which the guest is asked.  Pure:
 * knows no clock, takes no lock, builds in userspace.
 */
#ifndef MIGCAP_PASSES_H
#define MIGCAP_PASSES_H

#include <linux/types.h>

/**
 * struct migcap_passes - the passes of one migration
 * @began: when the one that goes on began, in nanoseconds
 * @took: how long the one before took, in nanoseconds, 0 if there was none
 * @in_vain: how long those took together that were not notably shorter than
 *	the one before, in nanoseconds
 */
struct migcap_passes {
	u64 began;
	u64 took;
	u64 in_vain;
};

void migcap_passes_begin(struct migcap_passes *passes, u64 now);
bool migcap_passes_end(struct migcap_passes *passes, u64 now);

#endif /* MIGCAP_PASSES_H */
