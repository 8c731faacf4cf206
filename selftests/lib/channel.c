// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stream sockets to programs that may still be starting.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "channel.h"
#include "clock.h"

#define RETRY_MS	20

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

static int parse(const char *where, union address *address, socklen_t *size)
{
	char host[INET_ADDRSTRLEN];
	int port;

	memset(address, 0, sizeof(*address));
	if (!strncmp(where, "unix:", 5)) {
		address->un.sun_family = AF_UNIX;
		snprintf(address->un.sun_path, sizeof(address->un.sun_path),
			 "%s", where + 5);
		*size = sizeof(address->un);
		return 0;
	}
	if (sscanf(where, "tcp:%15[0-9.]:%d", host, &port) != 2 ||
	    inet_pton(AF_INET, host, &address->in.sin_addr) != 1)
		return -EINVAL;
	address->in.sin_family = AF_INET;
	address->in.sin_port = htons(port);
	*size = sizeof(address->in);
	return 0;
}

/* A host that is not there lets nobody wait for longer than the deadline. */
static int try_once(const union address *address, socklen_t size,
		    long long deadline)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = { .tv_sec = ms_until(deadline) / 1000 + 1 };
	int err, on = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (address->any.sa_family == AF_INET)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!connect(fd, &address->any, size))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int channel_connect(const char *where, long long deadline)
{
	union address address;
	socklen_t size;
	int ret = parse(where, &address, &size);

	if (ret)
		return ret;
	while ((ret = try_once(&address, size, deadline)) < 0 &&
	       ms_until(deadline))
		sleep_ms(RETRY_MS);
	return ret;
}
