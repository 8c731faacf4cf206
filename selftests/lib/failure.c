// SPDX-License-Identifier: GPL-2.0-only
/*
 * The latest reason for a failure, and diagnostics on stdout.  The reason is
 * kept per thread, so that a sender that dies does not overwrite what the test
 * itself is about to say.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"

static __thread char reason[512];
static bool quiet;

static void print_note(const char *text)
{
	if (quiet)
		return;
	printf("# %s\n", text);
	fflush(stdout);
}

void note(const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	print_note(text);
}

void note_quietly(void)
{
	quiet = true;
}

int failure(int err, const char *fmt, ...)
{
	char text[sizeof(reason)];
	va_list args;

	/* The arguments may contain the previous reason. */
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	memcpy(reason, text, sizeof(reason));
	print_note(reason);
	return err;
}

const char *failure_reason(void)
{
	return reason;
}
