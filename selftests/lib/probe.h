/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ICMP echo requests to a guest, every 10 ms if it is quick to answer (see pace.h),
 * and what became of them: when the network was there, and for how long it was not.
 */
#ifndef MIGCAP_TEST_PROBE_H
#define MIGCAP_TEST_PROBE_H

#include "gaps.h"

struct probe;

/* Probe @address from the network device @link, in a thread of its own. */
struct probe *probe_start(const char *link, const char *address);
void probe_stop(struct probe *probe);

/* Wait until @count probes sent since @since have been answered, or -ETIMEDOUT. */
int probe_wait(struct probe *probe, long long since, int count, int timeout_ms);

/*
 * When the first answer arrived to a probe that was sent at or after @since,
 * waited for until @timeout_ms have passed; 0 if there was none.
 */
long long probe_first_answer(struct probe *probe, long long since,
			     int timeout_ms);

/* The longest time between @from and @to in which no answer arrived. */
struct gap probe_longest_gap(struct probe *probe, long long from,
			     long long to);

/* When answers arrived between @from and @to; to be freed. */
struct times probe_answers(struct probe *probe, long long from, long long to);

/* How many probes sent between @from and @to have no answer. */
int probe_lost(struct probe *probe, long long from, long long to);

/*
 * The longest run of probes sent between @from and @to that have no answer: from the
 * answer before it to that after it.  A machine that stands still for a while loses
 * none.  What is on its way at the end does not count.
 */
struct probe_loss {
	struct gap gap;		/* zero if none was lost */
	int lost;		/* in that run, */
	int lost_else;		/* and at other times */
};

struct probe_loss probe_longest_loss(struct probe *probe, long long from,
				     long long to);

#endif /* MIGCAP_TEST_PROBE_H */
