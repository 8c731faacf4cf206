/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What another machine on a guest's wire sees of it: its host pings the guest by its
 * PF, which has an address in the guest's network.
 */
#ifndef MIGCAP_TEST_NEIGHBOUR_H
#define MIGCAP_TEST_NEIGHBOUR_H

#include <stdbool.h>

#include "host.h"
#include "process.h"

struct neighbour {
	struct host *host;
	const char *link;	/* network device there */
	const char *guest;	/* the guest's address */
	struct process ping;
};

/* What it has seen, and missed; as struct probe_loss. */
struct neighbour_view {
	int answered;
	double outage_ms;	/* of the longest run of pings without an answer */
	int lost;		/* in that run, */
	int lost_else;		/* and at other times */
};

/* How many of three pings are answered, or -errno. */
int neighbour_pings(struct neighbour *neighbour);

/* Wait until all three of such are. */
int neighbour_comes_to_reach(struct neighbour *neighbour, int timeout_ms);

/* Look at the guest from now on, until the view is taken. */
int neighbour_look(struct neighbour *neighbour);
int neighbour_take_view(struct neighbour *neighbour,
			struct neighbour_view *view);

#endif /* MIGCAP_TEST_NEIGHBOUR_H */
