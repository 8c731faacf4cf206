/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What QEMU's command line says of a VFIO device.  Pure: works on the words.
 */
#ifndef MIGCAP_TOOL_QEMU_H
#define MIGCAP_TOOL_QEMU_H

#include <stdbool.h>
#include <stddef.h>

enum qemu_migration {
	QEMU_MIGRATION_UNSEEN,	/* the device is not on the command line */
	QEMU_MIGRATION_AUTO,	/* nothing is said, or "auto" */
	QEMU_MIGRATION_ON,
	QEMU_MIGRATION_OFF,
};

/*
 * Property enable-migration of the VF at @bdf.  @args ends with NULL.  -global
 * counts for a device that is not seen, since it holds for hot-plugged ones.
 */
enum qemu_migration qemu_migration(char * const *args, const char *bdf);

/* Whether this process was started to take in a migration. */
bool qemu_is_incoming(char * const *args);

/* Name of the guest, "" if it has none. */
void qemu_guest(char * const *args, char *name, size_t size);

#endif /* MIGCAP_TOOL_QEMU_H */
