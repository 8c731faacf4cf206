// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that are held back, see keep.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attr.h"
#include "keep.h"
#include "tool.h"

#define KEEP_DIR	"/run/migcap"

/* Below systemd RuntimeDirectory= may have chosen another. */
static const char *keep_dir(void)
{
	const char *dir = getenv("RUNTIME_DIRECTORY");

	return dir && *dir == '/' ? dir : KEEP_DIR;
}

static int keep_path(const struct vf *vf, const char *end, char *path)
{
	int len = snprintf(path, ATTR_PATH_MAX, "%s/%s.rules%s", keep_dir(),
			   vf->bdf, end);

	return len < ATTR_PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int read_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t len;
	int ret;

	if (!file)
		return -errno;
	len = fread(text, 1, size, file);
	ret = ferror(file) ? -EIO : len == size ? -E2BIG : 0;
	fclose(file);
	text[ret ? 0 : len] = 0;
	return ret;
}

int keep_read(const struct vf *vf, struct rules *rules)
{
	char path[ATTR_PATH_MAX], text[ATTR_VALUE_MAX], bad[RULES_TEXT_SIZE];
	int ret = keep_path(vf, "", path);

	if (!ret)
		ret = read_file(path, text, sizeof(text));
	*rules = (struct rules)RULES_NONE;
	return ret ? ret : rules_parse(rules, text, bad);
}

/* By a rename: a reader sees the one or the other. */
int keep_write(const struct vf *vf, const struct rules *rules)
{
	char path[ATTR_PATH_MAX], fresh[ATTR_PATH_MAX], text[RULES_TEXT_SIZE];
	FILE *file;
	int ret;

	if (keep_path(vf, "", path) || keep_path(vf, ".new", fresh))
		return -ENAMETOOLONG;
	if (mkdir(keep_dir(), 0755) && errno != EEXIST)
		return -errno;
	file = fopen(fresh, "we");
	if (!file)
		return -errno;
	rules_print(rules, text, sizeof(text));
	fputs(text, file);
	ret = ferror(file) ? -EIO : 0;
	if (fclose(file))
		ret = -errno;
	if (!ret && rename(fresh, path))
		ret = -errno;
	if (ret)
		unlink(fresh);
	return ret;
}

int keep_load(const char *path, struct rules *rules)
{
	char text[ATTR_VALUE_MAX], bad[RULES_TEXT_SIZE];
	int ret = read_file(path, text, sizeof(text));

	if (ret) {
		tool_say("%s: %s", path, strerror(-ret));
		return ret;
	}
	*rules = (struct rules)RULES_NONE;
	ret = rules_parse(rules, text, bad);
	if (ret)
		tool_say("%s: '%s' makes no sense", path, bad);
	return ret;
}
