// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timeline of the demo and the figures below it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../lib/clock.h"
#include "../lib/timeline.h"
#include "story.h"

static void tell_timeline(const struct story *story)
{
	const struct migration *migration = &story->migration;
	struct timeline timeline = { .count = 0 };

	timeline_add(&timeline, story->asked, "you", "migration asked");
	timeline_add(&timeline, story->signals.start, "host",
		     "START raised in the guest's mailbox");
	timeline_add(&timeline, story->signals.ready, "guest",
		     "READY: the NIC is stopped, nothing depends on it");
	timeline_add(&timeline, migration->asked, "QEMU",
		     "copies the guest's memory");
	timeline_add(&timeline, migration->stopped, "QEMU",
		     "switchover: the guest is stopped here (STOP)");
	timeline_add(&timeline, story->signals.end, "host",
		     "END raised on the other VF");
	timeline_add(&timeline, migration->resumed, "QEMU",
		     "the guest runs there (RESUME)");
	timeline_add(&timeline, story->signals.up, "guest",
		     "has taken the new NIC up");
	timeline_add(&timeline, story->back, "network",
		     "is back: first answered ping");
	timeline_print(&timeline, stdout, story->asked, story->gap.from,
		       story->gap.to);
}

static void tell_span(const char *what, long long from, long long to)
{
	if (from && to)
		printf("    %-34s %10.1f ms\n", what, ns_to_ms(to - from));
}

static void tell_figures(const struct story *story)
{
	const struct migration *migration = &story->migration;

	tell_span("START raised to guest READY", story->signals.start, story->signals.ready);
	tell_span("END raised to first packet", story->signals.end, story->back);
	tell_span("outage, without an answered ping", story->gap.from,
		  story->gap.to);
	if (story->tracked)
		tell_span("outage avoided: a pass over memory",
			  migration->asked, story->signals.start);
	printf("    %-34s %10lld ms\n", "downtime, by QEMU",
	       migration->downtime_ms);
	printf("    %-34s %10lld ms\n", "migration, by QEMU",
	       migration->total_ms);
	printf("    %-34s %10.1f MiB in %lld passes\n", "memory sent",
	       (double)migration->ram_bytes / (1 << 20), migration->passes);
	printf("    %-34s %10.1f KiB before, %.1f KiB after\n",
	       "TCP stream, one connection",
	       (double)story->bytes_before / 1024,
	       (double)story->bytes_after / 1024);
}

void story_tell(const struct story *story)
{
	printf("\n");
	tell_timeline(story);
	printf("\n");
	tell_figures(story);
	printf("\n");
	fflush(stdout);
}

double story_total_ms(const struct story *story)
{
	return ns_to_ms(story->migration.finished - story->asked);
}
