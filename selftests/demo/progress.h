/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps on a terminal or in a log: what is being done, a dot a second while it
 * takes, and how it ended.
 */
#ifndef MIGCAP_DEMO_PROGRESS_H
#define MIGCAP_DEMO_PROGRESS_H

#include "../lib/failure.h"

/* Begin a step; a step that was begun before ends with "ok". */
__printf(1, 2) void progress_step(const char *fmt, ...);

/* End the present step, with "ok" or, for an error, "failed". */
void progress_end(int err);

/* A line of its own, which belongs to the step before. */
__printf(1, 2) void progress_detail(const char *fmt, ...);

#endif /* MIGCAP_DEMO_PROGRESS_H */
