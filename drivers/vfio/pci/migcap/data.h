/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data file of a migration: what a VMM reads on the source and writes on
 * the destination.
 */
#ifndef MIGCAP_DATA_H
#define MIGCAP_DATA_H

#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mutex.h>

#include "saver.h"
#include "stream.h"

struct migcap_device;

/**
 * struct migcap_data - a data file
 * @filp: the file; the device holds one reference and the VMM another
 * @mdev: the device, which lives as long as the file
 * @reset_seq: the device's when the file was made: after a reset it is void
 * @lock: protects all below
 * @disabled: the device has left the states that go with the file
 * @decode_error: sticky error of the stream that is written
 * @read_at: when a reader was last here, whether it got something or not
 * @saver: what is read, on a source
 * @decoder: what is written, on a destination
 */
struct migcap_data {
	struct file *filp;
	struct migcap_device *mdev;
	int reset_seq;
	/* protects all below */
	struct mutex lock;
	bool disabled;
	int decode_error;
	ktime_t read_at;
	union {
		struct migcap_saver saver;
		struct migcap_stream_decoder decoder;
	};
};

struct migcap_data *migcap_data_save(struct migcap_device *mdev);
struct migcap_data *migcap_data_resume(struct migcap_device *mdev);
void migcap_data_disable(struct migcap_data *data);
void migcap_data_put(struct migcap_data *data);

#endif /* MIGCAP_DATA_H */
