/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's trace events in a buffer of our own, so that nobody else's use of
 * the trace is disturbed and no event is missed.
 */
#ifndef MIGCAP_TOOL_TRACE_LOG_H
#define MIGCAP_TOOL_TRACE_LOG_H

#include <stddef.h>

#define TRACE_DIR_SIZE	96

struct trace_log {
	char dir[TRACE_DIR_SIZE];	/* the instance */
	int pipe;
	char pending[4096];		/* the beginning of a line */
	size_t len;
};

/* 0, -ENOENT if there is no tracefs, or another -errno. */
int trace_log_open(struct trace_log *log);
void trace_log_close(struct trace_log *log);

/* Have events recorded, once the driver is loaded: -ENOENT before that. */
int trace_log_enable(struct trace_log *log);

/* Call @take with each complete line that is there. */
int trace_log_read(struct trace_log *log,
		   void (*take)(void *context, const char *line),
		   void *context);

#endif /* MIGCAP_TOOL_TRACE_LOG_H */
