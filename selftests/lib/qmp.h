/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The QEMU machine protocol over a socket: commands with their answers,
 * and the events that came in the meantime, each with its time.  Every wait is
 * bounded.  One thread at a time may use a connection.
 */
#ifndef MIGCAP_TEST_QMP_H
#define MIGCAP_TEST_QMP_H

#include <jansson.h>
#include <stdbool.h>

struct qmp_event {
	struct qmp_event *next;
	char name[48];
	long long sent;		/* by QEMU, translated to CLOCK_MONOTONIC */
	long long arrived;	/* when it was read here */
	json_t *data;		/* may be NULL */
};

struct qmp {
	int fd;
	const char *who;	/* for failure reasons */
	char *buffer;
	size_t used;
	struct qmp_event *events, **last;	/* oldest first */
	long next_id;
	long long offset;	/* of this real time from that of QEMU's host, ns */
};

/*
 * Connect to a QEMU that may still be starting, at @where (see channel.h), and leave
 * negotiation mode.
 */
int qmp_connect(struct qmp *qmp, const char *where, const char *who,
		int timeout_ms);
void qmp_close(struct qmp *qmp);

/* QEMU has closed its end: it is about to be dead. */
bool qmp_is_closed(const struct qmp *qmp);

/*
 * Run a command.  @arguments is consumed and may be NULL; the answer goes to
 * @answer (to be dropped by the caller) unless that is NULL.  -EIO: QEMU
 * refused, its words are the failure reason.  -EPIPE: QEMU is gone.
 */
int qmp_command(struct qmp *qmp, const char *name, json_t *arguments,
		json_t **answer);

/*
 * The first event of that name sent at or after @since, waited for until
 * @timeout_ms have passed; NULL if there is none.  With @key, only an event
 * whose data has the string @value there counts.
 */
const struct qmp_event *qmp_wait(struct qmp *qmp, const char *name,
				 const char *key, const char *value,
				 long long since, int timeout_ms);

#endif /* MIGCAP_TEST_QMP_H */
