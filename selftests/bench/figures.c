// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of the figures, medians and ranges.
 */
#include <math.h>
#include <stdlib.h>

#include "figures.h"

#define RUNS_MAX	128

static const char *const names[NR_FIGURES] = {
	[FIGURE_GAP] = "gap_ms",
	[FIGURE_GAP_DOWN] = "gap_down_ms",
	[FIGURE_GAP_UP] = "gap_up_ms",
	[FIGURE_RATIO] = "ratio",
	[FIGURE_GAP_SUM] = "gap_sum_ms",
	[FIGURE_LOST_DOWN] = "lost_down",
	[FIGURE_LOST_UP] = "lost_up",
	[FIGURE_VF_DOWN] = "vf_down_ms",
	[FIGURE_TOTAL] = "total_ms",
	[FIGURE_STOP_RESUME] = "stop_resume_ms",
	[FIGURE_QEMU_DOWN] = "qemu_downtime_ms",
	[FIGURE_RAM_MB] = "ram_mb",
	[FIGURE_PASSES] = "passes",
	[FIGURE_NOISE] = "noise_ms",
	[FIGURE_SEG_NOTICE] = "seg_notice_ms",
	[FIGURE_SEG_DRIVER_DOWN] = "seg_driver_down_ms",
	[FIGURE_SEG_PAGES] = "seg_pages_ms",
	[FIGURE_SEG_PASS] = "seg_pass_ms",
	[FIGURE_SEG_SWITCH] = "seg_switch_ms",
	[FIGURE_SEG_WAKE] = "seg_wake_ms",
	[FIGURE_SEG_UP] = "seg_up_ms",
	[FIGURE_DRIVER_UP] = "driver_up_ms",
};

const char *figure_name(enum figure figure)
{
	return names[figure];
}

void figures_clear(struct figures *figures)
{
	int i;

	for (i = 0; i < NR_FIGURES; i++)
		figures->v[i] = NAN;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct summary summarize(double *values, int count)
{
	struct summary summary = { count, NAN, NAN, NAN };

	if (!count)
		return summary;
	qsort(values, count, sizeof(*values), compare);
	summary.median = (values[(count - 1) / 2] + values[count / 2]) / 2;
	summary.min = values[0];
	summary.max = values[count - 1];
	return summary;
}

struct summary figures_summary(const struct figures *runs, int count,
			       enum figure figure)
{
	double values[RUNS_MAX];
	int i, used = 0;

	for (i = 0; i < count && used < RUNS_MAX; i++)
		if (!isnan(runs[i].v[figure]))
			values[used++] = runs[i].v[figure];
	return summarize(values, used);
}
