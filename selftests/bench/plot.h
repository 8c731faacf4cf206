/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A picture of one run of each peer: answered probes over time, one row a
 * peer, and when what happened.
 */
#ifndef MIGCAP_BENCH_PLOT_H
#define MIGCAP_BENCH_PLOT_H

#include "../lib/gaps.h"
#include "../lib/timeline.h"

struct plot {
	const char *name;
	long long zero;			/* when the migration was asked for */
	struct times answers;
	struct timeline marks;
};

/* Write an SVG file. */
int plot_write(const char *path, const struct plot *plots, int count);

void plot_free(struct plot *plot);

#endif /* MIGCAP_BENCH_PLOT_H */
