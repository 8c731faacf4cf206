// SPDX-License-Identifier: GPL-2.0-only
/*
 * The benchmark against the peers: all of them in turns, so that what else the
 * machine does falls on all alike; a round has one run of each.
 *
 *	bench [-r ROUNDS] [-p PEER]... LOAD...
 *
 * A LOAD is MEGABYTES or MEGABYTES:DIRTIED-A-SECOND.  Results go to the
 * directory MIGCAP_BENCH, else the present one; the last lines of the output
 * are the verdicts with the first load.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/failure.h"
#include "report.h"

#define USUAL_ROUNDS	3
#define LOADS_MAX	8

struct plan {
	int rounds;
	const char *only[PEERS_MAX];	/* none: all */
	int nr_only;
	struct load loads[LOADS_MAX];
	int nr_loads;
};

static struct results results[LOADS_MAX];
static struct plot plots[PEERS_MAX];

static const char *directory(void)
{
	return getenv("MIGCAP_BENCH") ? : ".";
}

static bool is_wanted(const struct plan *plan, const char *peer)
{
	int i;

	for (i = 0; i < plan->nr_only; i++)
		if (!strcmp(plan->only[i], peer))
			return true;
	return !plan->nr_only;
}

static void tell_run(const struct figures *figures)
{
	const double *v = figures->v;

	printf("%7.1f %7.2f %6.0f %6.0f %8.1f %8.1f %8.1f %7.1f %6.1f\n",
	       v[FIGURE_GAP], v[FIGURE_RATIO], v[FIGURE_LOST_DOWN],
	       v[FIGURE_LOST_UP], v[FIGURE_VF_DOWN], v[FIGURE_TOTAL],
	       v[FIGURE_STOP_RESUME], v[FIGURE_RAM_MB], v[FIGURE_NOISE]);
}

static void tell_columns(void)
{
	printf("%-10s %-15s %2s %7s %7s %6s %6s %8s %8s %8s %7s %6s\n",
	       "load", "peer", "", "gap", "ratio", "lost v", "lost ^",
	       "vf down", "total", "stopped", "RAM MB", "noise");
}

static void one_run(struct wire *wire, struct results *results, int peer,
		    int round)
{
	struct figures *figures = &results->runs[peer][round];
	struct run run = {
		.peer = &peers[peer],
		.load = results->load,
		.wire = wire,
		.round = round + 1,
	};
	int err;

	printf("%-10s %-15s %2d ", run.load->name, run.peer->name, run.round);
	fflush(stdout);
	err = run_peer(&run, figures, &plots[peer]);
	if (err == -EOPNOTSUPP) {
		results->skipped[peer] = strdup(failure_reason());
		printf("skipped: %s\n", results->skipped[peer]);
	} else if (err) {
		results->failed[peer]++;
		printf("FAILED: %s\n", failure_reason());
	} else {
		figures->v[FIGURE_RATIO] = figures->v[FIGURE_GAP] /
			results->runs[0][round].v[FIGURE_GAP];
		tell_run(figures);
	}
	fflush(stdout);
}

static void run_load(struct wire *wire, const struct plan *plan,
		     struct results *results)
{
	int round, peer;

	results->rounds = plan->rounds;
	for (round = 0; round < plan->rounds; round++)
		for (peer = 0; peer < nr_peers; peer++) {
			figures_clear(&results->runs[peer][round]);
			if (!is_wanted(plan, peers[peer].name))
				results->skipped[peer] = "not wanted";
			if (!results->skipped[peer])
				one_run(wire, results, peer, round);
		}
}

static FILE *open_result(const char *name)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", directory(), name);
	out = fopen(path, "we");
	if (!out)
		failure(-errno, "%s: %s", path, strerror(errno));
	return out;
}

static int write_results(int count)
{
	FILE *csv = open_result("bench.csv"), *md = open_result("bench.md");
	int i;

	if (csv)
		report_csv_head(csv);
	for (i = 0; i < count && csv && md; i++) {
		report_csv(csv, &results[i]);
		report_markdown(md, &results[i]);
		report_segments(md, &results[i]);
	}
	if (csv)
		fclose(csv);
	if (md)
		fclose(md);
	return csv && md ? 0 : -EIO;
}

/* Peers without a run are left out. */
static int draw(void)
{
	struct plot drawn[PEERS_MAX];
	int i, count = 0;

	for (i = 0; i < nr_peers; i++)
		if (plots[i].name)
			drawn[count++] = plots[i];
	return plot_write(directory(), drawn, count);
}

static int failed_runs(const struct results *results)
{
	int i, failed = 0;

	for (i = 0; i < nr_peers; i++)
		failed += results->failed[i];
	return failed;
}

static bool run_plan(struct wire *wire, const struct plan *plan)
{
	bool ok = true;
	int i;

	tell_columns();
	for (i = 0; i < plan->nr_loads; i++) {
		results[i].load = &plan->loads[i];
		run_load(wire, plan, &results[i]);
		ok = !write_results(i + 1) && !failed_runs(&results[i]) && ok;
	}
	for (i = 0; i < plan->nr_loads; i++) {
		report_markdown(stdout, &results[i]);
		report_segments(stdout, &results[i]);
	}
	ok = !draw() && ok;
	printf("\n");
	report_lines(stdout, &results[0]);
	return ok;
}

static bool take_load(struct plan *plan, char *text)
{
	struct load *load = &plan->loads[plan->nr_loads];

	if (plan->nr_loads == LOADS_MAX)
		return false;
	load->name = text;
	plan->nr_loads++;
	return sscanf(text, "%d:%d", &load->memory_mb, &load->dirty_mb_s) >= 1;
}

static bool take_arguments(struct plan *plan, int argc, char **argv)
{
	bool ok = true;
	int option;

	while ((option = getopt(argc, argv, "r:p:")) != -1) {
		if (option == 'r')
			plan->rounds = atoi(optarg);
		else if (option == 'p' && plan->nr_only < PEERS_MAX)
			plan->only[plan->nr_only++] = optarg;
		else
			ok = false;
	}
	for (; optind < argc; optind++)
		ok = take_load(plan, argv[optind]) && ok;
	return ok && plan->nr_loads && plan->rounds > 0 &&
	       plan->rounds <= ROUNDS_MAX;
}

int main(int argc, char **argv)
{
	struct plan plan = { .rounds = USUAL_ROUNDS };
	struct wire wire = { .pf.bdf = "" };
	bool ok;

	if (!take_arguments(&plan, argc, argv)) {
		fprintf(stderr, "usage: %s [-r ROUNDS] [-p PEER]... MEGABYTES[:DIRTIED]...\n",
			argv[0]);
		return 2;
	}
	note_quietly();
	ok = !wire_make(&wire, true, 0);
	if (ok)
		ok = run_plan(&wire, &plan);
	else
		printf("bench: FAIL %s\n", failure_reason());
	wire_remove(&wire);
	return ok ? 0 : 1;
}
