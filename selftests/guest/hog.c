// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the guest's only processor, as a real-time task of the highest priority,
 * until the host has asked something of the guest, and a second after it has taken
 * the question back; but no longer than that many seconds.  It begins after a
 * second, for the command that starts it to end.
 *
 * usage: hog SECONDS
 */
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "capdev.h"

#define SECOND	1000000000LL

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

static bool is_asked(int fd, int base)
{
	unsigned char status = 0;

	return pread(fd, &status, 1, base + MIGCAP_VMM_STATUS) == 1 &&
	       status == MIGCAP_VMM_START;
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 99 };
	long long end = now_ns() + (argc > 1 ? atoi(argv[1]) : 0) * SECOND;
	int base, fd = capdev_open(&base);

	sleep(1);
	if (fd < 0 || mlockall(MCL_CURRENT) ||
	    sched_setscheduler(0, SCHED_FIFO, &param)) {
		perror("hog");
		return 1;
	}
	while (!is_asked(fd, base) && now_ns() < end)
		;
	while (is_asked(fd, base) && now_ns() < end)
		;
	for (end = now_ns() + SECOND; now_ns() < end;)
		;
	return 0;
}
