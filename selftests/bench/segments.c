// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host sees when START and END were raised, when READY was written and when
 * the guest took READY back, which is the first thing it does when it has
 * noticed END.  How long the driver took in between only the guest knows: its
 * trace has durations, which hold by whatever clock.
 *
 *	START -notice- -driver down- -pages- READY -pass- STOP -switch- END
 *	-wake- WAIT -up- first packet
 *
 * The last one ends within the driver's resume(), or after it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/clock.h"
#include "segments.h"

#define TRACING		"/sys/kernel/tracing"
#define EVENTS		"migcap_guest_(quiesced|ready|resumed)"

int segments_record(struct run *run)
{
	return guest_must(&run->vms[0].guest, 10,
			  "echo 1 >" TRACING "/events/migcap_guest/enable");
}

/* The duration in the last event of that name, in ms; -1 if there is none. */
static double duration(const char *trace, const char *event)
{
	const char *line, *us;
	double found = -1;

	for (line = strstr(trace, event); line; line = strstr(line + 1, event)) {
		us = strstr(line, "us=");
		if (us && sscanf(us, "us=%lf", &found) == 1)
			found /= 1000;
	}
	return found;
}

static double between(long long from, long long to)
{
	return ns_to_ms(to - from);
}

static void measure_down(const struct run *run, const struct signals *signals,
			 double quiesced, double ready, double *v)
{
	v[FIGURE_SEG_NOTICE] = between(signals->start, signals->ready) - ready;
	v[FIGURE_SEG_DRIVER_DOWN] = quiesced;
	v[FIGURE_SEG_PAGES] = ready - quiesced;
	v[FIGURE_SEG_PASS] = between(signals->ready, run->migration.stopped);
}

static void measure_up(const struct run *run, const struct signals *signals,
		       double resumed, long long back, double *v)
{
	v[FIGURE_SEG_SWITCH] = between(run->migration.stopped, signals->end);
	v[FIGURE_SEG_WAKE] = between(signals->end, signals->up);
	v[FIGURE_SEG_UP] = between(signals->up, back);
	v[FIGURE_DRIVER_UP] = resumed;
}

int segments_measure(struct run *run, const struct signals *signals,
		     long long back, struct figures *figures)
{
	struct guest *guest = &run->vms[1].guest;
	double quiesced, ready, resumed;
	int err;

	err = guest_must(guest, 20, "grep -E '" EVENTS ":' " TRACING "/trace");
	if (err)
		return err;
	quiesced = duration(guest->output, "migcap_guest_quiesced");
	ready = duration(guest->output, "migcap_guest_ready");
	resumed = duration(guest->output, "migcap_guest_resumed");
	if (!signals->start || !signals->ready || !signals->up ||
	    quiesced < 0 || ready < 0 || resumed < 0)
		return failure(-ENODATA, "%s: a step is missing between START and END",
			       run->vms[1].name);
	measure_down(run, signals, quiesced, ready, figures->v);
	measure_up(run, signals, resumed, back, figures->v);
	return 0;
}
