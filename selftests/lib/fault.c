// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on demand, see fault.h.
 *
 * The kernel counts down fail-nth of a thread at each point that can fail, and
 * the file reads as what is left.  Reading and writing it pass such points, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "fault.h"
#include "sysfs.h"

#define DEBUGFS		"/sys/kernel/debug"
#define FAIL_NTH	"/proc/thread-self/fail-nth"

static int counter = -1;

/* Allocations that may wait fail as well: nearly all do.  Nothing is logged. */
static const struct {
	const char *dir;
	const char *attr;
	const char *value;
} switches[] = {
	{ DEBUGFS "/failslab", "ignore-gfp-wait", "N" },
	{ DEBUGFS "/failslab", "verbose", "0" },
	{ DEBUGFS "/fail_page_alloc", "ignore-gfp-wait", "N" },
	{ DEBUGFS "/fail_page_alloc", "min-order", "0" },
	{ DEBUGFS "/fail_page_alloc", "verbose", "0" },
	{ DEBUGFS "/fail_usercopy", "verbose", "0" },
};

/*
 * The kernel warns when it removes files of an interrupt that it had no memory
 * to make; that is its own affair.
 */
#define SPARED		"register_irq_proc"

static int spare(const char *dir, const char *start, const char *end)
{
	int err = sysfs_write(dir, "stacktrace-depth", "32");

	if (!err)
		err = sysfs_write(dir, "reject-start", start);
	return err ? err : sysfs_write(dir, "reject-end", end);
}

/* The function ends where the next one begins: symbols come in order. */
static int find_spared(char *start, char *end, size_t size)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char address[32], name[128];
	int found = 0;

	if (!symbols)
		return -errno;
	while (found < 2 && fscanf(symbols, "%31s %*s %127s%*[^\n]", address,
				   name) == 2) {
		if (!found && strcmp(name, SPARED))
			continue;
		snprintf(found++ ? end : start, size, "0x%s", address);
	}
	fclose(symbols);
	return found == 2 ? 0 : -ENOENT;
}

static int spare_interrupts(void)
{
	char start[40], end[40];
	int err = find_spared(start, end, sizeof(start));

	if (!err)
		err = spare(DEBUGFS "/failslab", start, end);
	if (!err)
		err = spare(DEBUGFS "/fail_page_alloc", start, end);
	return err ? failure(err, SPARED ": %s", strerror(-err)) : 0;
}

int fault_enable(void)
{
	unsigned int i;
	int err;

	if (access(FAIL_NTH, R_OK | W_OK))
		return failure(-EOPNOTSUPP, "the kernel cannot inject faults");
	for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		err = sysfs_write(switches[i].dir, switches[i].attr,
				  switches[i].value);
		if (err)
			return failure(err == -ENOENT ? -EOPNOTSUPP : err,
				       "%s/%s: %s", switches[i].dir,
				       switches[i].attr, strerror(-err));
	}
	return spare_interrupts();
}

int fault_arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	counter = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (counter < 0)
		return -errno;
	return pwrite(counter, text, len, 0) == len ? 0 : -EIO;
}

/* A read that fails has met the fault itself. */
bool fault_disarm(void)
{
	char text[16] = "";
	bool met = pread(counter, text, sizeof(text) - 1, 0) > 0 &&
		   !atoi(text);

	/* This write may meet it, and the next cannot any more. */
	if (pwrite(counter, "0", 1, 0) != 1 && pwrite(counter, "0", 1, 0) != 1)
		abort();
	close(counter);
	counter = -1;
	return met;
}
