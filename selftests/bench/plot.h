/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a picture of one run of each peer needs: answered probes over time, one
 * row a peer, and when what happened.  plot.gp draws it.
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

/*
 * Write answers.dat and marks.dat.  Columns, by tabs: row; peer or mark; seconds;
 * of a mark, which one of its row.
 */
int plot_write(const char *dir, const struct plot *plots, int count);

void plot_free(struct plot *plot);

#endif /* MIGCAP_BENCH_PLOT_H */
