// SPDX-License-Identifier: GPL-2.0-only
/*
 * One thread sends and receives; what it learns is an array with an entry a
 * probe, indexed by the probe's number.  The lock protects that array's
 * contents and count.  ICMP numbers wrap at 65536, which is more than ten
 * minutes of probes: an answer belongs to the latest probe of that number.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip_icmp.h>
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
#include "probe.h"

#define PROBES_MAX	(256 * 1024)	/* 43 minutes at least */

struct echo {
	long long sent;
	long long answered;	/* 0: not yet */
};

struct probe {
	int fd;
	unsigned short id;
	pthread_t thread;
	bool stop;
	long long took;			/* by the last answer, the thread's own */
	pthread_mutex_t lock;		/* echoes, count */
	struct echo *echoes;
	unsigned int count;
};

static unsigned short checksum(const void *data, size_t len)
{
	const unsigned short *word = data;
	unsigned int sum = 0;

	for (; len > 1; len -= 2)
		sum += *word++;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

/* A send may fail while the neighbour is not known: a probe without answer. */
static void send_probe(struct probe *probe)
{
	struct icmphdr echo = {
		.type = ICMP_ECHO,
		.un.echo.id = probe->id,
	};

	pthread_mutex_lock(&probe->lock);
	if (probe->count < PROBES_MAX) {
		echo.un.echo.sequence = htons(probe->count & 0xffff);
		probe->echoes[probe->count++].sent = now_ns();
	}
	pthread_mutex_unlock(&probe->lock);
	echo.checksum = checksum(&echo, sizeof(echo));
	send(probe->fd, &echo, sizeof(echo), MSG_DONTWAIT);
}

/* The latest probe whose number ends in @sequence. */
static struct echo *find_echo(struct probe *probe, unsigned int sequence)
{
	unsigned int index = (probe->count & ~0xffffU) | sequence;

	if (index >= probe->count) {
		if (index < 0x10000)
			return NULL;
		index -= 0x10000;
	}
	return &probe->echoes[index];
}

static void receive_answer(struct probe *probe)
{
	char packet[256];
	const struct icmphdr *icmp;
	struct echo *echo;
	ssize_t len;

	len = recv(probe->fd, packet, sizeof(packet), MSG_DONTWAIT);
	if (len < (ssize_t)(sizeof(struct iphdr) + sizeof(*icmp)))
		return;
	icmp = (const void *)(packet + (packet[0] & 0xf) * 4);
	if (icmp->type != ICMP_ECHOREPLY || icmp->un.echo.id != probe->id)
		return;
	pthread_mutex_lock(&probe->lock);
	echo = find_echo(probe, ntohs(icmp->un.echo.sequence));
	if (echo && !echo->answered) {
		echo->answered = now_ns();
		probe->took = echo->answered - echo->sent;
	}
	pthread_mutex_unlock(&probe->lock);
}

static void *probe_thread(void *data)
{
	struct probe *probe = data;
	struct pollfd pfd = { .fd = probe->fd, .events = POLLIN };
	long long next = now_ns();

	while (!__atomic_load_n(&probe->stop, __ATOMIC_RELAXED)) {
		if (now_ns() >= next) {
			send_probe(probe);
			next += pace_ns(probe->took);
			/* Never make up for time lost. */
			if (next < now_ns())
				next = now_ns() + pace_ns(probe->took);
		}
		if (poll(&pfd, 1, ms_until(next)) > 0)
			receive_answer(probe);
	}
	return NULL;
}

static int open_socket(const char *link, const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	inet_pton(AF_INET, address, &to.sin_addr);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, link, strlen(link)) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		close(fd);
		return -errno;
	}
	return fd;
}

struct probe *probe_start(const char *link, const char *address)
{
	struct probe *probe = calloc(1, sizeof(*probe));

