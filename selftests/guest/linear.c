// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: has a network device send each frame from one piece of
 * memory.
 *
 * usage: linear DEVICE
 *
 * The emulated 82576 drops a frame if a piece of it lies in two pages that are not
 * neighbours in the memory of L1.  Pieces of several pages come of scatter-gather;
 * the stack sends them again from where they are, so that a TCP connection stands
 * still for good.  It depends on how fragmented L1's memory is.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	struct ethtool_value off = { .cmd = ETHTOOL_SSG };
	struct ifreq ifr = { .ifr_data = (void *)&off };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 2 || strlen(argv[1]) >= IFNAMSIZ) {
		fprintf(stderr, "usage: linear DEVICE\n");
		return 2;
	}
	memcpy(ifr.ifr_name, argv[1], strlen(argv[1]));
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &ifr)) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
