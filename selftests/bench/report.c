// SPDX-License-Identifier: GPL-2.0-only
/*
 * Printing of results; all that is computed here is medians.
 */
#include <math.h>

#include "report.h"

static const enum figure columns[] = {
	FIGURE_GAP, FIGURE_RATIO, FIGURE_GAP_SUM, FIGURE_LOST_DOWN,
	FIGURE_LOST_UP, FIGURE_VF_DOWN, FIGURE_TOTAL, FIGURE_STOP_RESUME,
	FIGURE_RAM_MB, FIGURE_NOISE,
};

#define NR_COLUMNS	((int)(sizeof(columns) / sizeof(columns[0])))

static struct summary summary_of(const struct results *results, int peer,
				 enum figure figure)
{
	return figures_summary(results->runs[peer], results->rounds, figure);
}

/* Ratios and passes are small numbers. */
static int digits(enum figure figure)
{
	return figure == FIGURE_RATIO ? 2 : 0;
}

static void print_summary(FILE *out, struct summary summary, int digits)
{
	if (!summary.count)
		fprintf(out, "-");
	else
		fprintf(out, "%.*f[%.*f-%.*f]", digits, summary.median,
			digits, summary.min, digits, summary.max);
}

static void print_runs(FILE *out, const struct results *results, int peer)
{
	const struct figures *run;
	int round, i;

	for (round = 0; round < results->rounds; round++) {
		run = &results->runs[peer][round];
		if (isnan(run->v[FIGURE_GAP]))
			continue;
		fprintf(out, "%s,%d,%d,%s,%d", results->load->name,
			results->load->memory_mb, results->load->dirty_mb_s,
			peers[peer].name, round + 1);
		for (i = 0; i < NR_FIGURES; i++)
			if (isnan(run->v[i]))
				fprintf(out, ",");
			else
				fprintf(out, ",%.3f", run->v[i]);
		fprintf(out, "\n");
	}
}

void report_csv_head(FILE *out)
{
	int i;

	fprintf(out, "load,memory_mb,dirty_mb_s,peer,round");
	for (i = 0; i < NR_FIGURES; i++)
		fprintf(out, ",%s", figure_name(i));
	fprintf(out, "\n");
}

void report_csv(FILE *out, const struct results *results)
{
	int i;

	for (i = 0; i < nr_peers; i++)
		print_runs(out, results, i);
}

static void print_head(FILE *out, const enum figure *figures, int count)
{
	int i;

	fprintf(out, "| peer |");
	for (i = 0; i < count; i++)
		fprintf(out, " %s |", figure_name(figures[i]));
	fprintf(out, "\n| --- |");
	for (i = 0; i < count; i++)
		fprintf(out, " ---: |");
	fprintf(out, "\n");
}

static void print_row(FILE *out, const struct results *results, int peer,
		      const enum figure *figures, int count)
{
	int i;

	fprintf(out, "| %s |", peers[peer].name);
	for (i = 0; i < count; i++) {
		fprintf(out, " ");
		print_summary(out, summary_of(results, peer, figures[i]),
			      digits(figures[i]));
		fprintf(out, " |");
	}
	fprintf(out, "\n");
}

void report_markdown(FILE *out, const struct results *results)
{
	int i;

	fprintf(out, "\nGuest of %d MB, %d MB/s dirtied, %d runs each: median[min-max]\n\n",
		results->load->memory_mb, results->load->dirty_mb_s,
		results->rounds);
	print_head(out, columns, NR_COLUMNS);
	for (i = 0; i < nr_peers; i++)
		print_row(out, results, i, columns, NR_COLUMNS);
}

void report_segments(FILE *out, const struct results *results)
{
	enum figure segments[NR_FIGURES - FIGURE_SEG_NOTICE];
	int count = NR_FIGURES - FIGURE_SEG_NOTICE, i;

	for (i = 0; i < count; i++)
		segments[i] = FIGURE_SEG_NOTICE + i;
	fprintf(out, "\nFrom START to the first packet, in their order:\n\n");
	print_head(out, segments, count);
	for (i = 0; i < nr_peers; i++)
		if (peers[i].guest_answers)
			print_row(out, results, i, segments, count);
}

static void print_value(FILE *out, const char *name, struct summary summary)
{
	if (summary.count)
		fprintf(out, " %s=%.0f", name, summary.median);
	else
		fprintf(out, " %s=-", name);
}

static void print_line(FILE *out, const struct results *results, int peer)
{
	struct summary ratio = summary_of(results, peer, FIGURE_RATIO);

	fprintf(out, "bench: peer=%s ", peers[peer].name);
	if (results->skipped[peer]) {
		fprintf(out, "skipped=%s\n", results->skipped[peer]);
		return;
	}
	fprintf(out, "gap_ms=");
	print_summary(out, summary_of(results, peer, FIGURE_GAP), 0);
	if (ratio.count)
		fprintf(out, " ratio=%.2f", ratio.median);
	else
		fprintf(out, " ratio=-");
	print_value(out, "ram_mb", summary_of(results, peer, FIGURE_RAM_MB));
	print_value(out, "vf_down_ms",
		    summary_of(results, peer, FIGURE_VF_DOWN));
	if (results->failed[peer])
		fprintf(out, " failed=%d", results->failed[peer]);
	fprintf(out, "\n");
}

void report_lines(FILE *out, const struct results *results)
{
	int i;

	for (i = 0; i < nr_peers; i++)
		print_line(out, results, i);
}
