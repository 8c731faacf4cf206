/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the time goes between START and the first packet.
 */
#ifndef MIGCAP_BENCH_SEGMENTS_H
#define MIGCAP_BENCH_SEGMENTS_H

#include "../lib/signals.h"
#include "run.h"

/* Have the guest record; before the migration. */
int segments_record(struct run *run);

/*
 * Ask the guest for its part and add it to what was seen from outside.  @back
 * is when the first packet came.
 */
int segments_measure(struct run *run, const struct signals *signals,
		     long long back, struct figures *figures);

#endif /* MIGCAP_BENCH_SEGMENTS_H */
