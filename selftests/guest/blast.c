// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends full datagrams as fast as the network takes them, to a port where
 * nobody reads them.  Runs in the guest as well as on the host.
 *
 * usage: blast ADDRESS MILLISECONDS
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "../lib/blast.h"
#include "../lib/clock.h"

int main(int argc, char **argv)
{
	static unsigned char data[BLAST_BYTES];
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(BLAST_PORT),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	long long deadline;

	if (argc != 3 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: blast ADDRESS MILLISECONDS\n");
		return 2;
	}
	deadline = deadline_in(atoi(argv[2]));
	while (now_ns() < deadline)
		sendto(fd, data, sizeof(data), 0, (struct sockaddr *)&to,
		       sizeof(to));
	return 0;
}
