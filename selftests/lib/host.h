/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Another host, driven by commands of its shell as a guest is: guestctl runs there,
 * too.  What else could carry its protocol, such as ssh, would differ in how
 * host_open() gets the connection.  A host must have this machine's directory of logs
 * and guest images under the same names.
 *
 * Where a function or a structure has a `struct host *`, NULL is this machine.
 */
#ifndef MIGCAP_TEST_HOST_H
#define MIGCAP_TEST_HOST_H

#include "guest.h"

struct host {
	char name[16];
	char address[16];		/* where its VMs listen, see vm.h */
	struct guest shell;		/* guest_run() and guest_must() drive it */
	long long offset;		/* of this real time from its own, ns */
};

/*
 * Connect to guestctl at @where (see channel.h) of the host @name, whose programs
 * shall listen at @address.  What an earlier user has left running there is ended.
 */
int host_open(struct host *host, const char *name, const char *where,
	      const char *address, int timeout_ms);
void host_close(struct host *host);

/* From its real time, in seconds, to this machine's CLOCK_MONOTONIC. */
long long host_time(const struct host *host, double seconds);

/* The same as migcap_settled() of a VF there. */
int host_settled(struct host *host, const char *vf, const char *guest,
		 int timeout_ms);

/* From here on host_healthy() looks at its kernel's log. */
int host_begin_test(struct host *host);

/* -EIO if its kernel complains. */
int host_healthy(struct host *host);

#endif /* MIGCAP_TEST_HOST_H */
