// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes in sysfs: one system call each way, as sysfs wants it, and a
 * bounded poll() for those that notify.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "sysfs.h"

static int sysfs_open(const char *dir, const char *attr, int flags)
{
	char path[SYSFS_PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_value(int fd, char *value, size_t size)
{
	ssize_t len = pread(fd, value, size - 1, 0);

	if (len < 0)
		return -errno;
	value[len] = '\0';
	if (len && value[len - 1] == '\n')
		value[len - 1] = '\0';
	return 0;
}

int sysfs_read(const char *dir, const char *attr, char *value, size_t size)
{
	int fd = sysfs_open(dir, attr, O_RDONLY);
	int err;

	if (fd < 0)
		return fd;
	err = read_value(fd, value, size);
	close(fd);
	return err;
}

int sysfs_read_number(const char *dir, const char *attr, long *value)
{
	char text[SYSFS_VALUE_MAX], *end;
	int err = sysfs_read(dir, attr, text, sizeof(text));

	if (err)
		return err;
	*value = strtol(text, &end, 0);
	return end == text || *end ? -EINVAL : 0;
}

int sysfs_write(const char *dir, const char *attr, const char *value)
{
	int fd = sysfs_open(dir, attr, O_WRONLY);
	int err = 0;

	if (fd < 0)
		return fd;
	if (write(fd, value, strlen(value)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int sysfs_write_number(const char *dir, const char *attr, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	return sysfs_write(dir, attr, text);
}

int sysfs_choose(const char *dir, const char *attr, const char *word, char *was)
{
	char words[SYSFS_VALUE_MAX];
	int err = sysfs_read(dir, attr, words, sizeof(words));

	if (err)
		return err;
	if (sscanf(words, "%*[^[][%[^]]", was) != 1 &&
	    sscanf(words, "[%[^]]", was) != 1)
		return -EIO;
	return sysfs_write(dir, attr, word);
}

int sysfs_link(const char *dir, const char *attr, char *name, size_t size)
{
	char path[SYSFS_PATH_MAX], target[SYSFS_PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	snprintf(name, size, "%s", basename(target));
	return 0;
}

int sysfs_wait(const char *dir, const char *attr, const char *wanted,
	       int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	char value[SYSFS_VALUE_MAX];
	struct pollfd pfd = { .events = POLLPRI };
	int err, left;

	pfd.fd = sysfs_open(dir, attr, O_RDONLY);
	if (pfd.fd < 0)
		return failure(pfd.fd, "%s/%s: %s", dir, attr,
			       strerror(-pfd.fd));
	for (;;) {
		err = read_value(pfd.fd, value, sizeof(value));
		if (err || !strcmp(value, wanted))
			break;
		left = ms_until(deadline);
		if (!left) {
			err = failure(-ETIMEDOUT,
				      "%s/%s reads '%s', not '%s', after %d ms",
				      dir, attr, value, wanted,
				      stretch_ms(timeout_ms));
			break;
		}
		poll(&pfd, 1, left);
	}
	close(pfd.fd);
	return err;
}
