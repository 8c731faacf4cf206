/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file whose content does not come until it is let: what a VMM can have for
 * memory.
 *
 * It is served by a process of its own over 9p, which all kernels of the lab
 * have; any file system in user space would do, and FUSE needs no privileges.
 */
#ifndef SELFTESTS_HOST_STALL_H
#define SELFTESTS_HOST_STALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STALL_SIZE	(4UL << 20)

struct stall {
	atomic_bool held;	/* reads wait */
	atomic_bool caught;	/* one does */
	pid_t server;
	char path[64];
};

/*
 * Mount it, in memory that is shared with children.  -EOPNOTSUPP: this kernel
 * cannot.
 */
int stall_start(struct stall *stall);
void stall_stop(struct stall *stall);

/* Its content as private memory, at @where unless that is NULL. */
void *stall_map(const struct stall *stall, void *where, size_t size);

#endif /* SELFTESTS_HOST_STALL_H */
