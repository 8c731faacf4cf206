// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flood's thread owns the sockets and the positions; nobody else looks at
 * them before it has ended.  What does not fit into a socket is not sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "flood.h"
#include "pattern.h"

#define STEP_MS		10
#define STEPS		(1000 / STEP_MS)
#define CHUNK		16384
#define GRAIN		sizeof(((struct flood_datagram *)0)->data)

struct flood {
	int queue, memory, udp;
	struct flood_rate rate;
	pthread_t thread;
	bool stop;
	struct flood_sent sent;
};

static int open_to(const char *address, int type, int port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), one = 1;

	inet_pton(AF_INET, address, &to.sin_addr);
	if (type == SOCK_DGRAM)
		setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &one, sizeof(one));
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	close(fd);
	return -1;
}

/* The guest's program accepts one connection after the other. */
static int open_in_time(const char *address, int type, int port,
			long long deadline)
{
	int fd;

	while ((fd = open_to(address, type, port)) < 0 && ms_until(deadline))
		sleep_ms(100);
	return fd;
}

static void send_bytes(int fd, unsigned long long *position, long long bytes)
{
	unsigned char data[CHUNK];
	ssize_t len;

	for (; bytes > 0; bytes -= len) {
		len = bytes < CHUNK ? bytes : CHUNK;
		pattern_fill(data, len, *position);
		len = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (len <= 0)
			return;
		*position += len;
	}
}

static void send_datagrams(struct flood *flood, long long bytes)
{
	struct flood_datagram datagram;

	for (; bytes > 0; bytes -= sizeof(datagram.data)) {
		datagram.position = flood->sent.udp;
		pattern_fill(datagram.data, sizeof(datagram.data),
			     datagram.position);
		if (send(flood->udp, &datagram, sizeof(datagram),
			 MSG_DONTWAIT) != sizeof(datagram))
			return;
		flood->sent.udp += sizeof(datagram.data);
	}
}

/* Whole grains of what is to be sent by now. */
static long long take_due(long long *due, long long rate)
{
	long long bytes;

	*due += rate / STEPS;
	bytes = *due - *due % GRAIN;
	*due -= bytes;
	return bytes;
}

static void *flood_thread(void *data)
{
	struct flood *flood = data;
	long long tcp = 0, udp = 0, bytes;

	while (!__atomic_load_n(&flood->stop, __ATOMIC_RELAXED)) {
		bytes = take_due(&tcp, flood->rate.tcp);
		send_bytes(flood->queue, &flood->sent.queue, bytes);
		send_bytes(flood->memory, &flood->sent.memory, bytes);
		send_datagrams(flood, take_due(&udp, flood->rate.udp));
		sleep_ms(STEP_MS);
	}
	return NULL;
}

static void flood_close(struct flood *flood)
{
	close(flood->queue);
	close(flood->memory);
	close(flood->udp);
	free(flood);
}

struct flood *flood_start(const char *address, struct flood_rate rate,
			  int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	struct flood *flood = calloc(1, sizeof(*flood));

	if (!flood)
		return NULL;
	flood->rate = rate;
	flood->queue = open_in_time(address, SOCK_STREAM, FLOOD_QUEUE_PORT,
				    deadline);
	flood->memory = open_in_time(address, SOCK_STREAM, FLOOD_MEMORY_PORT,
				     deadline);
	flood->udp = open_in_time(address, SOCK_DGRAM, FLOOD_UDP_PORT,
				  deadline);
	if (flood->queue < 0 || flood->memory < 0 || flood->udp < 0 ||
	    pthread_create(&flood->thread, NULL, flood_thread, flood)) {
		failure(-ETIMEDOUT, "the guest does not take a flood");
		flood_close(flood);
		return NULL;
	}
	return flood;
}

struct flood_sent flood_stop(struct flood *flood)
{
	struct flood_sent sent;

	__atomic_store_n(&flood->stop, true, __ATOMIC_RELAXED);
	pthread_join(flood->thread, NULL);
	shutdown(flood->queue, SHUT_WR);
	shutdown(flood->memory, SHUT_WR);
	sent = flood->sent;
	flood_close(flood);
	return sent;
}
