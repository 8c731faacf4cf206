/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files and links in sysfs.  A directory and a name are passed apart.
 * All functions return 0 or -errno and print nothing.
 */
#ifndef MIGCAP_TOOL_ATTR_H
#define MIGCAP_TOOL_ATTR_H

#include <stddef.h>

#define ATTR_PATH_MAX	512
#define ATTR_VALUE_MAX	4096

/* The value without its last newline. */
int attr_read(const char *dir, const char *name, char *value, size_t size);
/* A number in C's notation. */
int attr_read_number(const char *dir, const char *name, long *value);
int attr_write(const char *dir, const char *name, const char *value);
/* The last component of what a symbolic link points to. */
int attr_link(const char *dir, const char *name, char *target, size_t size);

/*
 * The value in a text of lines "name=value" or "name value", copied to @value;
 * -ENOENT if there is none of that name.
 */
int attr_line(const char *text, const char *name, char *value, size_t size);

#endif /* MIGCAP_TOOL_ATTR_H */
