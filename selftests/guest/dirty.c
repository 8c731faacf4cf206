// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: writes to its memory, page after page, at a steady
 * rate, over and over.
 *
 * usage: dirty MEGABYTES MEGABYTES_A_SECOND
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096
#define STEP_US		10000

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* A processor that was elsewhere for a while makes up for it. */
int main(int argc, char **argv)
{
	size_t size = argc == 3 ? (size_t)atoi(argv[1]) << 20 : 0, at = 0;
	double rate = argc == 3 ? (double)(atoi(argv[2]) << 20) / PAGE : 0;
	volatile unsigned char *memory = malloc(size);
	double begin = seconds(), written = 0;

	if (!size || rate <= 0 || !memory) {
		fprintf(stderr, "usage: dirty MEGABYTES MEGABYTES_A_SECOND\n");
		return 2;
	}
	for (;;) {
		for (; written < (seconds() - begin) * rate; written++) {
			memory[at]++;
			at = (at + PAGE) % size;
		}
		usleep(STEP_US);
	}
}
