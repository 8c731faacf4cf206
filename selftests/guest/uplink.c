// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: sends a numbered datagram every 10 ms, see
 * selftests/lib/uplink.h.  One that cannot be sent keeps its number: it is one
 * that did not arrive.
 *
 * usage: uplink ADDRESS
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/uplink.h"

int main(int argc, char **argv)
{
	struct uplink_datagram datagram = { .number = 0 };
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(UPLINK_PORT),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 2 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: uplink ADDRESS\n");
		return 2;
	}
	for (;; datagram.number++) {
		sendto(fd, &datagram, sizeof(datagram), MSG_DONTWAIT,
		       (struct sockaddr *)&to, sizeof(to));
		usleep(UPLINK_INTERVAL_US);
	}
}
