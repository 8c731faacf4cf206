// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sorting and printing of moments; where they come from is told elsewhere.
 */
#include <stdlib.h>

#include "clock.h"
#include "timeline.h"

void timeline_add(struct timeline *timeline, long long when,
		  const char *where, const char *what)
{
	int i = timeline->count;

	if (!when || i == TIMELINE_MAX)
		return;
	/* Insert behind all that are not later. */
	for (; i && timeline->moments[i - 1].when > when; i--)
		timeline->moments[i] = timeline->moments[i - 1];
	timeline->moments[i].when = when;
	timeline->moments[i].where = where;
	timeline->moments[i].what = what;
	timeline->count++;
}

void timeline_print(struct timeline *timeline, FILE *out, long long zero,
		    long long dark_from, long long dark_to)
{
	long long when, last = zero;
	int i;

	fprintf(out, "    %9s  %8s  net  %-11s  %s\n", "ms", "+ms", "who",
		"what");
	for (i = 0; i < timeline->count; i++) {
		when = timeline->moments[i].when;
		fprintf(out, "    %9.1f  %8.1f   %s   %-11s  %s\n",
			ns_to_ms(when - zero), ns_to_ms(when - last),
			when >= dark_from && when < dark_to ? " " : "#",
			timeline->moments[i].where, timeline->moments[i].what);
		last = when;
	}
}
