/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signs of trouble in kernel logs: panics, oopses, warnings, lockups, in the
 * log of this machine's kernel or in the serial log of a guest.
 */
#ifndef MIGCAP_TEST_TROUBLE_H
#define MIGCAP_TEST_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>

/* Look at a log file; true with the first such line in @line. */
bool trouble_in_file(const char *path, char *line, size_t size);

/* The same for what this kernel has logged since the descriptor was opened. */
int trouble_watch_kernel(void);
bool trouble_in_kernel(int fd, char *line, size_t size);

#endif /* MIGCAP_TEST_TROUBLE_H */
