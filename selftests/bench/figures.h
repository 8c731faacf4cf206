/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of a run, as a row of numbers, and the statistics over several
 * runs.  A number that does not apply is NAN and is left out of statistics.
 */
#ifndef MIGCAP_BENCH_FIGURES_H
#define MIGCAP_BENCH_FIGURES_H

enum figure {
	FIGURE_GAP,		/* the longer of the next two */
	FIGURE_GAP_DOWN,	/* without an answered probe of the host */
	FIGURE_GAP_UP,		/* without a datagram from the guest */
	FIGURE_RATIO,		/* of the gap to virtio's in the same round */
	FIGURE_GAP_SUM,		/* of all gaps that are not noise */
	FIGURE_LOST_DOWN,	/* probes without an answer */
	FIGURE_LOST_UP,		/* datagrams that never arrived */
	FIGURE_VF_DOWN,		/* without a datagram by way of a VF */
	FIGURE_TOTAL,		/* from the request to QEMU's last word */
	FIGURE_STOP_RESUME,	/* the guest ran nowhere */
	FIGURE_QEMU_DOWN,	/* what QEMU says of that */
	FIGURE_RAM_MB,
	FIGURE_PASSES,
	FIGURE_NOISE,		/* longest gap before, with nothing going on */
	/* Where the gap comes from; see segments.c. */
	FIGURE_SEG_NOTICE,
	FIGURE_SEG_DRIVER_DOWN,
	FIGURE_SEG_PAGES,
	FIGURE_SEG_PASS,
	FIGURE_SEG_SWITCH,
	FIGURE_SEG_WAKE,
	FIGURE_SEG_UP,
	FIGURE_DRIVER_UP,	/* by the guest, the agent's saving included */
	NR_FIGURES,
};

struct figures {
	double v[NR_FIGURES];
};

struct summary {
	int count;		/* of runs that have the figure */
	double median, min, max;
};

/* As in the head of the CSV. */
const char *figure_name(enum figure figure);

void figures_clear(struct figures *figures);

struct summary figures_summary(const struct figures *runs, int count,
			       enum figure figure);

/* The same for any numbers; they are put in order. */
struct summary summarize(double *values, int count);

#endif /* MIGCAP_BENCH_FIGURES_H */
