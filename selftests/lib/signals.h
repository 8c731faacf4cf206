/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When host and guest told each other what, in one migration from a VF to
 * another: looked up in a watch on their attributes.
 */
#ifndef MIGCAP_TEST_SIGNALS_H
#define MIGCAP_TEST_SIGNALS_H

#include "watch.h"

struct signals {
	long long start, ready;		/* on the source, 0: not at all */
	long long end, up;		/* on the destination */
};

/* Watch what is needed of both VFs. */
int signals_watch(struct watch *watch, const char *source,
		  const char *destination);

/* What happened at or after @since. */
struct signals signals_find(struct watch *watch, const char *source,
			    const char *destination, long long since);

#endif /* MIGCAP_TEST_SIGNALS_H */
