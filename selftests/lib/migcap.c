// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sysfs side of a migcap_vfio_pci device.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "failure.h"
#include "migcap.h"

const char *migcap_dir(const char *bdf, char *dir)
{
	snprintf(dir, PCI_DIR_SIZE, "/sys/bus/pci/devices/%s/migcap", bdf);
	return dir;
}

int migcap_read(const char *bdf, const char *attr, char *value, size_t size)
{
	char dir[PCI_DIR_SIZE];

	return sysfs_read(migcap_dir(bdf, dir), attr, value, size);
}

int migcap_write(const char *bdf, const char *attr, const char *value)
{
	char dir[PCI_DIR_SIZE];

	return sysfs_write(migcap_dir(bdf, dir), attr, value);
}

bool migcap_reads(const char *bdf, const char *attr, const char *value)
{
	char text[SYSFS_VALUE_MAX];

	return !migcap_read(bdf, attr, text, sizeof(text)) &&
	       !strcmp(text, value);
}

int migcap_wait(const char *bdf, const char *attr, const char *value,
		int timeout_ms)
{
	char dir[PCI_DIR_SIZE];

	return sysfs_wait(migcap_dir(bdf, dir), attr, value, timeout_ms);
}

int migcap_counter(const char *bdf, const char *name, long *value)
{
	char text[1024], *line, *rest = text;
	size_t len = strlen(name);
	int err;

	err = migcap_read(bdf, "counters", text, sizeof(text));
	if (err)
		return err;
	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, name, len) || line[len] != ' ')
			continue;
		*value = atol(line + len);
		return 0;
	}
	return -ENOENT;
}

int migcap_last_error(const char *bdf)
{
	char text[256];

	if (migcap_read(bdf, "last_error", text, sizeof(text)))
		return 0;
	return atoi(text);
}

int migcap_quiesce(const char *bdf, int timeout_ms)
{
	int err = migcap_write(bdf, "quiesce", "1");

	if (err)
		return failure(err, "%s: cannot ask the guest: %s", bdf,
			       strerror(-err));
	return migcap_wait(bdf, "quiesce", "quiesced", timeout_ms);
}

int migcap_settled(const char *bdf, const char *guest, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	int err;

	err = migcap_wait(bdf, "state", "running", timeout_ms);
	if (!err)
		err = migcap_wait(bdf, "quiesce", "idle", ms_until(deadline));
	if (!err && guest)
		err = migcap_wait(bdf, "guest", guest, ms_until(deadline));
	return err;
}
