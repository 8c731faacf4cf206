/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VF bound to migcap_vfio_pci.  Included by what puts the pieces together:
 * migration.c, migration_file.c, sysfs.c, vfio_dev.c and main.c.  The pieces do not include it.
 */
#ifndef MIGCAP_VFIO_MIGCAP_H
#define MIGCAP_VFIO_MIGCAP_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/vfio_pci_core.h>

#include "config_emu.h"
#include "dirty_log.h"
#include "dirty_pinned.h"
#include "irq_trigger.h"
#include "guest.h"
#include "cap_place.h"
#include "stats.h"
#include "stop_reset.h"
#include "stream.h"

struct migcap_vfio_migration_file;

/*
 * Lock order, outermost first:
 *
 *	config.write_lock	a guest's write to the device below
 *	  core's memory_lock	held while the device is reset
 *	state_lock		the migration state and its data file
 *	  migf->lock		one data file
 *	    guest.lock		the guest: registers, gate, timeout
 *	      irq_trigger.lock	eventfds
 *	      stats.lock	the last refusal
 *	      siblings_lock	what devices of one VMM know of each other
 *
 * state_lock is not taken below memory_lock: a reset leaves word in
 * reset_seq, and whoever takes state_lock next acts on it.  memory_lock is taken
 * below state_lock and migf->lock where a stopped device is reset.  No lock from
 * state_lock inwards is held while user memory is copied or faulted in: an
 * operator's read of sysfs must not wait for a VMM's memory.  log.lock and
 * pinned.lock are taken alone, the former with guest.lock inside of it.
 */

/**
 * struct migcap_vfio_stopped - a migration of a stopped VM
 * @begun: the VMM has begun it, and neither completed it nor been refused
 * @since: the account when it began
 * @log: the log that has been queried since the device was stopped, or 0
 */
struct migcap_vfio_stopped {
	bool begun;
	struct migcap_vfio_account_mark since;
	u32 log;
};

/**
 * struct migcap_vfio_device - one VF
 * @core: vfio-pci core's part; first, as vfio wants it
 * @stats: counters and the last refusal
 * @irq_trigger: the guest's interrupt vectors
 * @guest: the guest
 * @config: the overlay over configuration space
 * @log: the log of the device's DMA
 * @pinned: what a type1 container makes of the device's DMA
 * @stop_reset: ends what a stopped device does outside of memory
 * @place: where the capability is while the device is open
 * @ident: what a stream for this device says
 * @cap_offset: the operator's choice for the next open, or MIGCAP_PLACE_AUTO
 * @is_open: a VMM has the device open
 * @state_lock: protects the members from @place to @seen_reset_seq
 * @state: the migration state
 * @migf: the data file that goes with it, or NULL
 * @stopped: the migration of a stopped VM that a query has begun
 * @is_leaving: the device is being unbound: no migration may begin
 * @seen_reset_seq: the reset that @state takes into account
 * @reset_seq: counts resets by the VMM
 */
struct migcap_vfio_device {
	struct vfio_pci_core_device core;
	struct migcap_vfio_stats stats;
	struct migcap_vfio_irq_trigger irq_trigger;
	struct migcap_vfio_guest guest;
	struct migcap_vfio_config_emu config;
	struct migcap_vfio_dirty_log log;
	struct migcap_vfio_dirty_pinned pinned;
	struct migcap_vfio_stop_reset stop_reset;
	struct migcap_vfio_cap_place place;
	struct migcap_vfio_ident ident;
	u16 cap_offset;
	bool is_open;
	/* protects the members from place to seen_reset_seq */
	struct mutex state_lock;
	enum vfio_device_mig_state state;
	struct migcap_vfio_migration_file *migf;
	struct migcap_vfio_stopped stopped;
	bool is_leaving;
	int seen_reset_seq;
	atomic_t reset_seq;
};

static inline struct migcap_vfio_device *
migcap_vfio_from_vdev(struct vfio_device *vdev)
{
	return container_of(vdev, struct migcap_vfio_device, core.vdev);
}

#endif /* MIGCAP_VFIO_MIGCAP_H */
