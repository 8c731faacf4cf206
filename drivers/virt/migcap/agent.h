/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent of one device.
 *
 * Lock order:
 *
 *   registry lifecycle mutex -> device_lock of the device -> RTNL
 *
 * Whoever changes the device, and with it the fields below, holds
 * - the device_lock and the RTNL: the agent's thread and the bus, suspend and
 *   reboot notifiers (migcap_guest_agent_reconcile()), or
 * - the RTNL alone: the network device notifier, which must not wait for the
 *   device_lock.  It leaves MIGCAP_STANDING, and MIGCAP_QUIESCED of drivers
 *   with MIGCAP_QUIRK_HOLD_RTNL.  The driver stays bound meanwhile, for an
 *   unbind first passes through migcap_guest_agent_reconcile(), or
 * - the device_lock alone: the last step of a suspend and the first of a resume
 *   (suspend.c).  The agent is parked by then, and nothing leaves that state.
 *
 * Callbacks of drivers without MIGCAP_QUIRK_HOLD_RTNL may take the RTNL
 * themselves, so it is dropped around them.  The state then changes after the
 * callbacks have returned, and the network device notifier does nothing in the
 * states in between.  So no one ever waits with the RTNL held for a callback
 * that wants it.
 */
#ifndef MIGCAP_GUEST_AGENT_H
#define MIGCAP_GUEST_AGENT_H

#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/wait.h>

#include "address.h"
#include "announce.h"
#include "irq.h"
#include "cap.h"
#include "standby.h"
#include "policy.h"
#include "quiesce.h"
#include "dirty_track.h"
#include "shield.h"
#include "suspend.h"
#include "verify.h"

struct attribute_group;
struct task_struct;

/* Why an agent must leave its hands off, bits of migcap_guest_agent.held. */
enum migcap_guest_hold {
	MIGCAP_HOLD_BIND,
	MIGCAP_HOLD_SUSPEND,
	MIGCAP_HOLD_HIBERNATE,
	MIGCAP_HOLD_REBOOT,
	MIGCAP_HOLD_EXIT,
};

/* What the thread has to do, bits of migcap_guest_agent.todo. */
enum migcap_guest_todo {
	MIGCAP_TODO_LOOK,	/* wake up and look at the registers */
	MIGCAP_TODO_RECHECK,	/* facts about driver or network changed */
	MIGCAP_TODO_RECOVER,	/* the driver missed a reset of the device */
	MIGCAP_TODO_ANNOUNCE,	/* the device may be on another host now */
};

/**
 * struct migcap_guest_counters - what happened since the agent exists
 * @starts:		START seen
 * @ends:		END seen
 * @missed:		pairs of START and END known from EPOCH only
 * @quiesced:		device taken down
 * @resumed:		device brought up
 * @recovered:		error recovery run without a START: the host has replaced
 *			or reset the device, or may have done so before an open
 * @repeated:		recovery run again, since something did not come back
 * @resets_passed:	resets of the device by others while its driver was down
 * @failures:		driver did not go down or did not come up
 * @opens_refused:	network device not opened before the end of a migration
 * @addresses_lost:	network device came back with another hardware address
 * @announced:		neighbours told where the device's addresses are
 * @start_to_quiesced_us: last time from START noticed to READY written
 * @end_to_resumed_us:	last time from END noticed to the driver working
 */
struct migcap_guest_counters {
	unsigned long starts;
	unsigned long ends;
	unsigned long missed;
	unsigned long quiesced;
	unsigned long resumed;
	unsigned long recovered;
	unsigned long repeated;
	unsigned long resets_passed;
	unsigned long failures;
	unsigned long opens_refused;
	unsigned long addresses_lost;
	unsigned long announced;
	s64 start_to_quiesced_us;
	s64 end_to_resumed_us;
};

