/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which process holds a VF through VFIO, and with which arguments it was
 * started.
 */
#ifndef MIGCAP_TOOL_HOLDER_H
#define MIGCAP_TOOL_HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "vf.h"

#define HOLDER_TEXT_SIZE	96

struct holder {
	pid_t pid;
	char name[32];		/* of the program, as the kernel shortens it */
	char **args;		/* ends with NULL */
	char *args_text;	/* what @args points into */
};

/*
 * 0, -ESRCH if no process is seen that holds it, -EACCES if there are some that
 * the caller may not look into.  holder_put() in any case.
 */
int holder_find(const struct vf *vf, struct holder *holder);
void holder_put(struct holder *holder);

/* "name[pid] guest", of HOLDER_TEXT_SIZE. */
const char *holder_text(const struct holder *holder, char *text);

#endif /* MIGCAP_TOOL_HOLDER_H */
