// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap release: give a quiesced guest its device back.
 */
#define _GNU_SOURCE
#include <getopt.h>

#include "ask.h"
#include "tool.h"
#include "vf.h"

static int run(int argc, char **argv)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct vf vf;
	int c, ret;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1)
		return c == 'h' ? tool_usage(&release_command, NULL) :
				  tool_usage(&release_command, "see above");
	if (argc - optind != 1)
		return tool_usage(&release_command, "release wants one VF");
	ret = vf_must_be_bound(&vf, argv[optind]);
	return ret ? ret : ask_write(&vf, "0");
}

const struct tool_command release_command = {
	.name = "release",
	.args = "VF",
	.summary = "give a quiesced guest its device back, also during a migration",
	.run = run,
};
