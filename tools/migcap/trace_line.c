// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of trace_pipe, see trace_line.h:
 *
 *	comm-pid   [cpu] flags  seconds: migcap_event: address text
 *
 * The name of a program may be anything, so it is read from the event on,
 * which is the last thing that looks like one.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_line.h"

#define EVENT	": migcap_"

static const char *find_event(const char *text)
{
	const char *found = NULL, *next = text;

	while ((next = strstr(next, EVENT))) {
		found = next;
		next += strlen(EVENT);
	}
	return found;
}

/* The number that ends at @end. */
static double read_time(const char *text, const char *end)
{
	while (end > text && end[-1] != ' ')
		end--;
	return strtod(end, NULL);
}

bool trace_line_parse(struct trace_line *line, const char *text)
{
	const char *event = find_event(text);
	int used = 0;

	if (!event)
		return false;
	*line = (struct trace_line){ .time = read_time(text, event) };
	event += strlen(EVENT);
	if (sscanf(event, "%31[a-z0-9_]: %15s %n", line->event, line->vf,
		   &used) != 2 || !used)
		return false;
	snprintf(line->text, sizeof(line->text), "%.*s",
		 (int)strcspn(event + used, "\n"), event + used);
	return true;
}
