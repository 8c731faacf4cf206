/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways to migrate a guest with a network that are compared: one entry of a
 * table each, with what differs between them.
 */
#ifndef MIGCAP_BENCH_PEER_H
#define MIGCAP_BENCH_PEER_H

#include <stdbool.h>

#include "../lib/vm.h"
#include "run.h"

struct peer {
	const char *name;
	const char *driver;	/* of the VFs on the host, NULL: has none */
	const char *network;	/* in the guest, after boot */
	bool guest_answers;	/* the host's driver and the guest's agent talk */
	/* QEMU's devices at one end of the migration. */
	void (*devices)(const struct run *run, int end, struct vm_spec *spec,
			struct run_args *args);
	/* These may be NULL. */
	int (*begin)(struct run *run);	/* instead of nothing, before `migrate` */
	int (*end)(struct run *run);	/* when the guest runs at its destination */
	/* -EOPNOTSUPP with a reason if this machine cannot do it. */
	int (*check)(struct run *run);
};

extern const struct peer peers[];
extern const int nr_peers;

#endif /* MIGCAP_BENCH_PEER_H */
