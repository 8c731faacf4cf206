/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing an operator's wish to a VF's migcap/quiesce, and saying why it was
 * not taken.
 */
#ifndef MIGCAP_TOOL_ASK_H
#define MIGCAP_TOOL_ASK_H

#include "vf.h"

/* "1" or "0"; an exit code of the tool. */
int ask_write(const struct vf *vf, const char *wish);

#endif /* MIGCAP_TOOL_ASK_H */
