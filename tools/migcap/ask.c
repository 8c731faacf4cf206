// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing an operator's wish, see ask.h.
 */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "attr.h"
#include "status.h"
#include "tool.h"

static const struct {
	int err;
	enum tool_exit code;
	const char *text;
} answers[] = {
	{ EOPNOTSUPP, TOOL_NOT,
	  "nobody would answer: load migcap_guest in the guest, read migcap_agent/reason" },
	{ ENODEV, TOOL_NOT, "no VMM has the device open: start the VM" },
	{ EBUSY, TOOL_NOT,
	  "a migration is under way, or the VM is stopped: wait, or continue it" },
	{ EACCES, TOOL_NO_RIGHTS, "only root may do that" },
	{ EPERM, TOOL_NO_RIGHTS, "only root may do that" },
	{ EROFS, TOOL_NO_RIGHTS, "sysfs is mounted read-only here" },
	{ ENOENT, TOOL_NO_VF, "the driver has just lost the device" },
};

int ask_write(const struct vf *vf, const char *wish)
{
	char dir[STATUS_DIR_SIZE];
	unsigned int i;
	int ret;

	ret = attr_write(status_dir(vf, dir), "quiesce", wish);
	if (!ret)
		return TOOL_OK;
	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		if (answers[i].err != -ret)
			continue;
		tool_say_vf(vf->bdf, "%s", answers[i].text);
		return answers[i].code;
	}
	tool_say_vf(vf->bdf, "cannot write migcap/quiesce: %s", strerror(-ret));
	return TOOL_FAILED;
}
