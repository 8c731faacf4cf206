/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run: a peer's guest is booted, migrated once, and gone.
 */
#ifndef MIGCAP_BENCH_RUN_H
#define MIGCAP_BENCH_RUN_H

#include "../lib/migrate.h"
#include "../lib/probe.h"
#include "../lib/uplink.h"
#include "../lib/watch.h"
#include "figures.h"
#include "plot.h"
#include "../lib/wire.h"

#define RUN_ARGS_MAX	8

struct peer;

/* What the guest is and does. */
struct load {
	const char *name;
	int memory_mb;
	int dirty_mb_s;			/* 0: idle */
};

/* Options for QEMU, owned here for as long as it takes to start it. */
struct run_args {
	char *v[RUN_ARGS_MAX + 1];	/* NULL terminated */
	int count;
};

struct run {
	const struct peer *peer;
	const struct load *load;
	struct wire *wire;
	int round;			/* from 1 on */
	/* From here on zero to begin with. */
	struct vm vms[2];		/* source, destination */
	struct migration migration;
	struct probe *probe;
	struct uplink *uplink;
	struct watch *watch;
	long long calm;			/* when the network had settled */
	long long asked;		/* for the migration */
	long long over;			/* when all was well again */
};

__attribute__((format(printf, 3, 4)))
void run_arg(struct run_args *args, const char *option, const char *fmt, ...);

/*
 * Do it, and take its measure.  With a @plot that is empty, keep what is to be
 * drawn.  -EOPNOTSUPP: this machine cannot; any other errno: it went wrong.
 */
int run_peer(struct run *run, struct figures *figures, struct plot *plot);

#endif /* MIGCAP_BENCH_RUN_H */
