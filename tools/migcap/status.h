/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the driver says of a VF: its directory migcap/ in sysfs, read at once.
 */
#ifndef MIGCAP_TOOL_STATUS_H
#define MIGCAP_TOOL_STATUS_H

#include <stdbool.h>

#include "vf.h"

#define STATUS_DIR_SIZE	(VF_DIR_SIZE + sizeof("/migcap"))

struct status {
	char state[16];
	char guest[16];
	char quiesce[16];
	char on_timeout[16];
	char cap_offset[16];		/* what the operator chose */
	char source[16];		/* who chose the place: "none" before an open */
	unsigned long offset;
	unsigned long ctrl;
	long loads;			/* migrations that arrived since the binding */
	char last_error[256];
};

/* Directory migcap/ of the VF, of STATUS_DIR_SIZE. */
const char *status_dir(const struct vf *vf, char *dir);

/* -ENOENT if the driver does not have the VF, or has just lost it. */
int status_read(const struct vf *vf, struct status *status);

/* Whether a VMM has the device. */
bool status_is_open(const struct status *status);
/* Whether the guest has promised to account for what the device writes. */
bool status_is_tracked(const struct status *status);

#endif /* MIGCAP_TOOL_STATUS_H */
