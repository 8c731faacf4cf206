/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent of one device.
 *
 * Lock order:
 *
 *   registry lifecycle mutex -> device_lock of the device -> RTNL
 *
 * Who changes the device, and with it the fields below, holds
 * - the device_lock and the RTNL: the agent's thread and the bus, suspend and
 *   reboot notifiers (migcap_agent_reconcile()), or
 * - the RTNL alone: the network device notifier, which must not wait for the
 *   device_lock.  It leaves MIGCAP_STANDING, and MIGCAP_QUIESCED of drivers
 *   with MIGCAP_TRAIT_HOLD_RTNL.  The driver stays bound meanwhile, for an
 *   unbind first passes through migcap_agent_reconcile().
 *
 * Error handlers of drivers without MIGCAP_TRAIT_HOLD_RTNL may take the RTNL
 * themselves, so it is dropped around them.  The state then changes after the
 * handlers have returned, and the network device notifier does nothing in the
 * states in between.  So no one ever waits with the RTNL held for a handler
 * that wants it.
 */
#ifndef _MIGCAP_GUEST_AGENT_H
#define _MIGCAP_GUEST_AGENT_H

#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/wait.h>

#include "irq.h"
#include "regs.h"
#include "standby.h"
#include "target.h"
#include "track.h"

struct attribute_group;
struct migcap_quiesce_ops;
struct task_struct;

/* Why an agent must leave its hands off, bits of migcap_agent.held. */
enum migcap_hold {
	MIGCAP_HOLD_BIND,
	MIGCAP_HOLD_SUSPEND,
	MIGCAP_HOLD_REBOOT,
	MIGCAP_HOLD_EXIT,
};

/* What the thread has to do, bits of migcap_agent.todo. */
enum migcap_todo {
	MIGCAP_TODO_LOOK,	/* wake up and look at the registers */
	MIGCAP_TODO_RECHECK,	/* facts about driver or network changed */
};

/**
 * struct migcap_counters - what happened since the agent exists
 * @starts:		START seen
 * @ends:		END seen
 * @missed:		pairs of START and END known from EPOCH only
 * @quiesced:		device taken down
 * @resumed:		device brought up
 * @recovered:		error recovery run without a START: the host has replaced
 *			or reset the device, or may have done so before an open
 * @failures:		driver did not go down or did not come up
 * @opens_refused:	network device not opened because of a migration
 * @announced:		neighbours told where the device's addresses are
 * @start_to_quiesced_us: last time from START noticed to READY written
 * @end_to_resumed_us:	last time from END noticed to the driver working
 */
struct migcap_counters {
	unsigned long starts;
	unsigned long ends;
	unsigned long missed;
	unsigned long quiesced;
	unsigned long resumed;
	unsigned long recovered;
	unsigned long failures;
	unsigned long opens_refused;
	unsigned long announced;
	s64 start_to_quiesced_us;
	s64 end_to_resumed_us;
};

/**
 * struct migcap_agent - the agent of one device
 * @node:	in the registry
 * @ref:	the registry's, and one for each user of migcap_registry_get()
 * @pdev:	the device, referenced
 * @regs:	its capability
 * @thread:	looks at the registers and acts
 * @wait:	where @thread sleeps
 * @todo:	enum migcap_todo, atomic bits
 * @held:	enum migcap_hold, atomic bits
 * @migrating:	the host has begun to migrate; @thread's alone
 * @state:	see above for the locks of this and of all that follows
 * @facts:	MIGCAP_FACT_* bits, as of the last look
 * @backend:	how the driver is taken down, NULL if it cannot be
 * @traits:	MIGCAP_TRAIT_* bits of the bound driver
 * @epoch:	EPOCH at the last look
 * @master_cleared: Bus Master Enable is to be set again for the driver
 * @reset_pending: the device was reset or replaced, the driver does not know
 * @unannounced: neighbours are to be told when there is a link
 * @standby:	receives while the device is down
 * @irq:	mailbox vector
 * @answered:	when the registers were written last
 * @start_seen:	when START was noticed
 * @end_seen:	when END was noticed, 0 while START stands
 * @counters:	statistics
 * @track:	what the device may have written to
 */
struct migcap_agent {
	struct list_head node;
	struct kref ref;
	struct pci_dev *pdev;
	struct migcap_regs regs;
	struct task_struct *thread;
	wait_queue_head_t wait;
	unsigned long todo;
	unsigned long held;
	bool migrating;

	enum migcap_state state;
	unsigned int facts;
	const struct migcap_quiesce_ops *backend;
	unsigned int traits;
	u8 epoch;
	bool master_cleared;
	bool reset_pending;
	bool unannounced;
	struct migcap_standby standby;
	struct migcap_irq irq;
	ktime_t answered;
	ktime_t start_seen;
	ktime_t end_seen;
	struct migcap_counters counters;
	struct migcap_track track;
};

/* agent.c */
struct migcap_agent *migcap_agent_create(struct pci_dev *pdev, u8 pos,
					 unsigned long held);
void migcap_agent_stop(struct migcap_agent *agent);
void migcap_agent_release(struct kref *ref);
void migcap_agent_kick(struct migcap_agent *agent);
void migcap_agent_hold_locked(struct migcap_agent *agent, enum migcap_hold why);
void migcap_agent_hold(struct migcap_agent *agent, enum migcap_hold why);
void migcap_agent_unhold(struct migcap_agent *agent, enum migcap_hold why);
const char *migcap_agent_reason(const struct migcap_agent *agent);

/* arcs.c */
int migcap_arc_enter(struct migcap_agent *agent, enum migcap_state state);
void migcap_arc_leave(struct migcap_agent *agent);
bool migcap_arc_is_published(const struct migcap_agent *agent,
			     const struct migcap_snapshot *now);
void migcap_arc_restore(struct migcap_agent *agent,
			const struct migcap_snapshot *now);
void migcap_arc_renew(struct migcap_agent *agent);
void migcap_arc_recover(struct migcap_agent *agent);
int migcap_arc_opening(struct migcap_agent *agent);
void migcap_arc_closing(struct migcap_agent *agent);

/* sysfs.c */
extern const struct attribute_group migcap_agent_group;

#endif /* _MIGCAP_GUEST_AGENT_H */
