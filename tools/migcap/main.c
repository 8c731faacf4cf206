// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap: VFs that migcap_vfio_pci makes movable, as an operator handles them.
 *
 * Owns the table of commands.  Each command is a file of its own.
 */
#include <stdio.h>
#include <string.h>

#include "tool.h"

#ifndef MIGCAP_VERSION
#define MIGCAP_VERSION	"unknown"
#endif

static const struct tool_command * const commands[] = {
	&list_command,
	&check_command,
	&quiesce_command,
	&release_command,
	&watch_command,
	&follow_command,
};

static void print_help(FILE *out)
{
	unsigned int i;

	fprintf(out, "usage: migcap COMMAND [ARGUMENT...]\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name,
			commands[i]->summary);
	fprintf(out, "\nmigcap COMMAND --help tells more, migcap(8) tells all.\n");
}

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc < 2) {
		print_help(stderr);
		return TOOL_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		print_help(stdout);
		return TOOL_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("migcap %s\n", MIGCAP_VERSION);
		return TOOL_OK;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i]->name))
			return commands[i]->run(argc - 1, argv + 1);
	tool_say("no command '%s'", argv[1]);
	print_help(stderr);
	return TOOL_USAGE;
}
