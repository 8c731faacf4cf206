/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of a VF's rules may be in force, given where its guest is.  Pure.
 */
#ifndef MIGCAP_TOOL_PHASE_H
#define MIGCAP_TOOL_PHASE_H

#include <stdbool.h>

enum phase {
	PHASE_KEEP,	/* not for us to change, or not known */
	PHASE_ABSENT,	/* no guest: no rule */
	PHASE_AWAY,	/* on its way, or quiesced: all but the address */
	PHASE_PRESENT,	/* all rules */
};

/*
 * What is seen of a VF.  The strings are those of migcap/ in sysfs, and mean
 * nothing unless @bound.
 */
struct phase_view {
	bool bound;		/* to our driver */
	bool driven;		/* by another one */
	const char *state;
	const char *guest;
	const char *quiesce;
	bool incoming;		/* the VMM was started to take a guest in */
	bool arrived;		/* and has, since it opened the device */
};

enum phase phase_of(const struct phase_view *view);

/* For people. */
const char *phase_text(enum phase phase);

#endif /* MIGCAP_TOOL_PHASE_H */
