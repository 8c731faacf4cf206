/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of an agent, and which one it should be in.
 *
 * Owns: the decision, as a pure function of what is known.  Does not own: how
 * the facts are found out, nor how a state is reached (agent.c).
 */
#ifndef MIGCAP_GUEST_POLICY_H
#define MIGCAP_GUEST_POLICY_H

/**
 * enum migcap_guest_state - what the agent of one device is doing
 * @MIGCAP_PARKED:	nothing: CTRL is 0, the host knows that nobody answers
 * @MIGCAP_ACTIVE:	the device is in use, the agent waits for START
 * @MIGCAP_STANDING:	nobody uses the device: READY before anyone asks
 * @MIGCAP_QUIESCED:	the driver was taken down for a START: READY
 * @MIGCAP_STATES:	how many states there are
 */
enum migcap_guest_state {
	MIGCAP_PARKED,
	MIGCAP_ACTIVE,
	MIGCAP_STANDING,
	MIGCAP_QUIESCED,
	MIGCAP_STATES,
};

/*
 * Facts that the decision depends on.
 *
 * HELD: the agent must leave its hands off: a driver is being bound or
 * unbound, the guest is about to suspend or to reboot, the module goes.
 * BROKEN: the driver did not come back from its error recovery.
 * UNBOUND: no driver is bound.
 * UNSUPPORTED: the bound driver cannot be taken down.
 * IDLE: the bound driver does no DMA until its network device is opened.
 * START: the host asks.
 * REFUSED: taking the driver down failed for this very START.
 */
#define MIGCAP_FACT_HELD		0x01
#define MIGCAP_FACT_BROKEN		0x02
#define MIGCAP_FACT_UNBOUND		0x04
#define MIGCAP_FACT_UNSUPPORTED		0x08
#define MIGCAP_FACT_IDLE		0x10
#define MIGCAP_FACT_START		0x20
#define MIGCAP_FACT_REFUSED		0x40

enum migcap_guest_state migcap_guest_policy(unsigned int facts);
const char *migcap_guest_state_name(enum migcap_guest_state state);

#endif /* MIGCAP_GUEST_POLICY_H */
