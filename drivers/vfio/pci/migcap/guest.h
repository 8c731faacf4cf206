/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest as the host's guest: asks it, hears it, waits for it.
 */
#ifndef MIGCAP_VFIO_GUEST_H
#define MIGCAP_VFIO_GUEST_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "bus_master.h"
#include "cap_regs.h"

struct migcap_vfio_irq_trigger;
struct migcap_vfio_stats;
struct migcap_vfio_stream;

#define MIGCAP_READY_TIMEOUT_MIN_MS	1
#define MIGCAP_READY_TIMEOUT_MAX_MS	600000
#define MIGCAP_READY_TIMEOUT_MS		10000

/**
 * enum migcap_vfio_asker - on whose behalf START was raised
 * @MIGCAP_ASKED_BY_NONE: it was not
 * @MIGCAP_ASKED_BY_OPERATOR: through sysfs, ahead of a migration
 * @MIGCAP_ASKED_BY_VMM: in the course of one
 */
enum migcap_vfio_asker {
	MIGCAP_ASKED_BY_NONE,
	MIGCAP_ASKED_BY_OPERATOR,
	MIGCAP_ASKED_BY_VMM,
};

/**
 * enum migcap_vfio_bme - what a config write did to Bus Master Enable
 * @MIGCAP_BME_UNTOUCHED: nothing, it was elsewhere
 * @MIGCAP_BME_CLEARED: the guest wants it clear
 * @MIGCAP_BME_SET: the guest wants it set
 */
enum migcap_vfio_bme {
	MIGCAP_BME_UNTOUCHED,
	MIGCAP_BME_CLEARED,
	MIGCAP_BME_SET,
};

/**
 * struct migcap_vfio_guest - the guest
 * @irq_trigger: raises its interrupt
 * @stats: counts, and takes refusals
 * @changed: told of each change of what an operator can see; must not sleep
 * @lock: protects all below
 * @is_open: a VMM has the device open
 * @regs: the capability
 * @gate: the hardware's Bus Master Enable, and the guest's
 * @held: the device is being resumed: config writes are the VMM's
 * @asker: why START was raised
 * @timed_out: the last question was not answered in time
 * @shown: the state of the guest that @changed has told of
 * @settled: @timed_out or quiesced; may be read without the lock
 * @dma_seq: counts how often the guest took its device back into use
 * @promise_seq: counts how often the guest ceased to track its device's DMA
 * @timeout_ms: how long an answer may take
 * @deadline: when the wait for it is over, in jiffies
 * @timeout: ends the wait for it
 * @wait: woken when @settled becomes true
 */
struct migcap_vfio_guest {
	struct migcap_vfio_irq_trigger *irq_trigger;
	struct migcap_vfio_stats *stats;
	void (*changed)(struct migcap_vfio_guest *guest);
	/* protects all below; inside of it: irq_trigger, stats */
	struct mutex lock;
	bool is_open;
	struct migcap_vfio_cap_regs regs;
	struct migcap_vfio_bus_master gate;
	bool held;
	enum migcap_vfio_asker asker;
	bool timed_out;
	enum migcap_vfio_guest_state shown;
	bool settled;
	u32 dma_seq;
	u32 promise_seq;
	u32 timeout_ms;
	unsigned long deadline;
	struct delayed_work timeout;
	wait_queue_head_t wait;
};

/**
 * struct migcap_vfio_guest_view - a consistent look at the guest
 * @regs: the capability
 * @guest: what it means
 * @asker: why START was raised
 * @is_open: a VMM has the device open
 * @timed_out: the last question was not answered in time
 * @quiesced: the device does no DMA
 * @tracked: the guest promises to track its device's DMA
 * @dma_seq: counts how often the guest took its device back into use
 * @promise_seq: counts how often the guest ceased to track its device's DMA
 */
struct migcap_vfio_guest_view {
	struct migcap_vfio_cap_regs regs;
	enum migcap_vfio_guest_state guest;
	enum migcap_vfio_asker asker;
	bool is_open;
	bool timed_out;
	bool quiesced;
	bool tracked;
	u32 dma_seq;
	u32 promise_seq;
};

void migcap_vfio_guest_init(struct migcap_vfio_guest *guest,
			    struct pci_dev *pdev,
			    struct migcap_vfio_irq_trigger *irq_trigger,
			    struct migcap_vfio_stats *stats,
			    void (*changed)(struct migcap_vfio_guest *guest));
void migcap_vfio_guest_open(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_close(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_reset(struct migcap_vfio_guest *guest);

void migcap_vfio_guest_read(struct migcap_vfio_guest *guest,
			    unsigned int offset, u8 *buf, size_t len);
void migcap_vfio_guest_write(struct migcap_vfio_guest *guest,
			     unsigned int offset, const u8 *buf, size_t len);
void migcap_vfio_guest_config_written(struct migcap_vfio_guest *guest,
				      enum migcap_vfio_bme bme);

/**
 * migcap_vfio_guest_hides_bus_master() - whether the hardware's value is not the guest's
 * @guest: the guest
 *
 * Return: true while Bus Master Enable is emulated.
 */
static inline bool
migcap_vfio_guest_hides_bus_master(const struct migcap_vfio_guest *guest)
{
	return READ_ONCE(guest->gate.closed);
}

/**
 * migcap_vfio_guest_bus_master() - the guest's Bus Master Enable
 * @guest: the guest
 *
 * Return: what the guest has written there.
 */
static inline bool
migcap_vfio_guest_bus_master(const struct migcap_vfio_guest *guest)
{
	return READ_ONCE(guest->gate.bus_master);
}

/**
 * migcap_vfio_guest_heeds() - whether a config write can concern the guest
 * @guest: the guest
 * @bme: what it did to Bus Master Enable, in the hardware already
 *
 * Most do not: what the guest wants is known, and the gate is open.  One that
 * closes now does so after the write, which it undoes, or has been seen here:
 * both go through the lock of configuration accesses.
 *
 * Return: true if migcap_vfio_guest_config_written() has to be called.
 */
static inline bool
migcap_vfio_guest_heeds(const struct migcap_vfio_guest *guest,
			enum migcap_vfio_bme bme)
{
	if (migcap_vfio_guest_hides_bus_master(guest))
		return true;
	return bme != MIGCAP_BME_UNTOUCHED &&
	       (bme == MIGCAP_BME_SET) != migcap_vfio_guest_bus_master(guest);
}

void migcap_vfio_guest_look(struct migcap_vfio_guest *guest,
			    struct migcap_vfio_guest_view *view);
int migcap_vfio_guest_start(struct migcap_vfio_guest *guest,
			    enum migcap_vfio_asker asker);
void migcap_vfio_guest_end(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_track(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_untrack(struct migcap_vfio_guest *guest);
int migcap_vfio_guest_wait(struct migcap_vfio_guest *guest, unsigned int ms);

void migcap_vfio_guest_save(struct migcap_vfio_guest *guest,
			    struct migcap_vfio_stream *to);
int migcap_vfio_guest_hold(struct migcap_vfio_guest *guest);
void migcap_vfio_guest_restore(struct migcap_vfio_guest *guest,
			       const struct migcap_vfio_stream *from);

#endif /* MIGCAP_VFIO_GUEST_H */
