// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: receives what flood sends and keeps it, in the ways
 * in which memory that the NIC wrote is kept: unread in the queues of a TCP and
 * of a UDP socket, and read into anonymous memory and into the page cache.  On
 * SIGUSR1 it looks at all of it and says how much of that is wrong.
 *
 *	queue 12345678 bad 0
 *	udp 1234567 bad 0
 *	memory 8388608 bad 0
 *	file 8388608 bad 0
 *
 * usage: hoard [MEGABYTES]	to take away before
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asked.h"
#include "../lib/flood.h"
#include "../lib/pattern.h"

#define QUEUE_BYTES	(6 << 20)	/* the kernel takes twice as much */
#define KEEP_BYTES	(8 << 20)
#define SILENCE_MS	2000
#define FILE_NAME	"/tmp/hoard.data"

struct tally {
	unsigned long long bytes, bad;
};

struct ring {
	unsigned char *data;		/* of KEEP_BYTES, at position modulo */
	unsigned long long position;	/* end of what was received */
	int file;			/* the same again in the page cache */
};

static int open_socket(int type, int port)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, type, 0), one = 1, size = QUEUE_BYTES;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("SO_RCVBUFFORCE");
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)))
		die("bind");
	return fd;
}

static int accept_one(int port)
{
	int fd, listener = open_socket(SOCK_STREAM, port);

	if (listen(listener, 1))
		die("listen");
	do {
		fd = accept(listener, NULL, NULL);
	} while (fd < 0 && errno == EINTR);
	close(listener);
	return fd;
}

/* A new file each time round: the pages of the old one go to other use. */
static void keep(struct ring *ring, const unsigned char *data, size_t len)
{
	size_t at = ring->position % KEEP_BYTES;

	if (len > KEEP_BYTES - at)
		len = KEEP_BYTES - at;
	if (!at && ftruncate(ring->file, 0))
		die("ftruncate");
	memcpy(ring->data + at, data, len);
	if (pwrite(ring->file, data, len, at) != (ssize_t)len)
		die("pwrite");
	ring->position += len;
}

static void receive(struct ring *ring, int fd)
{
	static unsigned char data[16384];
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t room = KEEP_BYTES - ring->position % KEEP_BYTES;
	ssize_t len;

	if (poll(&pfd, 1, 100) <= 0)
		return;
	len = read(fd, data, room < sizeof(data) ? room : sizeof(data));
	if (len > 0)
		keep(ring, data, len);
	else
		usleep(100000);
}

static void check(struct tally *tally, const unsigned char *data, size_t len,
		  unsigned long long position)
{
	tally->bytes += len;
	for (; len; data++, position++, len--)
		tally->bad += *data != pattern_byte(position);
}

static bool more(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, SILENCE_MS) > 0;
}

static struct tally check_queue(int fd)
{
	static unsigned char data[65536];
	struct tally tally = {};
	ssize_t len;

	while (more(fd) && (len = read(fd, data, sizeof(data))) > 0)
		check(&tally, data, len, tally.bytes);
	return tally;
}

static struct tally check_udp(int fd)
{
	struct flood_datagram datagram;
	struct tally tally = {};
	ssize_t len;

	while (more(fd)) {
		len = read(fd, &datagram, sizeof(datagram));
		if (len == sizeof(datagram))
			check(&tally, datagram.data, sizeof(datagram.data),
			      datagram.position);
	}
	return tally;
}

/* What is kept is the end of the stream, in two pieces. */
static struct tally check_kept(const unsigned char *data,
			       unsigned long long position, bool old_half)
{
	size_t at = position % KEEP_BYTES;
	struct tally tally = {};

	check(&tally, data, at, position - at);
	if (old_half && position >= KEEP_BYTES)
		check(&tally, data + at, KEEP_BYTES - at,
		      position - KEEP_BYTES);
	return tally;
}

static struct tally check_file(const struct ring *ring)
{
	static unsigned char data[KEEP_BYTES];
	ssize_t len = pread(ring->file, data, sizeof(data), 0);

	if (len < 0)
		die("pread");
	return check_kept(data, ring->position, false);
}

static void report(const char *what, struct tally tally)
{
	printf("%s %llu bad %llu\n", what, tally.bytes, tally.bad);
}

/*
 * Kernels hand out the memory at the end first, which a VMM sends last.  What
 * this takes makes room for receive buffers further down.
 */
static void take_memory(size_t megabytes)
{
	void *memory = malloc(megabytes << 20);

	if (!memory)
		die("memory");
	memset(memory, 0x5a, megabytes << 20);
}

int main(int argc, char **argv)
{
	struct ring ring = {};
	int udp, queue, memory;

	asked_by(SIGUSR1);
	if (argc > 1)
		take_memory(atoi(argv[1]));
	ring.data = mmap(NULL, KEEP_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ring.file = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (ring.data == MAP_FAILED || ring.file < 0)
		die("memory");

	udp = open_socket(SOCK_DGRAM, FLOOD_UDP_PORT);
	queue = accept_one(FLOOD_QUEUE_PORT);
	memory = accept_one(FLOOD_MEMORY_PORT);
	while (!asked)
		receive(&ring, memory);

	report("queue", check_queue(queue));
	report("udp", check_udp(udp));
	report("memory", check_kept(ring.data, ring.position, true));
	report("file", check_file(&ring));
	return 0;
}
