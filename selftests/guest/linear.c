// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: has its network devices send each frame from one piece of
 * memory, those that are there when it returns, and those that come later by a
 * process that stays: a VF's driver that is bound anew makes a new one.
 *
 * The emulated 82576 drops a frame if a piece of it lies in two pages that are not
 * neighbours in the memory of L1.  Pieces of several pages come of scatter-gather;
 * the stack sends them again from where they are, so that a TCP connection stands
 * still for good.  It depends on how fragmented L1's memory is.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Devices that know nothing of it, as lo, are left alone; so are those just gone. */
static void make_linear(int fd, const char *name)
{
	struct ethtool_value off = { .cmd = ETHTOOL_SSG };
	struct ifreq ifr = { .ifr_data = (void *)&off };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	ioctl(fd, SIOCETHTOOL, &ifr);
}

static bool make_all_linear(int fd)
{
	struct if_nameindex *all = if_nameindex(), *one;

	for (one = all; one && one->if_index; one++)
		make_linear(fd, one->if_name);
	if_freenameindex(all);
	return all;
}

/* Told of each device that comes or changes. */
static int open_news(void)
{
	struct sockaddr_nl to = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) ? -1 : fd;
}

/* It does not matter what the news are, nor whether some were lost. */
static void follow(int news, int fd)
{
	char buf[8192];

	while (recv(news, buf, sizeof(buf), 0) >= 0 || errno == ENOBUFS)
		make_all_linear(fd);
}

int main(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), news = open_news();

	if (fd < 0 || news < 0 || !make_all_linear(fd) || daemon(0, 0)) {
		perror("linear");
		return 1;
	}
	follow(news, fd);
	return 1;
}
