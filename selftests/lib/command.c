// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shell for one command; the output is kept for the failure reason alone.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

int command(const char *fmt, ...)
{
	char text[512], full[544], line[256] = "", next[256];
	va_list args;
	FILE *out;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(full, sizeof(full), "(%s) 2>&1 </dev/null", text);
	out = popen(full, "re");
	if (!out)
		return failure(-EIO, "no shell for '%s'", text);
	while (fgets(next, sizeof(next), out))
		snprintf(line, sizeof(line), "%s", next);
	line[strcspn(line, "\n")] = '\0';
	return pclose(out) ? failure(-EIO, "'%s': %s", text, line) : 0;
}
