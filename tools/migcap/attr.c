// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files and links in sysfs, see attr.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"

static int attr_open(const char *dir, const char *name, int flags)
{
	char path[ATTR_PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int attr_read(const char *dir, const char *name, char *value, size_t size)
{
	int fd = attr_open(dir, name, O_RDONLY);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read(fd, value, size - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	if (len && value[len - 1] == '\n')
		len--;
	value[len] = 0;
	return 0;
}

int attr_read_number(const char *dir, const char *name, long *value)
{
	char text[64], *end;
	int ret;

	ret = attr_read(dir, name, text, sizeof(text));
	if (ret)
		return ret;
	*value = strtol(text, &end, 0);
	return end == text || *end ? -EINVAL : 0;
}

int attr_write(const char *dir, const char *name, const char *value)
{
	int fd = attr_open(dir, name, O_WRONLY);
	size_t len = strlen(value);
	ssize_t ret;

	if (fd < 0)
		return fd;
	ret = write(fd, value, len);
	if (ret < 0)
		ret = -errno;
	close(fd);
	if (ret < 0)
		return ret;
	return (size_t)ret == len ? 0 : -EIO;
}

int attr_link(const char *dir, const char *name, char *target, size_t size)
{
	char path[ATTR_PATH_MAX], link[ATTR_PATH_MAX];
	const char *base;
	ssize_t len;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	len = readlink(path, link, sizeof(link) - 1);
	if (len < 0)
		return -errno;
	link[len] = 0;
	base = strrchr(link, '/');
	base = base ? base + 1 : link;
	if (strlen(base) >= size)
		return -ENAMETOOLONG;
	snprintf(target, size, "%s", base);
	return 0;
}

int attr_line(const char *text, const char *name, char *value, size_t size)
{
	size_t len = strlen(name), found;

	while (text && *text) {
		if (!strncmp(text, name, len) &&
		    (text[len] == '=' || text[len] == ' ')) {
			text += len + 1;
			found = strcspn(text, "\n");
			if (found >= size)
				return -ENAMETOOLONG;
			memcpy(value, text, found);
			value[found] = 0;
			return 0;
		}
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return -ENOENT;
}
