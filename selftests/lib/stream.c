// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream's thread sends when the window allows and receives when there is
 * something; sent and verified are the stream's positions.  The other threads
 * only read verified and error, which are written atomically.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "pace.h"
#include "pattern.h"
#include "stream.h"

#define CHUNK		8192
#define WINDOW		(8 * CHUNK)	/* sent and not yet echoed */
#define TCP_PAUSE_MS	120000		/* TCP_RTO_MAX */

struct stream {
	int fd;
	pthread_t thread;
	bool stop;
	int error;			/* why the thread gave up */
	unsigned long long sent;
	unsigned long long verified;
	unsigned long long timed;	/* the position whose echo is timed, */
	long long timed_since;
	long long took;			/* and what the last one took */
};

static int send_some(struct stream *stream)
{
	unsigned char data[CHUNK];
	ssize_t len;

	pattern_fill(data, sizeof(data), stream->sent);
	len = send(stream->fd, data, sizeof(data),
		   MSG_DONTWAIT | MSG_NOSIGNAL);
	if (len < 0)
		return errno == EAGAIN ? 0 : -errno;
	stream->sent += len;
	if (stream->timed <= stream->verified) {
		stream->timed = stream->sent;
		stream->timed_since = now_ns();
	}
	return 0;
}

static int receive_some(struct stream *stream)
{
	unsigned char data[CHUNK];
	ssize_t len;

	len = recv(stream->fd, data, sizeof(data), MSG_DONTWAIT);
	if (len < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (!len)
		return -ECONNRESET;
	if (!pattern_check(data, len, stream->verified))
		return -EILSEQ;
	if (stream->verified < stream->timed &&
	    stream->verified + len >= stream->timed)
		stream->took = now_ns() - stream->timed_since;
	__atomic_store_n(&stream->verified, stream->verified + len,
			 __ATOMIC_RELAXED);
	return 0;
}

/* Sends at the stream's pace, and receives whenever there is something. */
static int step(struct stream *stream, long long *next)
{
	struct pollfd pfd = { .fd = stream->fd, .events = POLLIN };
	int err = 0;

	if (poll(&pfd, 1, ms_until(*next)) > 0)
		err = receive_some(stream);
	if (err || now_ns() < *next)
		return err;
	*next = now_ns() + pace_ns(stream->took);
	if (stream->sent - stream->verified < WINDOW)
		err = send_some(stream);
	return err;
}

static void *stream_thread(void *data)
{
	struct stream *stream = data;
	long long next = now_ns();
	int err = 0;

	while (!err && !__atomic_load_n(&stream->stop, __ATOMIC_RELAXED))
		err = step(stream, &next);
	__atomic_store_n(&stream->error, err, __ATOMIC_RELAXED);
	return NULL;
}

/* The guest's server may be a moment late. */
static int connect_to(const char *address, int timeout_ms)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(STREAM_PORT),
	};
	struct timeval limit = { .tv_sec = timeout_ms / 1000 + 1 };
	long long deadline = deadline_in(timeout_ms);
	int fd, err;

	inet_pton(AF_INET, address, &to.sin_addr);
	do {
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
			return fd;
		err = -errno;
		close(fd);
		sleep_ms(100);
	} while (ms_until(deadline));
	return err;
}

struct stream *stream_start(const char *address, int timeout_ms)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->fd = connect_to(address, timeout_ms);
	if (stream->fd < 0) {
		failure(stream->fd, "no TCP connection to %s: %s", address,
			strerror(-stream->fd));
		free(stream);
		return NULL;
	}
	if (pthread_create(&stream->thread, NULL, stream_thread, stream)) {
		close(stream->fd);
		free(stream);
		return NULL;
	}
	return stream;
}

void stream_stop(struct stream *stream)
{
	if (!stream)
		return;
	__atomic_store_n(&stream->stop, true, __ATOMIC_RELAXED);
	pthread_join(stream->thread, NULL);
	close(stream->fd);
	free(stream);
}

unsigned long long stream_bytes(struct stream *stream)
{
	return __atomic_load_n(&stream->verified, __ATOMIC_RELAXED);
}

int stream_check(struct stream *stream)
{
	int err = __atomic_load_n(&stream->error, __ATOMIC_RELAXED);

	if (err == -EILSEQ)
		return failure(-EIO, "TCP stream: wrong content after %llu bytes",
			       stream_bytes(stream));
	if (err)
		return failure(-EIO, "TCP stream: connection lost after %llu bytes: %s",
			       stream_bytes(stream), strerror(-err));
	return 0;
}

/*
 * TCP doubles its pauses while nothing arrives: after a long outage its next
 * attempt may be as far away as that was long.
 */
int stream_wait(struct stream *stream, unsigned long long bytes, int timeout_ms)
{
	unsigned long long wanted = stream_bytes(stream) + bytes;
	int limit_ms = timeout_ms + TCP_PAUSE_MS;
	long long deadline = deadline_in(limit_ms);
	int err;

	while (stream_bytes(stream) < wanted) {
		err = stream_check(stream);
		if (err)
			return err;
		if (!ms_until(deadline))
			return failure(-ETIMEDOUT,
				       "TCP stream: at %llu bytes, %llu short, after %d ms",
				       stream_bytes(stream),
				       wanted - stream_bytes(stream),
				       stretch_ms(limit_ms));
		sleep_ms(10);
	}
	return stream_check(stream);
}
