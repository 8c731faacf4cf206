/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the guest: the device that has the virtual migration capability, by its
 * configuration space.
 */
#ifndef SELFTESTS_GUEST_CAPDEV_H
#define SELFTESTS_GUEST_CAPDEV_H

#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include <linux/migcap_regs.h>

#define CAPDEV_LIST		0x34
#define CAPDEV_CONFIG_FILES	"/sys/bus/pci/devices/*/config"

/* Offset of the capability in an open configuration space, 0 if none. */
static inline int capdev_find(int fd)
{
	unsigned char cap[MIGCAP_LENGTH_VALUE], pos;
	int hops = 48;

	if (pread(fd, &pos, 1, CAPDEV_LIST) != 1)
		return 0;
	while (pos >= 0x40 && hops--) {
		if (pread(fd, cap, sizeof(cap), pos) < 2)
			return 0;
		if (cap[MIGCAP_ID] == MIGCAP_ID_VALUE &&
		    !memcmp(cap + MIGCAP_SIGNATURE, MIGCAP_SIGNATURE_VALUE,
			    MIGCAP_SIGNATURE_SIZE))
			return pos;
		pos = cap[MIGCAP_NEXT];
	}
	return 0;
}

/* Open the first device that has the capability. */
static inline int capdev_open(int *offset)
{
	glob_t found;
	int fd = -1;
	size_t i;

	if (glob(CAPDEV_CONFIG_FILES, 0, NULL, &found))
		return -1;
	for (i = 0; i < found.gl_pathc; i++) {
		fd = open(found.gl_pathv[i], O_RDWR);
		*offset = fd < 0 ? 0 : capdev_find(fd);
		if (*offset)
			break;
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	globfree(&found);
	return fd;
}

#endif /* SELFTESTS_GUEST_CAPDEV_H */
