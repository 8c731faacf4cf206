/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running the tool migcap: to its end, or beside the test, line by line.  It is
 * the one that was built with the tests, or that MIGCAP_TOOL names.
 */
#ifndef MIGCAP_TEST_TOOL_H
#define MIGCAP_TEST_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define TOOL_OUTPUT_MAX	(64 << 10)
#define TOOL_ARGS_MAX	16

/* Exit codes as migcap(8) has them. */
enum {
	TOOL_OK,
	TOOL_NOT,
	TOOL_USAGE,
	TOOL_NO_VF,
	TOOL_NO_RIGHTS,
	TOOL_FAILED,
};

struct tool {
	pid_t pid;
	int out;			/* the tool's stdout */
	size_t len;
	char text[TOOL_OUTPUT_MAX];	/* of what it printed, the latest */
};

/* Print a list of words as arguments. */
#define TOOL_ARGS(...)	((const char * const []){ __VA_ARGS__, NULL })

/*
 * Run it to its end, for half a minute at most; its exit code, or -errno.  What
 * it printed on both outputs is in tool_output() until the next run.
 */
int tool_run(const char * const *args);
/* The same without rights. */
int tool_run_as_nobody(const char * const *args);
/* The same, and it reads @input. */
int tool_run_with(const char *input, const char * const *args);
const char *tool_output(void);

/* Begin to run it; 0 or -errno. */
int tool_start(struct tool *tool, const char * const *args);
/*
 * Wait until a line of its output has @text in it, which is returned, up to the
 * newline, in a buffer that the next call overwrites; NULL after @ms.  Lines
 * ahead of it are passed over.
 */
const char *tool_line(struct tool *tool, const char *text, int ms);
/* Wait for its end, @ms at most: its exit code, or -errno. */
int tool_wait(struct tool *tool, int ms);
/* Ask it to end, and see that it does. */
int tool_stop(struct tool *tool);

#endif /* MIGCAP_TEST_TOOL_H */
