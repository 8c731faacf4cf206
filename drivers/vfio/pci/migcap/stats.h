/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of a device and the last refusal, as an operator reads them.
 */
#ifndef MIGCAP_VFIO_STATS_H
#define MIGCAP_VFIO_STATS_H

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <linux/types.h>

struct kernfs_node;

/**
 * enum migcap_vfio_counter - what is counted
 * @MIGCAP_COUNT_STARTS: START raised
 * @MIGCAP_COUNT_ENDS: END raised
 * @MIGCAP_COUNT_READY: READY accepted
 * @MIGCAP_COUNT_TIMEOUTS: no READY in time
 * @MIGCAP_COUNT_LIMITS: END since the guest had been READY for too long
 * @MIGCAP_COUNT_YIELDS: END since another device of the VM was not READY
 * @MIGCAP_COUNT_FORCED: device cut off without the guest's consent
 * @MIGCAP_COUNT_IRQ_RAISED: mailbox vector raised
 * @MIGCAP_COUNT_IRQ_MISSED: mailbox vector without an eventfd
 * @MIGCAP_COUNT_IRQ_DISABLED: START or END while the guest wanted no interrupt
 * @MIGCAP_COUNT_REFUSED: anything refused, see last_error
 * @MIGCAP_COUNT_GATE_CLOSED: Bus Master Enable held clear
 * @MIGCAP_COUNT_GATE_OPENED: and given back
 * @MIGCAP_COUNT_SAVES: migrations begun here
 * @MIGCAP_COUNT_LOADS: migrations arrived here
 * @MIGCAP_COUNT_LOAD_ERRORS: streams that could not be taken
 * @MIGCAP_COUNT_RESETS: resets by the VMM
 * @MIGCAP_NR_COUNTERS: how many counters there are
 */
enum migcap_vfio_counter {
	MIGCAP_COUNT_STARTS,
	MIGCAP_COUNT_ENDS,
	MIGCAP_COUNT_READY,
	MIGCAP_COUNT_TIMEOUTS,
	MIGCAP_COUNT_LIMITS,
	MIGCAP_COUNT_YIELDS,
	MIGCAP_COUNT_FORCED,
	MIGCAP_COUNT_IRQ_RAISED,
	MIGCAP_COUNT_IRQ_MISSED,
	MIGCAP_COUNT_IRQ_DISABLED,
	MIGCAP_COUNT_REFUSED,
	MIGCAP_COUNT_GATE_CLOSED,
	MIGCAP_COUNT_GATE_OPENED,
	MIGCAP_COUNT_SAVES,
	MIGCAP_COUNT_LOADS,
	MIGCAP_COUNT_LOAD_ERRORS,
	MIGCAP_COUNT_RESETS,
	MIGCAP_NR_COUNTERS,
};

/**
 * enum migcap_vfio_node - the files in sysfs that can be polled
 * @MIGCAP_NODE_STATE: state
 * @MIGCAP_NODE_GUEST: guest
 * @MIGCAP_NODE_EPOCH: epoch
 * @MIGCAP_NODE_QUIESCE: quiesce
 * @MIGCAP_NODE_LAST_ERROR: last_error
 * @MIGCAP_NR_NODES: how many there are
 */
enum migcap_vfio_node {
	MIGCAP_NODE_STATE,
	MIGCAP_NODE_GUEST,
	MIGCAP_NODE_EPOCH,
	MIGCAP_NODE_QUIESCE,
	MIGCAP_NODE_LAST_ERROR,
	MIGCAP_NR_NODES,
};

/**
 * struct migcap_vfio_stats - counters and the last refusal of one device
 * @dev: whose they are, for trace events
 * @nodes: by enum migcap_vfio_node; set by sysfs.c before the device is used
 * @counters: by enum migcap_vfio_counter; count from bind on, never reset
 * @lock: protects all below
 * @error: of the last refusal, negative, or 0
 * @text: why, a string literal
 * @when: and when it was
 * @migrations: how many a VMM has tried to begin
 * @error_migrations: how many of them before the last refusal
 */
struct migcap_vfio_stats {
	struct device *dev;
	struct kernfs_node *nodes[MIGCAP_NR_NODES];
	atomic64_t counters[MIGCAP_NR_COUNTERS];
	/* protects all below */
	spinlock_t lock;
	int error;
	const char *text;
	time64_t when;
	u32 migrations;
	u32 error_migrations;
};

/* What a migration is refused with, or fails with, once its device has to go. */
#define MIGCAP_REASON_LEAVING	"device is being taken from the VMM"

void migcap_vfio_stats_init(struct migcap_vfio_stats *stats,
			    struct device *dev);
void migcap_vfio_count(struct migcap_vfio_stats *stats,
		       enum migcap_vfio_counter counter);
void migcap_vfio_stats_migration(struct migcap_vfio_stats *stats);
int migcap_vfio_refuse(struct migcap_vfio_stats *stats, int error,
		       const char *text);
void migcap_vfio_notify(struct migcap_vfio_stats *stats,
			enum migcap_vfio_node node);
ssize_t migcap_vfio_stats_counters(struct migcap_vfio_stats *stats, char *buf);
ssize_t migcap_vfio_stats_error(struct migcap_vfio_stats *stats, char *buf);

#endif /* MIGCAP_VFIO_STATS_H */
