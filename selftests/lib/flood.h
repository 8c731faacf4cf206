/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data for a guest to receive and to keep (guest/hoard.c): two TCP connections
 * and a flow of UDP datagrams, at a steady rate from a thread.  All of it is
 * the test pattern, so that it can be verified long after.
 */
#ifndef MIGCAP_TEST_FLOOD_H
#define MIGCAP_TEST_FLOOD_H

#define FLOOD_QUEUE_PORT	7778	/* TCP, kept unread */
#define FLOOD_MEMORY_PORT	7779	/* TCP, read into memory */
#define FLOOD_UDP_PORT		7780	/* kept unread */

/* The pattern from a position on; sent without a checksum. */
struct flood_datagram {
	unsigned long long position;
	unsigned char data[1024];
};

/* What has been sent, in bytes of content. */
struct flood_sent {
	unsigned long long queue, memory, udp;
};

struct flood;

/* In bytes a second. */
struct flood_rate {
	long long tcp;			/* on each of the connections */
	long long udp;
};

/* Connect and begin. */
struct flood *flood_start(const char *address, struct flood_rate rate,
			  int timeout_ms);

/* Say so to the other side, too. */
struct flood_sent flood_stop(struct flood *flood);

#endif /* MIGCAP_TEST_FLOOD_H */
