/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for a file in sysfs that the driver notifies.
 */
#ifndef MIGCAP_TOOL_WAIT_H
#define MIGCAP_TOOL_WAIT_H

#include <stddef.h>

/*
 * Wait while the file reads @unwanted, for @ms at most; @value gets what it reads
 * in the end.  0, -ETIMEDOUT, or -errno if it cannot be read any more.
 */
int wait_while(const char *dir, const char *name, const char *unwanted, long ms,
	       char *value, size_t size);

#endif /* MIGCAP_TOOL_WAIT_H */
