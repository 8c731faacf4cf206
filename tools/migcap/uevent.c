// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel announces of PCI devices, see uevent.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uevent.h"

#define GROUP_KERNEL	1
#define MESSAGE_SIZE	8192

int uevent_open(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = GROUP_KERNEL,
	};
	int fd, err;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    NETLINK_KOBJECT_UEVENT);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Strings that end with 0 each: a summary, then NAME=value. */
static bool parse(const char *message, size_t len, struct uevent *event)
{
	const char *end = message + len;
	bool is_pci = false;

	*event = (struct uevent){};
	for (; message < end; message += strlen(message) + 1) {
		if (!strncmp(message, "ACTION=", 7))
			snprintf(event->action, sizeof(event->action), "%s",
				 message + 7);
		else if (!strncmp(message, "PCI_SLOT_NAME=", 14))
			snprintf(event->bdf, sizeof(event->bdf), "%s",
				 message + 14);
		else if (!strcmp(message, "SUBSYSTEM=pci"))
			is_pci = true;
	}
	return is_pci && event->bdf[0] && event->action[0];
}

int uevent_read(int fd, struct uevent *event)
{
	struct sockaddr_nl from;
	socklen_t size = sizeof(from);
	char message[MESSAGE_SIZE];
	ssize_t len;

	for (;;) {
		len = recvfrom(fd, message, sizeof(message) - 1, 0,
			       (struct sockaddr *)&from, &size);
		if (len < 0)
			return errno == ENOBUFS ? -ENOBUFS : 0;
		message[len] = 0;
		/* Others than the kernel may send, too. */
		if (!from.nl_pid && parse(message, len, event))
			return 1;
		size = sizeof(from);
	}
}
