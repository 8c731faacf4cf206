// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which of a VF's rules may be in force, see phase.h.
 *
 * A PF's embedded switch hands frames for the address in a VF's rule to that VF,
 * whether anybody uses it or not.  So the address is in force only where the guest
 * is and uses its device.  VLAN and trust draw no frames: they are set before the
 * guest arrives, since some PFs reset a VF when they change.
 */
#include <string.h>

#include "phase.h"

/* A VMM that waits for a guest has the device open and running as well. */
static bool is_waiting(const struct phase_view *view)
{
	return view->incoming && !view->arrived &&
	       !strcmp(view->guest, "bme_off");
}

static enum phase phase_in_use(const struct phase_view *view)
{
	if (is_waiting(view))
		return PHASE_AWAY;
	if (!strcmp(view->quiesce, "quiesced") ||
	    !strcmp(view->quiesce, "forced"))
		return PHASE_AWAY;
	return PHASE_PRESENT;
}

enum phase phase_of(const struct phase_view *view)
{
	static const struct {
		const char *state;
		enum phase phase;
	} fixed[] = {
		{ "closed", PHASE_ABSENT },
		{ "resuming", PHASE_AWAY },
		{ "stop_copy", PHASE_AWAY },
		/* Either on the way to another state, or a VM that was paused. */
		{ "stop", PHASE_KEEP },
		{ "error", PHASE_KEEP },
	};
	unsigned int i;

	if (view->driven)
		return PHASE_KEEP;
	if (!view->bound)
		return PHASE_ABSENT;
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (!strcmp(view->state, fixed[i].state))
			return fixed[i].phase;
	return phase_in_use(view);
}

const char *phase_text(enum phase phase)
{
	static const char * const texts[] = {
		[PHASE_KEEP] = "rules are left as they are",
		[PHASE_ABSENT] = "no guest, no rules",
		[PHASE_AWAY] = "guest is away or quiesced, its address is held back",
		[PHASE_PRESENT] = "guest is here, with its rules",
	};

	return texts[phase];
}
