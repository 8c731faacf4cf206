/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that each do one thing again and again, for a bounded time.
 *
 * For how long, and what they do at random, can be given, see lib/hostile.h; how
 * they interleave cannot.
 */
#ifndef SELFTESTS_HOST_CROWD_H
#define SELFTESTS_HOST_CROWD_H

#include <stdbool.h>

struct crowd_member {
	const char *name;
	/* Once; @arg is the crowd's.  0 if it got something done. */
	int (*act)(void *arg, unsigned int *seed);
	int pause_ms;		/* between two times */
	int nice;
	bool stays;		/* on the first processor, with all who do */
	/* Filled in: */
	unsigned long tries;
	unsigned long done;
};

/*
 * Let them loose, stop them after @ms or what MIGCAP_HOSTILE_SECONDS says, and
 * wait for each.  They go on for a while if one has not got anything done yet; one
 * that never does is -EIO.  0, or -errno with a reason.
 */
int crowd_run(struct crowd_member *members, int count, void *arg, int ms);

/* A number below @limit. */
unsigned int crowd_pick(unsigned int *seed, unsigned int limit);

#endif /* SELFTESTS_HOST_CROWD_H */