	if (!probe)
		return NULL;
	pthread_mutex_init(&probe->lock, NULL);
	probe->id = getpid();
	probe->echoes = calloc(PROBES_MAX, sizeof(*probe->echoes));
	probe->fd = open_socket(link, address);
	if (!probe->echoes || probe->fd < 0 ||
	    pthread_create(&probe->thread, NULL, probe_thread, probe)) {
		failure(-EIO, "cannot send probes from %s", link);
		if (probe->fd >= 0)
			close(probe->fd);
		free(probe->echoes);
		free(probe);
		return NULL;
	}
	return probe;
}

void probe_stop(struct probe *probe)
{
	if (!probe)
		return;
	__atomic_store_n(&probe->stop, true, __ATOMIC_RELAXED);
	pthread_join(probe->thread, NULL);
	close(probe->fd);
	pthread_mutex_destroy(&probe->lock);
	free(probe->echoes);
	free(probe);
}

static int answered(struct probe *probe, long long since)
{
	unsigned int i;
	int count = 0;

	pthread_mutex_lock(&probe->lock);
	for (i = probe->count; i && probe->echoes[i - 1].sent >= since; i--)
		count += probe->echoes[i - 1].answered != 0;
	pthread_mutex_unlock(&probe->lock);
	return count;
}

static long long earliest_answer(struct probe *probe, long long since)
{
	long long first = 0, answered;
	unsigned int i;

	pthread_mutex_lock(&probe->lock);
	for (i = probe->count; i && probe->echoes[i - 1].sent >= since; i--) {
		answered = probe->echoes[i - 1].answered;
		if (answered && (!first || answered < first))
			first = answered;
	}
	pthread_mutex_unlock(&probe->lock);
	return first;
}

int probe_wait(struct probe *probe, long long since, int count, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);

	while (answered(probe, since) < count) {
		if (!ms_until(deadline))
			return failure(-ETIMEDOUT,
				       "the guest does not answer pings");
		sleep_ms(10);
	}
	return 0;
}

long long probe_first_answer(struct probe *probe, long long since,
			     int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	long long first;

	while (!(first = earliest_answer(probe, since)) && ms_until(deadline))
		sleep_ms(5);
	return first;
}

struct times probe_answers(struct probe *probe, long long from, long long to)
{
	struct times times = { .count = 0 };
	long long answered;
	unsigned int i;

	pthread_mutex_lock(&probe->lock);
	times.when = calloc(probe->count + 1, sizeof(*times.when));
	for (i = 0; times.when && i < probe->count; i++) {
		answered = probe->echoes[i].answered;
		if (answered >= from && answered && answered <= to)
			times.when[times.count++] = answered;
	}
	pthread_mutex_unlock(&probe->lock);
	times_sort(&times);
	return times;
}

struct gap probe_longest_gap(struct probe *probe, long long from,
			     long long to)
{
	struct times times = probe_answers(probe, from, to);
	struct gap longest = gaps_longest(&times, from, to);

	times_free(&times);
	return longest;
}

int probe_lost(struct probe *probe, long long from, long long to)
{
	unsigned int i;
	int lost = 0;

	pthread_mutex_lock(&probe->lock);
	for (i = 0; i < probe->count; i++)
		lost += probe->echoes[i].sent >= from &&
			probe->echoes[i].sent <= to &&
			!probe->echoes[i].answered;
	pthread_mutex_unlock(&probe->lock);
	return lost;
}

struct probe_loss probe_longest_loss(struct probe *probe, long long from,
				     long long to)
{
	struct probe_loss loss = { .lost = 0 };
	long long last = from;
	int run = 0, lost = 0;
	struct echo *echo;
	unsigned int i;

	pthread_mutex_lock(&probe->lock);
	for (i = 0; i < probe->count; i++) {
		echo = &probe->echoes[i];
		if (echo->sent < from || echo->sent > to)
			continue;
		if (!echo->answered) {
			run++;
			continue;
		}
		if (run > loss.lost) {
			loss.gap = (struct gap){ last, echo->answered };
			loss.lost = run;
		}
		lost += run;
		run = 0;
		last = echo->answered;
	}
	pthread_mutex_unlock(&probe->lock);
	loss.lost_else = lost - loss.lost;
	return loss;
}
