/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all of the tool shares: exit codes, the table of commands, and how it
 * speaks to people.
 */
#ifndef MIGCAP_TOOL_H
#define MIGCAP_TOOL_H

#include <stdarg.h>
#include <stddef.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif

/* Documented in migcap(8); scripts depend on the numbers. */
enum tool_exit {
	TOOL_OK = 0,
	TOOL_NOT = 1,		/* the answer is no, or the guest did not */
	TOOL_USAGE = 2,		/* wrong arguments */
	TOOL_NO_VF = 3,		/* no such VF, or none that the driver has */
	TOOL_NO_RIGHTS = 4,	/* the caller may not do that */
	TOOL_FAILED = 5,	/* the system refused something else */
};

struct tool_command {
	const char *name;
	const char *args;
	const char *summary;
	int (*run)(int argc, char **argv);
};

extern const struct tool_command list_command;
extern const struct tool_command check_command;
extern const struct tool_command quiesce_command;
extern const struct tool_command release_command;
extern const struct tool_command watch_command;
extern const struct tool_command follow_command;

/* Print "migcap: ..." on stderr. */
__printf(1, 2) void tool_say(const char *fmt, ...);
/* The same about one VF, "migcap: <vf>: ...". */
__printf(2, 3) void tool_say_vf(const char *vf, const char *fmt, ...);

/* Say how the command is called, and what is wrong unless @fmt is NULL. */
__printf(2, 3) int tool_usage(const struct tool_command *command,
			      const char *fmt, ...);

/* Which exit code an errno stands for. */
int tool_exit_of(int err);

#endif /* MIGCAP_TOOL_H */
