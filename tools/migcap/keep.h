/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules that `migcap follow` holds back while a guest is elsewhere, kept in
 * /run so that they outlive it, and so that other commands know of them.
 */
#ifndef MIGCAP_TOOL_KEEP_H
#define MIGCAP_TOOL_KEEP_H

#include "rules.h"
#include "vf.h"

/* -ENOENT if nothing is kept for that VF. */
int keep_read(const struct vf *vf, struct rules *rules);
int keep_write(const struct vf *vf, const struct rules *rules);

/* A file of any name; reasons of a failure are said. */
int keep_load(const char *path, struct rules *rules);

#endif /* MIGCAP_TOOL_KEEP_H */
