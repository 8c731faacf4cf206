/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VF bound to migcap_vfio_pci as its host sees it: the attributes below the
 * device's migcap/ directory in sysfs.
 */
#ifndef MIGCAP_TEST_MIGCAP_H
#define MIGCAP_TEST_MIGCAP_H

#include <stdbool.h>
#include <stddef.h>

#include "pci.h"
#include "sysfs.h"

#define MIGCAP_DRIVER	"migcap_vfio_pci"

/* Directory of the attributes, filled into @dir of PCI_DIR_SIZE. */
const char *migcap_dir(const char *bdf, char *dir);

int migcap_read(const char *bdf, const char *attr, char *value, size_t size);
int migcap_write(const char *bdf, const char *attr, const char *value);
bool migcap_reads(const char *bdf, const char *attr, const char *value);
int migcap_wait(const char *bdf, const char *attr, const char *value,
		int timeout_ms);

/* One of the lines of the counters attribute; -ENOENT if it has none. */
int migcap_counter(const char *bdf, const char *name, long *value);

/* The number at the head of last_error, 0 for none. */
int migcap_last_error(const char *bdf);

/* Ask the guest now, and wait until it has stopped its device. */
int migcap_quiesce(const char *bdf, int timeout_ms);

/* Wait until the device runs and the host asks nothing of its guest. */
int migcap_settled(const char *bdf, const char *guest, int timeout_ms);

#endif /* MIGCAP_TEST_MIGCAP_H */
