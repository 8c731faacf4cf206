/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Named moments of one migration, and their story told to a person.
 */
#ifndef MIGCAP_TEST_TIMELINE_H
#define MIGCAP_TEST_TIMELINE_H

#include <stdio.h>

#define TIMELINE_MAX	24

struct timeline {
	struct {
		long long when;
		const char *where;	/* who did it */
		const char *what;
	} moments[TIMELINE_MAX];
	int count;
};

/* Add a moment; one without a time is left out.  Strings are not copied. */
void timeline_add(struct timeline *timeline, long long when,
		  const char *where, const char *what);

/*
 * Tell all in the order of time, in milliseconds since @zero; lines between
 * @dark_from and @dark_to, when the network was away, carry a bar.
 */
void timeline_print(struct timeline *timeline, FILE *out, long long zero,
		    long long dark_from, long long dark_to);

#endif /* MIGCAP_TEST_TIMELINE_H */
