/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading, writing and waiting for attributes in sysfs.  A directory and an
 * attribute are passed apart; a value read has lost its trailing newline.
 * All functions return 0 or -errno; what a caller may well expect to fail
 * (read, write) leaves no failure reason behind.
 */
#ifndef MIGCAP_TEST_SYSFS_H
#define MIGCAP_TEST_SYSFS_H

#include <stddef.h>

#define SYSFS_PATH_MAX	512
#define SYSFS_VALUE_MAX	256

int sysfs_read(const char *dir, const char *attr, char *value, size_t size);
int sysfs_read_number(const char *dir, const char *attr, long *value);
int sysfs_write(const char *dir, const char *attr, const char *value);
int sysfs_write_number(const char *dir, const char *attr, long value);

/*
 * Choose one of the words that an attribute lists, the one in force in brackets;
 * @was, of SYSFS_VALUE_MAX, gets the one that was.
 */
int sysfs_choose(const char *dir, const char *attr, const char *word, char *was);

/* Name of what the symbolic link @attr points to. */
int sysfs_link(const char *dir, const char *attr, char *name, size_t size);

/*
 * Wait with poll() until the attribute reads @wanted.  -ETIMEDOUT tells in the
 * failure reason what it reads instead.
 */
int sysfs_wait(const char *dir, const char *attr, const char *wanted,
	       int timeout_ms);

#endif /* MIGCAP_TEST_SYSFS_H */
