// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that each do one thing again and again, see crowd.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "crowd.h"

#define MAX_MEMBERS	16

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

static void *keep_acting(void *arg)
{
	struct seat *seat = arg;
	struct crowd_member *member = seat->member;

	while (!over) {
		member->tries++;
		if (!member->act(seat->arg, &seat->seed))
			member->done++;
		if (member->pause_ms)
			sleep_ms(member->pause_ms);
	}
	return NULL;
}

static unsigned int choose_seed(void)
{
	const char *given = getenv("MIGCAP_SEED");
	unsigned int seed = given ? strtoul(given, NULL, 0) : time(NULL);

	note("MIGCAP_SEED=%u", seed);
	return seed;
}

static int all_got_something_done(const struct crowd_member *members, int count)
{
	int i, ret = 0;

	for (i = 0; i < count; i++) {
		note("%s: %lu of %lu", members[i].name, members[i].done,
		     members[i].tries);
		if (!members[i].done)
			ret = failure(-EIO, "%s never got anything done",
				      members[i].name);
	}
	return ret;
}

int crowd_run(struct crowd_member *members, int count, void *arg, int ms)
{
	struct seat seats[MAX_MEMBERS];
	unsigned int seed = choose_seed();
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
	if (!err)
		sleep_ms(stretch_ms(ms));
	over = true;
	for (i = 0; i < started; i++)
		pthread_join(seats[i].thread, NULL);
	if (err)
		return failure(-err, "thread: %s", strerror(err));
	return all_got_something_done(members, count);
}
