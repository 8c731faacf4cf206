// SPDX-License-Identifier: GPL-2.0-only
/*
 * One thread, two sockets: one receives, one looks at what the PF receives.  The
 * lock protects the records.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "failure.h"
#include "uplink.h"

#define RECORDS_MAX	(128 * 1024)	/* ten minutes both ways */
#define TICK_MS		50

struct record {
	long long when;
	unsigned int number;
	enum uplink_way way;
};

struct uplink {
	int fds[2];			/* by enum uplink_way */
	pthread_t thread;
	bool stop;
	pthread_mutex_t lock;		/* records, count */
	struct record *records;
	size_t count;
};

static void record(struct uplink *uplink, enum uplink_way way,
		   unsigned int number)
{
	pthread_mutex_lock(&uplink->lock);
	if (uplink->count < RECORDS_MAX)
		uplink->records[uplink->count++] =
			(struct record){ now_ns(), number, way };
	pthread_mutex_unlock(&uplink->lock);
}

static void take_datagram(struct uplink *uplink)
{
	struct uplink_datagram datagram;

	if (recv(uplink->fds[UPLINK_ANY], &datagram, sizeof(datagram),
		 MSG_DONTWAIT) == sizeof(datagram))
		record(uplink, UPLINK_ANY, datagram.number);
}

/* IPv4 headers without options, as the guest's are. */
static void look_at_packet(struct uplink *uplink)
{
	struct {
		struct iphdr ip;
		struct udphdr udp;
		struct uplink_datagram datagram;
	} __attribute__((packed)) packet;
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);

	if (recvfrom(uplink->fds[UPLINK_VF], &packet, sizeof(packet),
		     MSG_DONTWAIT, (struct sockaddr *)&from, &size) <
	    (ssize_t)sizeof(packet))
		return;
	if (from.sll_pkttype != PACKET_OUTGOING &&
	    from.sll_protocol == htons(ETH_P_IP) &&
	    packet.ip.protocol == IPPROTO_UDP &&
	    packet.udp.dest == htons(UPLINK_PORT))
		record(uplink, UPLINK_VF, packet.datagram.number);
}

static void *uplink_thread(void *data)
{
	struct uplink *uplink = data;
	struct pollfd fds[2] = {
		{ .fd = uplink->fds[UPLINK_ANY], .events = POLLIN },
		{ .fd = uplink->fds[UPLINK_VF], .events = POLLIN },
	};

	while (!__atomic_load_n(&uplink->stop, __ATOMIC_RELAXED)) {
		if (poll(fds, 2, TICK_MS) < 1)
			continue;
		if (fds[UPLINK_ANY].revents)
			take_datagram(uplink);
		if (fds[UPLINK_VF].revents)
			look_at_packet(uplink);
	}
	return NULL;
}

static int open_port(void)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons(UPLINK_PORT),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&any, sizeof(any))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* All protocols: a bridge takes packets before a socket for one sees them. */
static int open_device(const char *link)
{
	struct sockaddr_ll device = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(link),
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&device, sizeof(device))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void release(struct uplink *uplink)
{
	int i;

	for (i = 0; i < 2; i++)
		if (uplink->fds[i] >= 0)
			close(uplink->fds[i]);
	pthread_mutex_destroy(&uplink->lock);
	free(uplink->records);
	free(uplink);
}

struct uplink *uplink_start(const char *pf)
{
	struct uplink *uplink = calloc(1, sizeof(*uplink));

	if (!uplink)
		return NULL;
	pthread_mutex_init(&uplink->lock, NULL);
	uplink->records = calloc(RECORDS_MAX, sizeof(*uplink->records));
	uplink->fds[UPLINK_ANY] = open_port();
	uplink->fds[UPLINK_VF] = open_device(pf);
	if (!uplink->records || uplink->fds[UPLINK_ANY] < 0 ||
	    uplink->fds[UPLINK_VF] < 0 ||
	    pthread_create(&uplink->thread, NULL, uplink_thread, uplink)) {
		failure(-EIO, "cannot listen to the guest, or to %s", pf);
		release(uplink);
		return NULL;
	}
	return uplink;
}

void uplink_stop(struct uplink *uplink)
{
	if (!uplink)
		return;
	__atomic_store_n(&uplink->stop, true, __ATOMIC_RELAXED);
	pthread_join(uplink->thread, NULL);
	release(uplink);
}

struct times uplink_arrivals(struct uplink *uplink, enum uplink_way way,
			     long long from, long long to)
{
	struct times times = { .count = 0 };
	const struct record *found;
	size_t i;

	pthread_mutex_lock(&uplink->lock);
	times.when = calloc(uplink->count + 1, sizeof(*times.when));
	for (i = 0; times.when && i < uplink->count; i++) {
		found = &uplink->records[i];
		if (found->way == way && found->when >= from &&
		    found->when <= to)
			times.when[times.count++] = found->when;
	}
	pthread_mutex_unlock(&uplink->lock);
	return times;
}

static long long earliest(struct uplink *uplink, enum uplink_way way,
			  long long since)
{
	struct times times = uplink_arrivals(uplink, way, since, now_ns());
	long long first = times.count ? times.when[0] : 0;

	times_free(&times);
	return first;
}

long long uplink_first(struct uplink *uplink, enum uplink_way way,
		       long long since, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	long long first;

	while (!(first = earliest(uplink, way, since)) && ms_until(deadline))
		sleep_ms(20);
	return first;
}

/* None arrives twice: there is one way at a time. */
int uplink_lost(struct uplink *uplink, long long from, long long to)
{
	unsigned int lowest = -1U, highest = 0, number;
	int count = 0;
	size_t i;

	pthread_mutex_lock(&uplink->lock);
	for (i = 0; i < uplink->count; i++) {
		number = uplink->records[i].number;
		if (uplink->records[i].way != UPLINK_ANY ||
		    uplink->records[i].when < from ||
		    uplink->records[i].when > to)
			continue;
		lowest = number < lowest ? number : lowest;
		highest = number > highest ? number : highest;
		count++;
	}
	pthread_mutex_unlock(&uplink->lock);
	return count ? (int)(highest - lowest + 1) - count : 0;
}
