/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel announces of PCI devices.
 */
#ifndef MIGCAP_TOOL_UEVENT_H
#define MIGCAP_TOOL_UEVENT_H

#include "vf.h"

struct uevent {
	char action[16];	/* "bind", "unbind", "add", "remove", ... */
	char bdf[VF_BDF_SIZE];
};

/* A socket, or -errno. */
int uevent_open(void);

/*
 * 1 and the next announcement about a PCI device, 0 if there is none now, or
 * -ENOBUFS if some were lost.
 */
int uevent_read(int fd, struct uevent *event);

#endif /* MIGCAP_TOOL_UEVENT_H */
