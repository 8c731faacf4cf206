// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unbinds and binds drivers as a real-time task, which then keeps the guest's
 * only processor for a while, so that nobody else comes in between.  It begins
 * after a second, for the command that starts it to end.
 *
 * usage: bindspin SECONDS [FILE TEXT]...	such as .../drivers/<name>/unbind <address>
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return 1;
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 50 };
	double end;
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: bindspin SECONDS [FILE TEXT]...\n");
		return 2;
	}
	sleep(1);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	for (i = 2; i + 1 < argc; i += 2)
		if (put(argv[i], argv[i + 1]))
			return 1;
	for (end = now() + atof(argv[1]); now() < end;)
		;
	return 0;
}
