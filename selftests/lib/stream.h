/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One TCP connection to tcpecho in the guest, kept busy by a thread: what goes
 * out is checked in the guest, what comes back is checked here.  It is paced
 * (see pace.h), so that it proves the connection without taking the machine's time.
 */
#ifndef MIGCAP_TEST_STREAM_H
#define MIGCAP_TEST_STREAM_H

#define STREAM_PORT	7777

struct stream;

/* Connect; NULL with a failure reason. */
struct stream *stream_start(const char *address, int timeout_ms);
void stream_stop(struct stream *stream);

/* Bytes that went to the guest and came back as they should. */
unsigned long long stream_bytes(struct stream *stream);

/* 0 while the connection is the one made at first, and its content right. */
int stream_check(struct stream *stream);

/*
 * Wait until @bytes more have made the round trip.  -EIO: the connection is
 * broken; -ETIMEDOUT: it stands still, and TCP's longest pause is over, too.
 */
int stream_wait(struct stream *stream, unsigned long long bytes,
		int timeout_ms);

#endif /* MIGCAP_TEST_STREAM_H */
