// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the tool speaks to people, and what its exit codes stand for.
 */
#include <errno.h>
#include <stdio.h>

#include "tool.h"

static void say(const char *vf, const char *fmt, va_list args)
{
	fflush(stdout);
	fprintf(stderr, "migcap: ");
	if (vf)
		fprintf(stderr, "%s: ", vf);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

void tool_say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(NULL, fmt, args);
	va_end(args);
}

void tool_say_vf(const char *vf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(vf, fmt, args);
	va_end(args);
}

int tool_usage(const struct tool_command *command, const char *fmt, ...)
{
	va_list args;

	if (!fmt) {
		printf("usage: migcap %s %s\n\n%s\n", command->name,
		       command->args, command->summary);
		return TOOL_OK;
	}
	va_start(args, fmt);
	say(NULL, fmt, args);
	va_end(args);
	fprintf(stderr, "usage: migcap %s %s\n", command->name, command->args);
	return TOOL_USAGE;
}

int tool_exit_of(int err)
{
	switch (err < 0 ? -err : err) {
	case 0:
		return TOOL_OK;
	case EACCES:
	case EPERM:
		return TOOL_NO_RIGHTS;
	case ENODEV:
	case ENXIO:
	case ENOENT:
		return TOOL_NO_VF;
	default:
		return TOOL_FAILED;
	}
}
