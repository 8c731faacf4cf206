/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program that runs beside the test, on this host or another one, and writes to a
 * log.  One here dies with the test; one on another host is ended by the next
 * host_open() of it at the latest.
 */
#ifndef MIGCAP_TEST_PROCESS_H
#define MIGCAP_TEST_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct host;

struct process {
	struct host *host;	/* NULL: this machine */
	pid_t pid;		/* there, 0 when it does not run */
	int exit_status;	/* as from waitpid(); of another host it is not known */
};

/*
 * Start @args, which end with NULL; the log begins with them.  0 or -errno with a
 * failure reason.
 */
int process_start(struct process *process, struct host *host,
		  char *const *args, const char *log);

bool process_is_alive(struct process *process);
void process_signal(struct process *process, int signal);

/* SIGTERM, and SIGKILL if it is there after so long. */
void process_stop(struct process *process, int timeout_ms);
void process_kill(struct process *process);

/* End all that was started on a host, by whomever. */
int process_end_all(struct host *host);

#endif /* MIGCAP_TEST_PROCESS_H */
