/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the benchmark tells: a line a run in CSV, tables in Markdown, a line a
 * peer at the end.
 */
#ifndef MIGCAP_BENCH_REPORT_H
#define MIGCAP_BENCH_REPORT_H

#include <stdio.h>

#include "peer.h"

#define ROUNDS_MAX	20
#define PEERS_MAX	8

/* All runs with one load. */
struct results {
	const struct load *load;
	int rounds;
	struct figures runs[PEERS_MAX][ROUNDS_MAX];
	const char *skipped[PEERS_MAX];	/* the reason, NULL: it was run */
	int failed[PEERS_MAX];		/* runs that have no figures */
};

void report_csv_head(FILE *out);
void report_csv(FILE *out, const struct results *results);
void report_markdown(FILE *out, const struct results *results);

/* Where the time goes, for the peers that tell. */
void report_segments(FILE *out, const struct results *results);

/* bench: peer=NAME gap_ms=MED[MIN-MAX] ratio=R ... */
void report_lines(FILE *out, const struct results *results);

#endif /* MIGCAP_BENCH_REPORT_H */
