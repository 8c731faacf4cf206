/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happened in the demo's migration, and telling it.
 */
#ifndef MIGCAP_DEMO_STORY_H
#define MIGCAP_DEMO_STORY_H

#include "../lib/migrate.h"
#include "../lib/probe.h"
#include "../lib/signals.h"

struct story {
	const char *source, *destination;	/* addresses of the VFs */
	struct migration migration;
	long long asked;		/* for the migration, by the person */
	struct signals signals;
	long long back;			/* the first answered probe */
	struct gap gap;		/* the outage */
	unsigned long long bytes_before, bytes_after;	/* on the stream */
	int tracked;			/* by the guest: all that the VF wrote */
};

void story_tell(const struct story *story);

/* From the request until the source was done. */
double story_total_ms(const struct story *story);

#endif /* MIGCAP_DEMO_STORY_H */
