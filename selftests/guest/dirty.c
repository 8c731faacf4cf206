// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: writes to its memory, page after page, at a steady
 * rate, over and over.
 *
 * usage: dirty MEGABYTES MEGABYTES_A_SECOND
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE		4096
#define STEP_US		10000

int main(int argc, char **argv)
{
	size_t size = argc == 3 ? (size_t)atoi(argv[1]) << 20 : 0, at = 0, left;
	size_t step = argc == 3 ? ((size_t)atoi(argv[2]) << 20) / 100 : 0;
	volatile unsigned char *memory = malloc(size);

	if (!size || !step || !memory) {
		fprintf(stderr, "usage: dirty MEGABYTES MEGABYTES_A_SECOND\n");
		return 2;
	}
	for (;;) {
		for (left = step; left >= PAGE; left -= PAGE) {
			memory[at]++;
			at = (at + PAGE) % size;
		}
		usleep(STEP_US);
	}
}
