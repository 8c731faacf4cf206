// SPDX-License-Identifier: GPL-2.0-only
/*
 * Following VFs, see observer.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "attr.h"
#include "observer.h"
#include "status.h"
#include "tool.h"
#include "uevent.h"

static const char * const files[OBSERVER_FILES] = { "state", "guest", "quiesce" };

static void close_files(struct observer_vf *vf)
{
	int i;

	for (i = 0; i < OBSERVER_FILES; i++) {
		if (vf->fds[i] >= 0)
			close(vf->fds[i]);
		vf->fds[i] = -1;
	}
}

/* All of them or none: the driver makes and removes them together. */
static void open_files(struct observer_vf *vf)
{
	char path[ATTR_PATH_MAX], dir[STATUS_DIR_SIZE];
	int i;

	close_files(vf);
	status_dir(&vf->vf, dir);
	for (i = 0; i < OBSERVER_FILES; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		vf->fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (vf->fds[i] < 0)
			return close_files(vf);
	}
}

static void refresh(struct observer_vf *vf)
{
	vf_refresh(&vf->vf);
	if (vf_is_bound(&vf->vf))
		open_files(vf);
	else
		close_files(vf);
}

static int end_by_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int observer_open(struct observer *observer)
{
	observer->vfs = NULL;
	observer->count = 0;
	observer->uevents = uevent_open();
	if (observer->uevents < 0)
		return observer->uevents;
	observer->signals = end_by_signals();
	if (observer->signals >= 0)
		return 0;
	close(observer->uevents);
	return observer->signals;
}

void observer_close(struct observer *observer)
{
	size_t i;

	for (i = 0; i < observer->count; i++) {
		close_files(observer->vfs[i]);
		free(observer->vfs[i]);
	}
	free(observer->vfs);
	close(observer->uevents);
	close(observer->signals);
}

int observer_add(struct observer *observer, const struct vf *vf)
{
	struct observer_vf **more, *added;
	int i;

	more = realloc(observer->vfs,
		       (observer->count + 1) * sizeof(struct observer_vf *));
	if (!more)
		return -ENOMEM;
	observer->vfs = more;
	added = calloc(1, sizeof(*added));
	if (!added)
		return -ENOMEM;
	added->vf = *vf;
	for (i = 0; i < OBSERVER_FILES; i++)
		added->fds[i] = -1;
	refresh(added);
	more[observer->count++] = added;
	return 0;
}

static void changed(struct observer *observer, struct observer_vf *vf)
{
	if (observer->changed)
		observer->changed(observer, vf);
}

static void refresh_all(struct observer *observer)
{
	size_t i;

	for (i = 0; i < observer->count; i++) {
		refresh(observer->vfs[i]);
		changed(observer, observer->vfs[i]);
	}
}

static void take_in(struct observer *observer, const char *bdf)
{
	struct vf vf;

	if (!observer->all || vf_find(&vf, bdf) ||
	    observer_add(observer, &vf))
		return;
	changed(observer, observer->vfs[observer->count - 1]);
}

static void read_uevents(struct observer *observer)
{
	struct uevent event;
	size_t i;
	int ret;

	while ((ret = uevent_read(observer->uevents, &event))) {
		if (ret < 0) {
			refresh_all(observer);
			continue;
		}
		for (i = 0; i < observer->count; i++)
			if (!strcmp(observer->vfs[i]->vf.bdf, event.bdf))
				break;
		if (i < observer->count) {
			refresh(observer->vfs[i]);
			changed(observer, observer->vfs[i]);
		} else if (!strcmp(event.action, "bind")) {
			take_in(observer, event.bdf);
		}
	}
}

/* A file is armed anew by reading it; a removed one cannot be read. */
static void rearm(struct observer *observer, struct observer_vf *vf,
		  const struct pollfd *pfds)
{
	bool told = false, gone = false;
	char value[64];
	int i;

	for (i = 0; i < OBSERVER_FILES; i++) {
		if (pfds[i].fd < 0 || !(pfds[i].revents & (POLLPRI | POLLERR)))
			continue;
		told = true;
		gone |= pread(pfds[i].fd, value, sizeof(value), 0) < 0;
	}
	if (gone)
		refresh(vf);
	if (told)
		changed(observer, vf);
}

#define FIXED	3

static void dispatch(struct observer *observer, const struct pollfd *pfds,
		     size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		rearm(observer, observer->vfs[i],
		      pfds + FIXED + i * OBSERVER_FILES);
	if (pfds[1].revents)
		read_uevents(observer);
	if (pfds[2].revents)
		observer->readable(observer);
}

int observer_wait(struct observer *observer, int ms)
{
	size_t count = observer->count, i;
	struct pollfd *pfds;
	int ret, f;

	pfds = calloc(FIXED + count * OBSERVER_FILES, sizeof(*pfds));
	if (!pfds)
		return -ENOMEM;
	pfds[0] = (struct pollfd){ .fd = observer->signals, .events = POLLIN };
	pfds[1] = (struct pollfd){ .fd = observer->uevents, .events = POLLIN };
	pfds[2] = (struct pollfd){ .fd = observer->extra, .events = POLLIN };
	for (i = 0; i < count; i++)
		for (f = 0; f < OBSERVER_FILES; f++)
			pfds[FIXED + i * OBSERVER_FILES + f] = (struct pollfd){
				.fd = observer->vfs[i]->fds[f],
				.events = POLLPRI,
			};
	ret = poll(pfds, FIXED + count * OBSERVER_FILES, ms);
	if (ret < 0)
		ret = errno == EINTR ? 0 : -errno;
	else if (pfds[0].revents)
		ret = -EINTR;
	else if (ret)
		dispatch(observer, pfds, count);
	free(pfds);
	return ret > 0 ? 1 : ret;
}