/**
 * struct migcap_guest_agent - the agent of one device
 * @node:	in the registry
 * @ref:	the registry's, and one for each user of migcap_guest_registry_get()
 * @pdev:	the device, referenced
 * @regs:	its capability
 * @thread:	looks at the registers and acts
 * @wait:	where @thread sleeps
 * @todo:	enum migcap_guest_todo, atomic bits
 * @held:	enum migcap_guest_hold, atomic bits
 * @migrating:	the host has begun to migrate; @thread's alone
 * @state:	see above for the locks of this and of all that follows
 * @facts:	MIGCAP_FACT_* bits, as of the last look
 * @backend:	how the driver is taken down, and why so
 * @using:	how it was taken down last
 * @limits:	what the choice of @backend depends on; under the device_lock
 * @broken:	a constant text, what is wrong with MIGCAP_FACT_BROKEN
 * @quirks:	MIGCAP_QUIRK_* bits of the bound driver
 * @epoch:	EPOCH at the last look
 * @master_cleared: Bus Master Enable is to be set again for the driver
 * @reset_pending: the device was reset or replaced, the driver does not know
 * @address:	hardware address of the network device
 * @open_refused: a network device is to be opened when the migration is over
 * @announce:	what neighbours are to be told
 * @standby:	receives while the device is down
 * @irq:	mailbox vector
 * @verify:	whether the network came back
 * @shield:	keeps resets away from the driver; under the device_lock
 * @suspend:	consents while the guest is suspended
 * @said_ctrl:	CTRL as it was written last
 * @said_status: VF_STATUS as it was written last
 * @answered:	when the registers were written last
 * @start_seen:	when START was noticed
 * @end_seen:	when END was noticed, 0 while START stands
 * @counters:	statistics
 * @track:	what the device may have written to
 */
struct migcap_guest_agent {
	struct list_head node;
	struct kref ref;
	struct pci_dev *pdev;
	struct migcap_guest_cap regs;
	struct task_struct *thread;
	wait_queue_head_t wait;
	unsigned long todo;
	unsigned long held;
	bool migrating;

	enum migcap_guest_state state;
	unsigned int facts;
	struct migcap_guest_quiesce_choice backend;
	const struct migcap_guest_quiesce_ops *using;
	struct migcap_guest_quiesce_limits limits;
	const char *broken;
	unsigned int quirks;
	u8 epoch;
	bool master_cleared;
	bool reset_pending;
	struct migcap_guest_address address;
	bool open_refused;
	struct migcap_guest_announce announce;
	struct migcap_guest_standby standby;
	struct migcap_guest_irq irq;
	struct migcap_guest_verify verify;
	struct migcap_guest_shield shield;
	struct migcap_guest_suspend suspend;
	u8 said_ctrl;
	u8 said_status;
	ktime_t answered;
	ktime_t start_seen;
	ktime_t end_seen;
	struct migcap_guest_counters counters;
	struct migcap_guest_dirty_track track;
};

/* agent.c */
struct migcap_guest_agent *
migcap_guest_agent_create(struct pci_dev *pdev, u8 pos, unsigned long held,
			  bool is_new);
void migcap_guest_agent_stop(struct migcap_guest_agent *agent);
void migcap_guest_agent_release(struct kref *ref);
void migcap_guest_agent_kick(struct migcap_guest_agent *agent);
void migcap_guest_agent_hold_locked(struct migcap_guest_agent *agent,
				    enum migcap_guest_hold why);
void migcap_guest_agent_hold(struct migcap_guest_agent *agent,
			     enum migcap_guest_hold why);
void migcap_guest_agent_unhold(struct migcap_guest_agent *agent,
			       enum migcap_guest_hold why);
int migcap_guest_agent_force(struct migcap_guest_agent *agent,
			     const char *name);
const char *migcap_guest_agent_reason(const struct migcap_guest_agent *agent);

/* reconcile.c */
void migcap_guest_agent_reconcile(struct migcap_guest_agent *agent);

/* transition.c */
int migcap_guest_transition_enter(struct migcap_guest_agent *agent,
				  enum migcap_guest_state state);
void migcap_guest_transition_leave(struct migcap_guest_agent *agent);
void migcap_guest_transition_recover(struct migcap_guest_agent *agent);
int migcap_guest_transition_opening(struct migcap_guest_agent *agent,
				    bool may_refuse);
void migcap_guest_transition_closing(struct migcap_guest_agent *agent);

/* sysfs.c */
extern const struct attribute_group migcap_guest_agent_group;

#endif /* MIGCAP_GUEST_AGENT_H */
