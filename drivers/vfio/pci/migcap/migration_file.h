/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The data file of a migration: what a VMM reads on the source and writes on
 * the destination.
 */
#ifndef MIGCAP_VFIO_MIGRATION_FILE_H
#define MIGCAP_VFIO_MIGRATION_FILE_H

#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mutex.h>

#include "save.h"
#include "stream.h"

struct migcap_vfio_device;

/**
 * struct migcap_vfio_migration_file - a data file
 * @filp: the file; the device holds one reference and the VMM another
 * @mvdev: the device, which lives as long as the file
 * @reset_seq: the device's when the file was made: after a reset it is void
 * @lock: protects all below
 * @disabled: the device has left the states that go with the file
 * @decode_error: sticky error of the stream that is written
 * @read_at: when a reader was last here, whether it got something or not
 * @save: what is read, on a source
 * @decoder: what is written, on a destination
 */
struct migcap_vfio_migration_file {
	struct file *filp;
	struct migcap_vfio_device *mvdev;
	int reset_seq;
	/* protects all below */
	struct mutex lock;
	bool disabled;
	int decode_error;
	ktime_t read_at;
	union {
		struct migcap_vfio_save save;
		struct migcap_vfio_stream_decoder decoder;
	};
};

struct migcap_vfio_migration_file *
migcap_vfio_migf_save(struct migcap_vfio_device *mvdev);
struct migcap_vfio_migration_file *
migcap_vfio_migf_resume(struct migcap_vfio_device *mvdev);
void migcap_vfio_migf_abandon(struct migcap_vfio_migration_file *migf);
void migcap_vfio_migf_disable(struct migcap_vfio_migration_file *migf);
void migcap_vfio_migf_put(struct migcap_vfio_migration_file *migf);

#endif /* MIGCAP_VFIO_MIGRATION_FILE_H */
