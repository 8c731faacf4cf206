// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states of an agent, and which one it should be in.
 *
 * Pure: knows nothing of devices and takes no lock.
 */
#include "policy.h"

static const char * const state_names[MIGCAP_STATES] = {
	[MIGCAP_PARKED]		= "parked",
	[MIGCAP_ACTIVE]		= "active",
	[MIGCAP_STANDING]	= "standing",
	[MIGCAP_QUIESCED]	= "quiesced",
};

struct migcap_guest_policy_rule {
	unsigned int facts;
	enum migcap_guest_state state;
};

/* The first row that has one of the given facts, or else the last one. */
static const struct migcap_guest_policy_rule rules[] = {
	{ MIGCAP_FACT_HELD,			MIGCAP_PARKED },
	{ MIGCAP_FACT_UNBOUND,			MIGCAP_STANDING },
	{ MIGCAP_FACT_BROKEN,			MIGCAP_PARKED },
	{ MIGCAP_FACT_UNSUPPORTED,		MIGCAP_PARKED },
	{ MIGCAP_FACT_IDLE,			MIGCAP_STANDING },
	{ MIGCAP_FACT_REFUSED,			MIGCAP_ACTIVE },
	{ MIGCAP_FACT_START,			MIGCAP_QUIESCED },
	{ 0,					MIGCAP_ACTIVE },
};

/**
 * migcap_guest_policy() - which state an agent should be in
 * @facts:	MIGCAP_FACT_* bits
 *
 * Return: the state; MIGCAP_ACTIVE if no fact speaks for another.
 */
enum migcap_guest_state migcap_guest_policy(unsigned int facts)
{
	const struct migcap_guest_policy_rule *rule = rules;

	while (rule->facts && !(rule->facts & facts))
		rule++;
	return rule->state;
}

/**
 * migcap_guest_state_name() - how a state is called in sysfs and in traces
 * @state:	the state
 *
 * Return: a constant string.
 */
const char *migcap_guest_state_name(enum migcap_guest_state state)
{
	return state_names[state];
}
