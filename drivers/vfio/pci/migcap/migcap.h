/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VF bound to migcap_vfio_pci.  Included by what puts the pieces together:
 * fsm.c, data.c, sysfs.c, ops.c and main.c.  The pieces do not include it.
 */
#ifndef MIGCAP_MIGCAP_H
#define MIGCAP_MIGCAP_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/vfio_pci_core.h>

#include "config.h"
#include "log.h"
#include "mailbox.h"
#include "peer.h"
#include "place.h"
#include "report.h"
#include "stream.h"
#include "sysfs.h"

struct kernfs_node;
struct migcap_data;

/*
 * Lock order, outermost first:
 *
 *	config.write_lock	a guest's write to the device below
 *	  core's memory_lock	held while the device is reset
 *	state_lock		the migration state and its data file
 *	  data->lock		one data file
 *	    peer.lock		the guest: registers, gate, timeout
 *	      mailbox.lock	eventfds
 *	      report.lock	the last refusal
 *
 * state_lock is not taken below memory_lock: a reset leaves word in
 * reset_seq, and whoever takes state_lock next acts on it.  No lock from
 * state_lock inwards is held while user memory is copied.  log.lock is taken
 * alone, with peer.lock inside of it.
 */

/**
 * struct migcap_device - one VF
 * @core: vfio-pci core's part; first, as vfio wants it
 * @report: counters and the last refusal
 * @mailbox: the guest's interrupt vectors
 * @peer: the guest
 * @config: the overlay over configuration space
 * @log: the log of the device's DMA
 * @place: where the capability is while the device is open
 * @ident: what a stream for this device says
 * @cap_offset: the operator's choice for the next open, or MIGCAP_PLACE_AUTO
 * @is_open: a VMM has the device open
 * @state_lock: protects the members from @place to @seen_reset_seq
 * @state: the migration state
 * @data: the data file that goes with it, or NULL
 * @seen_reset_seq: the reset that @state takes into account
 * @reset_seq: counts resets by the VMM
 * @nodes: sysfs files that can be polled, by enum migcap_node
 */
struct migcap_device {
	struct vfio_pci_core_device core;
	struct migcap_report report;
	struct migcap_mailbox mailbox;
	struct migcap_peer peer;
	struct migcap_config config;
	struct migcap_log log;
	struct migcap_place place;
	struct migcap_ident ident;
	u16 cap_offset;
	bool is_open;
	/* protects the members from place to seen_reset_seq */
	struct mutex state_lock;
	enum vfio_device_mig_state state;
	struct migcap_data *data;
	int seen_reset_seq;
	atomic_t reset_seq;
	struct kernfs_node *nodes[MIGCAP_NR_NODES];
};

static inline struct migcap_device *migcap_from_vdev(struct vfio_device *vdev)
{
	return container_of(vdev, struct migcap_device, core.vdev);
}

#endif /* MIGCAP_MIGCAP_H */
