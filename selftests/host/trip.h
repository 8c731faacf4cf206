/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A whole migration on one device: what shows that it still works.
 */
#ifndef SELFTESTS_HOST_TRIP_H
#define SELFTESTS_HOST_TRIP_H

#include "host.h"

#define TRIP_STREAM_MAX	4096

struct trip_stream {
	uint8_t bytes[TRIP_STREAM_MAX];
	size_t size;
};

/* From any state: reset, a guest that answers, asked and quiesced. */
int trip_begin(struct host_vf *vf);
/* Reads in STOP_COPY, which @fd belongs to, until the stream ends. */
int trip_read(int fd, struct trip_stream *stream);
/*
 * Reset, quiesce, save, resume, go on: 0 if the guest then has its registers and
 * a device that may do DMA, else -errno with a reason.
 */
int trip_round(struct host_vf *vf);

#endif /* SELFTESTS_HOST_TRIP_H */
