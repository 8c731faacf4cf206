// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is asked of another host, in lines for its shell.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "clock.h"
#include "host.h"
#include "process.h"

#define TRIES		5

/* Words of trouble as the lab has them, see selftests/lab/trouble.sh. */
#define BEGIN		"echo 'migcap-test: begin hosts' >/dev/kmsg"
#define TROUBLE		"bash -c '. /src/selftests/lab/trouble.sh; dmesg | " \
			"tac | sed \"/migcap-test: begin hosts/q\" | " \
			"trouble_in - | tail -n 1'"
#define ATTRIBUTES	"cd /sys/bus/pci/devices/%s/migcap && " \
			"cat state quiesce guest"

/* The quickest answer of some tells best what time it is there. */
static int compare_clocks(struct host *host)
{
	long long best = 0, before, took, there;
	int i, err;

	for (i = 0; i < TRIES; i++) {
		before = clock_read(CLOCK_REALTIME);
		err = guest_must(&host->shell, 5, "date +%%s%%N");
		took = clock_read(CLOCK_REALTIME) - before;
		if (err)
			return err;
		there = atoll(host->shell.output);
		if (i && took >= best)
			continue;
		best = took;
		host->offset = before + took / 2 - there;
	}
	return 0;
}

int host_open(struct host *host, const char *name, const char *where,
	      const char *address, int timeout_ms)
{
	int err;

	memset(host, 0, sizeof(*host));
	snprintf(host->name, sizeof(host->name), "%s", name);
	snprintf(host->address, sizeof(host->address), "%s", address);
	err = guest_connect(&host->shell, where, host->name, timeout_ms);
	if (!err)
		err = guest_wait(&host->shell, timeout_ms);
	if (!err)
		err = process_end_all(host);
	if (!err)
		err = compare_clocks(host);
	if (err)
		host_close(host);
	return err;
}

void host_close(struct host *host)
{
	if (host->name[0])
		guest_close(&host->shell);
}

long long host_time(const struct host *host, double seconds)
{
	return (long long)(seconds * NSEC_PER_SEC) + host->offset + now_ns() -
	       clock_read(CLOCK_REALTIME);
}

int host_settled(struct host *host, const char *vf, const char *guest,
		 int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	char wanted[64];
	int err;

	snprintf(wanted, sizeof(wanted), "running\nidle\n%s", guest);
	do {
		err = guest_must(&host->shell, 5, ATTRIBUTES, vf);
		if (err || !strcmp(host->shell.output, wanted))
			return err;
		sleep_ms(50);
	} while (ms_until(deadline));
	return failure(-ETIMEDOUT, "%s: %s has not settled, state, quiesce and guest are: %s",
		       host->name, vf, host->shell.output);
}

int host_begin_test(struct host *host)
{
	return guest_must(&host->shell, 5, BEGIN);
}

int host_healthy(struct host *host)
{
	int err = guest_must(&host->shell, 20, TROUBLE);

	if (!err && host->shell.output[0])
		err = failure(-EIO, "%s: kernel: %s", host->name,
			      host->shell.output);
	return err;
}
