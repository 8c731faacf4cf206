/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The account of DMA: whether the device may have written to memory, and who
 * tells the VMM what it wrote.  Pure: knows no device, takes no lock, builds in
 * userspace.  The rules are at the head of account.c.
 */
#ifndef MIGCAP_VFIO_ACCOUNT_H
#define MIGCAP_VFIO_ACCOUNT_H

#include <linux/types.h>

/**
 * struct migcap_vfio_account - what is known of one device's DMA
 * @may_write: nothing keeps the device from writing to memory
 * @ready: the guest has answered READY, and with that kept its promise
 * @tracked: the guest has promised to track DMA, and has been told to
 * @writes: counts how often the device went from "may not" to "may" write
 * @breaks: counts how often @tracked came to an end
 *
 * 64 bits, so that a guest cannot make the counters wrap.
 */
struct migcap_vfio_account {
	bool may_write;
	bool ready;
	bool tracked;
	u64 writes;
	u64 breaks;
};

/**
 * struct migcap_vfio_account_mark - the account at one moment
 * @still: the device could not write
 * @tracked: the guest was tracking
 * @writes: the counter's value
 * @breaks: the counter's value
 */
struct migcap_vfio_account_mark {
	bool still;
	bool tracked;
	u64 writes;
	u64 breaks;
};

/**
 * enum migcap_vfio_account_kind - who tells a VMM what the device wrote
 * @MIGCAP_ACCOUNT_REPORTED: this driver's log, the IOMMU, or a container that
 *	reports all of its memory
 * @MIGCAP_ACCOUNT_TRACKED: the guest, whose own writes the VMM sees
 * @MIGCAP_ACCOUNT_STILL: nobody; the device cannot write
 */
enum migcap_vfio_account_kind {
	MIGCAP_ACCOUNT_REPORTED,
	MIGCAP_ACCOUNT_TRACKED,
	MIGCAP_ACCOUNT_STILL,
};

/**
 * struct migcap_vfio_account_basis - what one migration rests on
 * @kind: who tells the VMM
 * @mark: the account when the VMM began to send memory
 */
struct migcap_vfio_account_basis {
	enum migcap_vfio_account_kind kind;
	struct migcap_vfio_account_mark mark;
};

void migcap_vfio_account_set(struct migcap_vfio_account *account,
			     bool may_write, bool ready, bool tracked);
void migcap_vfio_account_restart(struct migcap_vfio_account *account);
struct migcap_vfio_account_mark
migcap_vfio_account_mark(const struct migcap_vfio_account *account);
bool migcap_vfio_account_still(const struct migcap_vfio_account *account,
			       const struct migcap_vfio_account_mark *since);
bool migcap_vfio_account_tracked(const struct migcap_vfio_account *account,
				 const struct migcap_vfio_account_mark *since);
const char *
migcap_vfio_account_broken(const struct migcap_vfio_account *account,
			   const struct migcap_vfio_account_basis *basis);
bool migcap_vfio_account_settled(const struct migcap_vfio_account *account,
				 const struct migcap_vfio_account_basis *basis);

#endif /* MIGCAP_VFIO_ACCOUNT_H */
