// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap quiesce: have a guest stop its device, ahead of a migration.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "attr.h"
#include "status.h"
#include "tool.h"
#include "wait.h"

#define SECONDS_MAX	3600
/* The driver's own limit says "timeout" a little earlier. */
#define MARGIN_MS	2000

struct options {
	bool wait;
	long wait_ms;	/* 0: as long as the guest may take */
};

static bool parse_seconds(struct options *options, const char *text)
{
	long seconds;
	char *end;

	options->wait = true;
	if (!text)
		return true;
	seconds = strtol(text, &end, 10);
	if (end == text || *end || seconds < 1 || seconds > SECONDS_MAX)
		return false;
	options->wait_ms = seconds * 1000;
	return true;
}

static long limit_ms(const struct options *options, const char *dir)
{
	long ms;

	if (options->wait_ms)
		return options->wait_ms;
	return attr_read_number(dir, "ready_timeout_ms", &ms) ?
		       SECONDS_MAX * 1000L : ms + MARGIN_MS;
}

static int wait_for_guest(const struct options *options, const struct vf *vf)
{
	char dir[STATUS_DIR_SIZE], value[16];
	long ms;
	int ret;

	status_dir(vf, dir);
	ms = limit_ms(options, dir);
	ret = wait_while(dir, "quiesce", "asked", ms, value, sizeof(value));
	if (ret == -ETIMEDOUT) {
		tool_say_vf(vf->bdf, "no answer in %ld s, still asked until migcap release",
			    ms / 1000);
		return TOOL_NOT;
	}
	if (ret) {
		tool_say_vf(vf->bdf, "cannot read migcap/quiesce: %s",
			    strerror(-ret));
		return tool_exit_of(ret);
	}
	if (!strcmp(value, "quiesced"))
		return TOOL_OK;
	if (!strcmp(value, "timeout"))
		tool_say_vf(vf->bdf, "the guest did not answer in time");
	else if (!strcmp(value, "forced"))
		tool_say_vf(vf->bdf, "a migration has cut the device off");
	else
		tool_say_vf(vf->bdf, "somebody has taken the question back");
	return TOOL_NOT;
}

static int run(int argc, char **argv)
{
	static const struct option names[] = {
		{ "wait", optional_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct options options = {};
	struct vf vf;
	int c, ret;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (c == 'h')
			return tool_usage(&quiesce_command, NULL);
		if (c != 'w')
			return tool_usage(&quiesce_command, "see above");
		if (!parse_seconds(&options, optarg))
			return tool_usage(&quiesce_command,
					  "--wait takes 1 to %d seconds",
					  SECONDS_MAX);
	}
	if (argc - optind != 1)
		return tool_usage(&quiesce_command, "quiesce wants one VF");
	ret = vf_must_be_bound(&vf, argv[optind]);
	if (!ret)
		ret = ask_write(&vf, "1");
	if (!ret && options.wait)
		ret = wait_for_guest(&options, &vf);
	return ret;
}

const struct tool_command quiesce_command = {
	.name = "quiesce",
	.args = "VF [--wait[=SECONDS]]",
	.summary = "have the guest stop its device, ahead of a migration",
	.run = run,
};
