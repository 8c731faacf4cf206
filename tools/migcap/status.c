// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver says of a VF, see status.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/migcap_regs.h>

#include "attr.h"
#include "status.h"
#include "tool.h"

const char *status_dir(const struct vf *vf, char *dir)
{
	snprintf(dir, STATUS_DIR_SIZE, "%s/migcap", vf->dir);
	return dir;
}

static void read_capability(const char *dir, struct status *status)
{
	char text[ATTR_VALUE_MAX], value[32];

	if (attr_read(dir, "capability", text, sizeof(text)))
		return;
	attr_line(text, "source", status->source, sizeof(status->source));
	if (!attr_line(text, "offset", value, sizeof(value)))
		status->offset = strtoul(value, NULL, 0);
	if (!attr_line(text, "ctrl", value, sizeof(value)))
		status->ctrl = strtoul(value, NULL, 0);
}

static void read_counters(const char *dir, struct status *status)
{
	char text[ATTR_VALUE_MAX], value[32];

	if (!attr_read(dir, "counters", text, sizeof(text)) &&
	    !attr_line(text, "loads", value, sizeof(value)))
		status->loads = strtol(value, NULL, 10);
}

int status_read(const struct vf *vf, struct status *status)
{
	const struct {
		const char *name;
		char *value;
		size_t size;
	} files[] = {
		{ "state", status->state, sizeof(status->state) },
		{ "guest", status->guest, sizeof(status->guest) },
		{ "quiesce", status->quiesce, sizeof(status->quiesce) },
		{ "on_timeout", status->on_timeout, sizeof(status->on_timeout) },
		{ "cap_offset", status->cap_offset, sizeof(status->cap_offset) },
		{ "last_error", status->last_error, sizeof(status->last_error) },
	};
	char dir[STATUS_DIR_SIZE];
	unsigned int i;
	int ret;

	*status = (struct status){ .source = "none" };
	status_dir(vf, dir);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		ret = attr_read(dir, files[i].name, files[i].value,
				files[i].size);
		if (ret)
			return ret == -ENODEV ? -ENOENT : ret;
	}
	read_capability(dir, status);
	read_counters(dir, status);
	return 0;
}

bool status_is_open(const struct status *status)
{
	return strcmp(status->state, "closed");
}

bool status_is_tracked(const struct status *status)
{
	return status->ctrl & MIGCAP_CTRL_DMA_TRACKED;
}
