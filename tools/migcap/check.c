// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap check: whether a VF is ready for a migration.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "identity.h"
#include "subject.h"
#include "tool.h"

#define INPUT_MAX	(64 << 10)

struct options {
	const char *vf;
	const char *with;
	bool identity_only;
};

static int parse(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "with", required_argument, NULL, 'w' },
		{ "identity", no_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (c == 'h')
			return -1 - tool_usage(&check_command, NULL);
		if (c == 'w')
			options->with = optarg;
		else if (c == 'i')
			options->identity_only = true;
		else
			return tool_usage(&check_command, "see above");
	}
	if (argc - optind != 1)
		return tool_usage(&check_command, "check wants one VF");
	options->vf = argv[optind];
	return TOOL_OK;
}

static void tell(void *context, enum verdict verdict, const char *name,
		 const char *text)
{
	static const char * const words[] = {
		[VERDICT_OK] = "ok",
		[VERDICT_NOTE] = "note",
		[VERDICT_NO] = "NO",
	};

	printf("%-5s%-18s%s\n", words[verdict], name, text);
}

static int read_other(struct identity *other, const char *path)
{
	bool is_stdin = !strcmp(path, "-");
	static char text[INPUT_MAX];
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	size_t len;
	int ret;

	if (!file) {
		tool_say("%s: %s", path, strerror(errno));
		return tool_exit_of(errno) == TOOL_NO_RIGHTS ? TOOL_NO_RIGHTS :
							       TOOL_USAGE;
	}
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = 0;
	if (!is_stdin)
		fclose(file);
	ret = identity_parse(other, text);
	if (!ret)
		return TOOL_OK;
	tool_say("%s: %s", path, ret == -EOPNOTSUPP ?
		 "an identity of a version that this migcap does not know" :
		 "no identity in it, as `migcap check VF` prints one");
	return TOOL_USAGE;
}

static int check(const struct options *options, const struct vf *vf)
{
	const struct verdict_sink sink = { .tell = tell };
	enum verdict worst = VERDICT_OK, compared;
	struct identity here, there;
	struct subject subject;
	int ret = TOOL_OK;

	if (options->with)
		ret = read_other(&there, options->with);
	if (ret)
		return ret;
	subject_read(&subject, vf);
	subject_identity(&subject, &here);
	if (!options->identity_only)
		worst = checks_run(&subject, &sink);
	if (options->with) {
		compared = identity_compare(&here, &there, &sink);
		worst = compared > worst ? compared : worst;
	} else {
		printf("%s" IDENTITY_HEAD "\n%s",
		       options->identity_only ? "" : "\n", here.text);
	}
	subject_put(&subject);
	return worst == VERDICT_NO ? TOOL_NOT : TOOL_OK;
}

static int run(int argc, char **argv)
{
	struct options options = {};
	struct vf vf;
	int ret = parse(&options, argc, argv);

	if (ret)
		return ret < 0 ? -1 - ret : ret;
	ret = vf_must_find(&vf, options.vf);
	return ret ? ret : check(&options, &vf);
}

const struct tool_command check_command = {
	.name = "check",
	.args = "VF [--with FILE|-] [--identity]",
	.summary = "can this VF's guest be migrated; does the other host fit",
	.run = run,
};
