/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Following VFs: the files of migcap/ that the driver notifies, binding and
 * unbinding as the kernel announces them, and the signals that end it all.
 *
 * Level triggered: it tells that something may have changed, not what.
 */
#ifndef MIGCAP_TOOL_OBSERVER_H
#define MIGCAP_TOOL_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "vf.h"

#define OBSERVER_FILES	3

struct observer_vf {
	struct vf vf;
	int fds[OBSERVER_FILES];	/* -1 while our driver does not have it */
	void *context;			/* the caller's */
};

struct observer {
	struct observer_vf **vfs;
	size_t count;
	int uevents;
	int signals;
	int extra;		/* a file of the caller's to be read, or -1 */
	bool all;		/* take in VFs that are bound later */
	/* Something may have changed about the VF; its driver is up to date. */
	void (*changed)(struct observer *observer, struct observer_vf *vf);
	/* @extra can be read. */
	void (*readable)(struct observer *observer);
	void *context;
};

/* 0 or -errno. */
int observer_open(struct observer *observer);
void observer_close(struct observer *observer);

int observer_add(struct observer *observer, const struct vf *vf);

/*
 * Wait once, for @ms at most, and make the calls.  1 if something happened, 0 if
 * the time is over, -EINTR after a signal to end, or another -errno.
 */
int observer_wait(struct observer *observer, int ms);

#endif /* MIGCAP_TOOL_OBSERVER_H */
