// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that each do one thing again and again, see crowd.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../lib/failure.h"
#include "../lib/hostile.h"
#include "crowd.h"

#define MAX_MEMBERS	32
#define STEP_MS		100
#define PATIENCE	8

static atomic_bool over;

struct seat {
	struct crowd_member *member;
	void *arg;
	unsigned int seed;
	pthread_t thread;
};

unsigned int crowd_pick(unsigned int *seed, unsigned int limit)
{
	return rand_r(seed) % limit;
}

/* Niceness is a thread's own in Linux; those who ask for some have the right. */
static void take_seat(const struct crowd_member *member)
{
	cpu_set_t first;

	setpriority(PRIO_PROCESS, gettid(), member->nice);
	if (!member->stays)
		return;
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
}

static void *keep_acting(void *arg)
{
	struct seat *seat = arg;
	struct crowd_member *member = seat->member;

	take_seat(member);
	while (!over) {
		member->tries++;
		if (!member->act(seat->arg, &seat->seed))
			member->done++;
		if (member->pause_ms)
			sleep_ms(member->pause_ms);
	}
	return NULL;
}

/* One that never got anything done, or NULL. */
static const struct crowd_member *idle_one(const struct crowd_member *members,
					   int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (!members[i].done)
			return members + i;
	return NULL;
}

static int all_got_something_done(const struct crowd_member *members, int count)
{
	const struct crowd_member *idle = idle_one(members, count);
	int i;

	for (i = 0; i < count; i++)
		note("%s: %lu of %lu", members[i].name, members[i].done,
		     members[i].tries);
	return idle ? failure(-EIO, "%s never got anything done", idle->name) : 0;
}

/* What is rarely possible may not have been, on a machine that is slow. */
static void wait_for_the_last(const struct crowd_member *members, int count,
			      int ms)
{
	while (idle_one(members, count) && ms > 0) {
		sleep_ms(STEP_MS);
		ms -= STEP_MS;
	}
}

int crowd_run(struct crowd_member *members, int count, void *arg, int ms)
{
	struct seat seats[MAX_MEMBERS];
	unsigned int seed = hostile_seed();
	int i, started, err = 0;

	if (count > MAX_MEMBERS)
		return failure(-E2BIG, "%d threads", count);
	over = false;
	for (started = 0; started < count && !err; started += !err) {
		seats[started] = (struct seat){
			.member = &members[started],
			.arg = arg,
			.seed = seed + started,
		};
		err = pthread_create(&seats[started].thread, NULL, keep_acting,
				     &seats[started]);
	}
	if (!err) {
		sleep_ms(hostile_ms(ms));
		wait_for_the_last(members, count, PATIENCE * ms);
	}
	over = true;
	for (i = 0; i < started; i++)
		pthread_join(seats[i].thread, NULL);
	if (err)
		return failure(-err, "thread: %s", strerror(err));
	return all_got_something_done(members, count);
}
