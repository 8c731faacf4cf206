// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for a file in sysfs, see wait.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attr.h"
#include "wait.h"

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int read_value(int fd, char *value, size_t size)
{
	ssize_t len = pread(fd, value, size - 1, 0);

	if (len < 0)
		return -errno;
	value[len] = 0;
	value[strcspn(value, "\n")] = 0;
	return 0;
}

static int wait_on(int fd, const char *unwanted, long ms, char *value,
		   size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLPRI };
	long end = now_ms() + ms, left;
	int ret;

	for (;;) {
		ret = read_value(fd, value, size);
		if (ret || strcmp(value, unwanted))
			return ret;
		left = end - now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		ret = poll(&pfd, 1, left);
		if (ret < 0 && errno != EINTR)
			return -errno;
	}
}

int wait_while(const char *dir, const char *name, const char *unwanted, long ms,
	       char *value, size_t size)
{
	char path[ATTR_PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = wait_on(fd, unwanted, ms, value, size);
	close(fd);
	return ret;
}
