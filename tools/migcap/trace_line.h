/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of trace_pipe that tells of one of the driver's events.  Pure.
 */
#ifndef MIGCAP_TOOL_TRACE_LINE_H
#define MIGCAP_TOOL_TRACE_LINE_H

#include <stdbool.h>

#define TRACE_TEXT_SIZE	200

struct trace_line {
	double time;		/* as the trace's clock gives it, in seconds */
	char event[32];		/* without "migcap_" */
	char vf[16];
	char text[TRACE_TEXT_SIZE];
};

/* False if it is no line of an event of the driver's. */
bool trace_line_parse(struct trace_line *line, const char *text);

#endif /* MIGCAP_TOOL_TRACE_LINE_H */
