/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One live migration from a VM to another, on this machine over a unix socket, between
 * hosts over TCP, and what is to be known about it afterwards.
 */
#ifndef MIGCAP_TEST_MIGRATE_H
#define MIGCAP_TEST_MIGRATE_H

#include <stdbool.h>

#include "vm.h"

/* What may be asked of QEMU beyond its defaults, or-ed. */
enum migration_way {
	MIGRATION_BY_DEFAULT = 0,
	/* Switch over when the destination has all that the device sent. */
	MIGRATION_SWITCHOVER_ACK = 1 << 0,
	MIGRATION_MULTIFD = 1 << 1,
};

struct migration {
	struct vm *from, *to;
	/* What the caller wants; zero is the usual. */
	long long max_bandwidth;	/* bytes a second, 0: no limit */
	int way;			/* of enum migration_way */
	/* When things happened, 0: they did not. */
	long long asked;		/* `migrate` was sent */
	long long stopped;		/* the source's processors */
	long long resumed;		/* the destination's processors */
	long long finished;		/* the source knows the outcome */
	/* The source's account. */
	char status[24];
	char error[256];		/* QEMU's words for a failure */
	long long total_ms, downtime_ms;
	long long ram_bytes, ram_left, passes;
};

/* Start it: the destination must have been started as incoming. */
int migration_begin(struct migration *migration);

/* Save the source to a file, which migration_wait_status() waits for. */
int migration_save(struct migration *migration, const char *path);

/* Have @vm, started as incoming, take in such a file, and wait until it has. */
int migration_restore(struct vm *vm, const char *path, int timeout_ms);

/* How fast QEMU may be, in bytes a second; also while it migrates. */
int migration_set_bandwidth(struct migration *migration, long long bytes);

/* Have QEMU send next to nothing, so that it does not end, and let it go on. */
int migration_hold(struct migration *migration);
int migration_release(struct migration *migration);

/*
 * Start it, and hold it when nearly all memory was sent once.  QEMU takes as its
 * speed what it was a moment ago, and so would switch over with megabytes left:
 * this one may hardly stop the VM until it is released.
 */
int migration_begin_held(struct migration *migration, int timeout_ms);

/* Wait until no more than @bytes are left of the first pass over memory. */
int migration_wait_left(struct migration *migration, long long bytes,
			int timeout_ms);

/*
 * Wait until QEMU has put away the migration that @vm is or was part of.  A status
 * of "failed" comes before that: a VM that was stopped cannot go on yet then, nor
 * can another migration begin.  What waits for "failed" or "cancelled" below waits
 * for this, too.
 */
int migration_wait_over(struct vm *vm, int timeout_ms);

/* Wait for the source's status, "completed", "failed", "cancelled" ... */
int migration_wait_status(struct migration *migration, const char *status,
			  int timeout_ms);

/*
 * Wait for success, until the guest runs on the destination, and fill in the
 * account.  -EIO: failed, the reason is QEMU's.
 */
int migration_finish(struct migration *migration, int timeout_ms);

/* Wait for failure: 0 when it failed as wished, with error filled in. */
int migration_expect_failure(struct migration *migration, int timeout_ms);

/*
 * Wait until it has ended one way or the other; the way is the status.
 * -ETIMEDOUT: it has not.
 */
int migration_wait_end(struct migration *migration, int timeout_ms);

/* Give it up, and wait until the source is done with it. */
int migration_cancel(struct migration *migration, int timeout_ms);

/*
 * Find out by trying whether the VF's driver wants its guest to be quiesced
 * before a migration: a migration to nowhere is begun and given up again.
 * Returns 1 when it does, 0 when not, -errno when that cannot be told.
 */
int migration_needs_quiesce(struct vm *vm);

#endif /* MIGCAP_TEST_MIGRATE_H */
