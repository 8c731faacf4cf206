// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lock protects the records and the list of attributes; the thread takes
 * it only to store what it has read.  The thread looks again at least every
 * TICK_MS, so that an attribute that forgets to notify is late, not lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "sysfs.h"
#include "watch.h"

#define ATTRS_MAX	16
#define RECORDS_MAX	4096
#define VALUE_SIZE	32
#define TICK_MS		20

struct record {
	long long when;
	int attr;
	bool first;			/* the value found at watch_add() */
	char value[VALUE_SIZE];
};

struct attr {
	char path[SYSFS_PATH_MAX];
	char value[VALUE_SIZE];		/* the latest */
};

struct watch {
	pthread_t thread;
	bool stop;
	pthread_mutex_t lock;		/* everything below */
	struct attr attrs[ATTRS_MAX];
	struct pollfd fds[ATTRS_MAX];
	int nr_attrs;
	struct record records[RECORDS_MAX];
	int nr_records;
};

static bool read_value(int fd, char *value)
{
	ssize_t len = pread(fd, value, VALUE_SIZE - 1, 0);

	if (len < 0)
		return false;
	value[len] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return true;
}

static void look_at(struct watch *watch, int attr, bool first)
{
	struct attr *seen = &watch->attrs[attr];
	struct record *record = &watch->records[watch->nr_records];
	char value[VALUE_SIZE];

	if (!read_value(watch->fds[attr].fd, value) ||
	    (!first && !strcmp(seen->value, value)) ||
	    watch->nr_records == RECORDS_MAX)
		return;
	record->when = now_ns();
	record->attr = attr;
	record->first = first;
	memcpy(record->value, value, sizeof(value));
	memcpy(seen->value, value, sizeof(value));
	watch->nr_records++;
}

static void *watch_thread(void *data)
{
	struct watch *watch = data;
	struct pollfd fds[ATTRS_MAX];
	int i, count;

	while (!__atomic_load_n(&watch->stop, __ATOMIC_RELAXED)) {
		pthread_mutex_lock(&watch->lock);
		count = watch->nr_attrs;
		for (i = 0; i < count; i++)
			look_at(watch, i, false);
		memcpy(fds, watch->fds, sizeof(fds));
		pthread_mutex_unlock(&watch->lock);
		poll(fds, count, TICK_MS);
	}
	return NULL;
}

struct watch *watch_start(void)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	pthread_mutex_init(&watch->lock, NULL);
	if (pthread_create(&watch->thread, NULL, watch_thread, watch)) {
		free(watch);
		return NULL;
	}
	return watch;
}

void watch_stop(struct watch *watch)
{
	int i;

	if (!watch)
		return;
	__atomic_store_n(&watch->stop, true, __ATOMIC_RELAXED);
	pthread_join(watch->thread, NULL);
	for (i = 0; i < watch->nr_attrs; i++)
		close(watch->fds[i].fd);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

int watch_add(struct watch *watch, const char *dir, const char *attr)
{
	char path[SYSFS_PATH_MAX];
	int fd, i;

	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failure(-errno, "%s: %s", path, strerror(errno));
	pthread_mutex_lock(&watch->lock);
	i = watch->nr_attrs;
	if (i < ATTRS_MAX) {
		memcpy(watch->attrs[i].path, path, sizeof(path));
		watch->fds[i] = (struct pollfd){ .fd = fd, .events = POLLPRI };
		watch->nr_attrs++;
		look_at(watch, i, true);
	}
	pthread_mutex_unlock(&watch->lock);
	return i < ATTRS_MAX ? 0 : failure(-ENOSPC, "%s: one too many", path);
}

static bool record_matches(const struct watch *watch,
			   const struct record *record, const char *path,
			   const char *value, long long since)
{
	if (record->when < since ||
	    strcmp(watch->attrs[record->attr].path, path))
		return false;
	return value ? !strcmp(record->value, value) : !record->first;
}

long long watch_when(struct watch *watch, const char *dir, const char *attr,
		     const char *value, long long since)
{
	char path[SYSFS_PATH_MAX];
	long long when = 0;
	int i;

	snprintf(path, sizeof(path), "%s/%s", dir, attr);
	pthread_mutex_lock(&watch->lock);
	for (i = 0; i < watch->nr_records && !when; i++)
		if (record_matches(watch, &watch->records[i], path, value,
				   since))
			when = watch->records[i].when;
	pthread_mutex_unlock(&watch->lock);
	return when;
}
