// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: accepts one TCP connection after the other, checks
 * the stream against the test pattern and echoes it.  A stream that is not as
 * it should be is cut off, which its sender notices.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../lib/pattern.h"

static int write_all(int fd, const unsigned char *data, size_t len)
{
	ssize_t done;

	for (; len; data += done, len -= done) {
		done = write(fd, data, len);
		if (done < 0)
			return -1;
	}
	return 0;
}

static void echo(int fd)
{
	unsigned char data[16384];
	unsigned long long position = 0;
	ssize_t len;

	while ((len = read(fd, data, sizeof(data))) > 0) {
		if (!pattern_check(data, len, position)) {
			fprintf(stderr, "tcpecho: corrupt after byte %llu\n",
				position);
			return;
		}
		if (write_all(fd, data, len))
			return;
		position += len;
	}
}

/* Pending data in either direction must not keep a cut connection alive. */
static void hang_up(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int listener, fd, one = 1;

	any.sin_port = htons(argc > 1 ? atoi(argv[1]) : 7777);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) ||
	    listen(listener, 4)) {
		perror("tcpecho");
		return 1;
	}
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
				   sizeof(one));
			echo(fd);
			hang_up(fd);
			_exit(0);
		}
		close(fd);
	}
	perror("tcpecho");
	return 1;
}
