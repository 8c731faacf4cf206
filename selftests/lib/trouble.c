// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel logs are searched for the words that kernels use when they are in
 * trouble.  /dev/kmsg gives one record a read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "trouble.h"
#include "trouble_words.h"

static const char *const signs[] = { TROUBLE_WORDS, NULL };

static bool is_trouble(const char *line)
{
	const char *const *sign;

	for (sign = signs; *sign; sign++)
		if (strstr(line, *sign))
			return true;
	return false;
}

bool trouble_in_file(const char *path, char *line, size_t size)
{
	FILE *log = fopen(path, "re");
	bool found = false;

	if (!log)
		return false;
	while (!found && fgets(line, size, log))
		found = is_trouble(line);
	fclose(log);
	line[strcspn(line, "\r\n")] = '\0';
	return found;
}

int trouble_watch_kernel(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return failure(-errno, "/dev/kmsg: %s", strerror(errno));
	lseek(fd, 0, SEEK_END);
	return fd;
}

bool trouble_in_kernel(int fd, char *line, size_t size)
{
	char record[2048], *text;
	ssize_t len;

	for (;;) {
		len = read(fd, record, sizeof(record) - 1);
		if (len < 0 && errno == EPIPE)
			continue;	/* records were overwritten */
		if (len <= 0)
			return false;
		record[len] = '\0';
		record[strcspn(record, "\n")] = '\0';
		text = strchr(record, ';');
		text = text ? text + 1 : record;
		if (!is_trouble(text))
			continue;
		snprintf(line, size, "%s", text);
		return true;
	}
}
