/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this machine and its guest hold at a moment, as numbers with names, and
 * what has changed since.  Two kinds: counts, which must be the same again when a
 * migration is over; and amounts of memory, which vary a little by themselves.
 */
#ifndef MIGCAP_SOAK_FOOTPRINT_H
#define MIGCAP_SOAK_FOOTPRINT_H

#include "../lib/vm.h"

#define FOOTPRINT_MAX	96

struct footprint_entry {
	char name[64];
	long value;
	long slack;			/* may grow by; 0: a count */
};

struct footprint {
	struct footprint_entry entries[FOOTPRINT_MAX];
	int count;
};

/* References to modules that have to do with VFs and guests. */
int footprint_modules(struct footprint *footprint);

/* All that is held while the guest runs in @vm and nothing else goes on. */
int footprint_take(struct footprint *footprint, struct vm *vm);

/* Prints what differs, and more than it may.  Returns how many do. */
int footprint_compare(const struct footprint *before,
		      const struct footprint *after);

/* Prints all of it, and by how much it is more than before. */
void footprint_tell(const struct footprint *before,
		    const struct footprint *after);

#endif /* MIGCAP_SOAK_FOOTPRINT_H */
