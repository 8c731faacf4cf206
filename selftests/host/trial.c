// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call with each of its faults, see trial.h.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../lib/failure.h"
#include "../lib/fault.h"
#include "trial.h"

#define MODULE		"/sys/module/" MIGCAP_DRIVER
#define MAX_FAULTS	1000

void trial_close_data(struct trial *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

int trial_set_state(struct trial *t, uint32_t state)
{
	int fd, ret = vfio_mig_set(&t->vf.dev, state, &fd);

	if (fd >= 0) {
		trial_close_data(t);
		t->fd = fd;
	}
	return ret;
}

int trial_open(struct trial *t, const char *bdf)
{
	int ret = host_open(&t->vf, bdf);

	if (!ret)
		ret = trip_begin(&t->vf);
	if (!ret)
		ret = trial_set_state(t, VFIO_DEVICE_STATE_STOP_COPY);
	if (!ret)
		ret = trip_read(t->fd, &t->whole);
	return ret;
}

void trial_close(struct trial *t)
{
	trial_close_data(t);
	host_close(&t->vf);
}

static int count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

/* Each data file counts, and each open device. */
static long count_users(void)
{
	long users = -1;

	sysfs_read_number(MODULE, "refcnt", &users);
	return users;
}

static int start_over(struct trial *t, const struct trial_call *call)
{
	int ret;

	trial_close_data(t);
	ret = trip_begin(&t->vf);
	if (!ret && call->prepare)
		ret = call->prepare(t);
	return ret ? failure(ret, "%s cannot be set up: %s", call->name,
			     strerror(-ret)) : 0;
}

/* Running out of vectors is how the kernel's interrupt code says ENOMEM. */
static bool is_sane(int ret, bool met)
{
	if (!met)
		return !ret;
	return ret >= 0 || ret == -ENOMEM || ret == -EFAULT || ret == -ENOSPC;
}

static int complete(struct trial *t, const struct trial_call *call, int run)
{
	if (call->check)
		return call->check(t, run);
	return run ? call->run(t) : 0;
}

/* 1: there was something that could fail, 0: there was not, or -errno. */
static int fail_one(struct trial *t, const struct trial_call *call,
		    unsigned int nth)
{
	int ret, run;
	bool met;

	ret = start_over(t, call);
	if (!ret)
		ret = fault_arm(nth);
	if (ret)
		return ret;
	run = call->run(t);
	met = fault_disarm();
	if (!is_sane(run, met))
		return failure(-EIO, "%s, fault %u%s: returned %d", call->name,
			       nth, met ? "" : " (none)", run);
	ret = complete(t, call, run);
	if (ret)
		return failure(ret, "%s, fault %u: %d, then %s", call->name,
			       nth, run, strerror(-ret));
	ret = trip_round(&t->vf);
	return ret ? ret : met;
}

int trial_each(struct trial *t, const struct trial_call *call)
{
	unsigned int nth = 0;
	int files, ret;
	long users;

	trial_close_data(t);
	/* The driver holds the file of a migration, until that is over. */
	ret = trip_begin(&t->vf);
	if (ret)
		return ret;
	files = count_files();
	users = count_users();
	do {
		if (++nth > MAX_FAULTS)
			return failure(-E2BIG, "%s: no end of faults",
				       call->name);
		ret = fail_one(t, call, nth);
		trial_close_data(t);
		if (ret < 0)
			return ret;
		if (files != count_files())
			return failure(-EMFILE, "%s, fault %u: files leaked",
				       call->name, nth);
		if (users != count_users())
			return failure(-EBUSY, "%s, fault %u: %ld users, not %ld",
				       call->name, nth, count_users(), users);
	} while (ret);
	note("%s: %u faults", call->name, nth - 1);
	return nth > 1 ? 0 : failure(-ENOENT, "%s cannot fail", call->name);
}
