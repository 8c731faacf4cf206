/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An NVMe controller with SR-IOV: a VF for each end of a migration.  All functions
 * share two namespaces: one with an ext4, and one that is slow to write.  This machine
 * looks at them through the PF.
 */
#ifndef MIGCAP_TEST_DISK_H
#define MIGCAP_TEST_DISK_H

#include <stdbool.h>

#include "pci.h"

struct disk {
	struct pci_pf pf;
	char controller[PCI_NAME_SIZE];	/* of the PF, as nvme0 */
	char vfs[2][PCI_BDF_SIZE];	/* by end of the migration */
	bool made_vfs;
};

/* The namespaces by their numbers, as on all functions. */
#define DISK_EXT4	"1"
#define DISK_SLOW	"2"

/* A shell's words for the name of a namespace's block device, here or in a guest. */
#define DISK_NAME(nsid) \
	"$(basename $(dirname $(grep -lx " nsid \
	" /sys/block/nvme[0-9]n[0-9]/nsid)))"

/* Until the kernel has found both: it looks for them after it has bound a controller. */
#define DISK_WAIT \
	"for i in $(seq 100); do " \
	"[ -e /dev/" DISK_NAME(DISK_EXT4) " ] && " \
	"[ -e /dev/" DISK_NAME(DISK_SLOW) " ] && exit; sleep 0.1; " \
	"done 2>/dev/null; echo no namespaces; exit 1"

/* In a guest: its driver, which gives up on a request after @DISK_TIMEOUT_S. */
#define DISK_TIMEOUT_S	"10"
#define DISK_LOAD	"load nvme_core io_timeout=" DISK_TIMEOUT_S \
			" && load nvme && (" DISK_WAIT ")"

/*
 * Make the VFs, bring their controllers online, and write an empty ext4.  -ENODEV:
 * this machine has no such controller.  On failure, disk_remove() takes away what was
 * made.
 */
int disk_make(struct disk *disk);
void disk_remove(struct disk *disk);

int disk_bind(const struct disk *disk, const char *driver);

/*
 * Take a VF's controller offline, or bring it back.  A guest that has it will not
 * have interrupts again.
 */
int disk_set_online(const struct disk *disk, int end, bool online);

/* How many pages of the slow namespace have been written to; -errno. */
int disk_written(void);

/* The ext4 that no guest has mounted any more is sound. */
int disk_check(void);

#endif /* MIGCAP_TEST_DISK_H */
