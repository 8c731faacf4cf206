// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's trace events in a buffer of our own, see trace_log.h.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attr.h"
#include "tool.h"
#include "trace_log.h"

#define INSTANCE	"migcap-watch-"

static const char * const places[] = {
	"/sys/kernel/tracing/instances",
	"/sys/kernel/debug/tracing/instances",
};

/* What one that was killed has left behind. */
static void remove_stale(const char *place)
{
	char path[TRACE_DIR_SIZE];
	struct dirent *entry;
	DIR *dir = opendir(place);
	int pid;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (sscanf(entry->d_name, INSTANCE "%d", &pid) != 1 ||
		    !kill(pid, 0) || errno != ESRCH)
			continue;
		snprintf(path, sizeof(path), "%s/%.32s", place, entry->d_name);
		rmdir(path);
	}
	closedir(dir);
}

static int make_instance(struct trace_log *log)
{
	int err = -ENOENT;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (access(places[i], F_OK)) {
			if (errno == EACCES)
				err = -EACCES;
			continue;
		}
		remove_stale(places[i]);
		snprintf(log->dir, sizeof(log->dir), "%s/" INSTANCE "%d",
			 places[i], getpid());
		if (!mkdir(log->dir, 0700) || errno == EEXIST)
			return 0;
		return -errno;
	}
	return err;
}

int trace_log_open(struct trace_log *log)
{
	char path[ATTR_PATH_MAX];
	int ret;

	*log = (struct trace_log){ .pipe = -1 };
	ret = make_instance(log);
	if (ret)
		return ret;
	/* Older kernels lack the latter; there poll() wakes late. */
	attr_write(log->dir, "trace_clock", "mono");
	attr_write(log->dir, "buffer_percent", "0");
	snprintf(path, sizeof(path), "%s/trace_pipe", log->dir);
	log->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->pipe < 0) {
		ret = -errno;
		trace_log_close(log);
	}
	return ret;
}

void trace_log_close(struct trace_log *log)
{
	attr_write(log->dir, "events/migcap/enable", "0");
	if (log->pipe >= 0)
		close(log->pipe);
	log->pipe = -1;
	rmdir(log->dir);
}

int trace_log_enable(struct trace_log *log)
{
	return attr_write(log->dir, "events/migcap/enable", "1");
}

static void take_lines(struct trace_log *log,
		       void (*take)(void *context, const char *line),
		       void *context)
{
	char *start = log->pending, *end;

	log->pending[log->len] = 0;
	while ((end = strchr(start, '\n'))) {
		*end = 0;
		take(context, start);
		start = end + 1;
	}
	log->len -= start - log->pending;
	memmove(log->pending, start, log->len);
}

int trace_log_read(struct trace_log *log,
		   void (*take)(void *context, const char *line),
		   void *context)
{
	ssize_t got;

	for (;;) {
		/* A line that long is none of ours. */
		if (log->len >= sizeof(log->pending) - 1)
			log->len = 0;
		got = read(log->pipe, log->pending + log->len,
			   sizeof(log->pending) - 1 - log->len);
		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		if (!got)
			return 0;
		log->len += got;
		take_lines(log, take, context);
	}
}
