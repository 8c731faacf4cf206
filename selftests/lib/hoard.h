/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that a NIC wrote, checked long after: a flood (flood.h) that
 * guest/hoard.c keeps in its guest, and what it finds wrong with it.
 */
#ifndef MIGCAP_TEST_HOARD_H
#define MIGCAP_TEST_HOARD_H

#include "flood.h"
#include "guest.h"

struct hoard_plan {
	struct flood_rate rate;
	int take_mb;		/* of the guest's memory, before anything arrives */
};

/*
 * Makes the guest recycle its memory; and what nobody reads, in receive buffers
 * that the driver set up before and that the NIC alone writes.
 */
extern const struct hoard_plan hoard_torrent, hoard_trickle;

/* Bytes of content that were looked at, and how many of those are wrong. */
struct hoard_found {
	unsigned long long queue, udp, memory, file;
	unsigned long long bad[4];
};

/*
 * Have QEMUs that are started from now on back their guests with small pages, and
 * keep in @was, of SYSFS_VALUE_MAX, what was chosen before.  To split a large page
 * for its log, KVM takes it away, and the first access after that, a read
 * included, counts as a write: it would repair much of what is to be seen.
 */
int hoard_small_pages(char *was);
void hoard_restore_pages(const char *was);

/* Begin; NULL with a failure reason. */
struct flood *hoard_pour(struct guest *guest, const struct hoard_plan *plan);

/* Look at all that has arrived; the flood has been stopped. */
int hoard_look(struct guest *guest, struct hoard_found *found);

/* Wrong bytes in all. */
unsigned long long hoard_bad(const struct hoard_found *found);

/* All of it: look and say what was found; none of @least bytes or more is wrong. */
int hoard_check(struct guest *guest, unsigned long long least);

#endif /* MIGCAP_TEST_HOARD_H */
