/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A call to the driver that is made again and again while the next of its
 * allocations and copies fails, until none is left; and what has to be so after
 * each of them.
 */
#ifndef SELFTESTS_HOST_TRIAL_H
#define SELFTESTS_HOST_TRIAL_H

#include "trip.h"

struct trial {
	struct host_vf vf;
	struct trip_stream whole;	/* the stream that the VF gives */
	int fd;				/* a data fd, or -1 */
};

/*
 * The call.  The VF has been reset and quiesced when prepare() is called, which
 * may be NULL.  Faults come in run() alone; it returns 0, -errno, or a positive
 * number if it has done a part.  check() gets that, does what is left to do and
 * returns 0 if all is as it has to be, else -errno with a reason; without it,
 * what failed is done again.
 */
struct trial_call {
	const char *name;
	int (*prepare)(struct trial *t);
	int (*run)(struct trial *t);
	int (*check)(struct trial *t, int ret);
};

#define TRIAL_CLOSED	{ .vf = HOST_VF_CLOSED, .fd = -1 }

/* Faults have been enabled. */
int trial_open(struct trial *t, const char *bdf);
void trial_close(struct trial *t);
void trial_close_data(struct trial *t);

/* A data fd that comes with a state is kept. */
int trial_set_state(struct trial *t, uint32_t state);

/*
 * Make the call with each of its faults.  After each, errno, files and users of
 * the driver must be right, and a whole migration possible.  0, or -errno with a
 * reason; a call that cannot fail is -ENOENT.
 */
int trial_each(struct trial *t, const struct trial_call *call);

#endif /* SELFTESTS_HOST_TRIAL_H */
