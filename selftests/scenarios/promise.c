// SPDX-License-Identifier: GPL-2.0-only
/*
 * When does the agent promise that it accounts for the VF's DMA?
 *
 * Guarantees, with a driver that was bound before the agent came:
 *  - no promise, and the reason is told;
 *  - unbound and bound again in a row, still none: what the device wrote until
 *    then was not tracked;
 *  - nor does an agent that is loaded anew, with the driver unbound, promise it.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/nic.h"
#include "../lib/scenario_fixture.h"

#define DRIVER		NIC_VF_DRIVER_DIR
#define TRACKED		"cat /sys/bus/pci/devices/*/migcap_agent/dma_tracked"
#define REBIND		"bindspin 0 " DRIVER "/unbind %s " DRIVER "/bind %s && " TRACKED
#define RELOAD		"rmmod migcap_guest && echo %s >" DRIVER "/unbind && " \
			"load migcap_guest && " TRACKED
#define LATELY		"no what happened a short while ago was not tracked"

FIXTURE(promise) {
	struct scenario s;
	char bdf[32];
};

FIXTURE_SETUP(promise)
{
	struct guest *guest;

	SCENARIO_SET_UP(scenario_setup(&self->s, "promise",
				       GUEST_WITH_LATE_AGENT));
	guest = &scenario_vm(&self->s)->guest;
	ASSERT_EQ(0, guest_must(guest, 10, "basename " DRIVER "/0*"));
	snprintf(self->bdf, sizeof(self->bdf), "%.*s",
		 (int)strcspn(guest->output, "\n"), guest->output);
}

FIXTURE_TEARDOWN(promise)
{
	SCENARIO_TEAR_DOWN(&self->s);
}

TEST_F_TIMEOUT(promise, comes_late_after_a_bind, 200)
{
	struct guest *guest = &scenario_vm(&self->s)->guest;

	ASSERT_EQ(0, guest_must(guest, 10, TRACKED));
	EXPECT_STREQ("no the driver was bound before the agent came",
		     guest->output);
	/* In a row: the agent's thread does not run in between. */
	ASSERT_EQ(0, guest_must(guest, 20, REBIND, self->bdf, self->bdf));
	EXPECT_STREQ(LATELY, guest->output);
}

TEST_F_TIMEOUT(promise, comes_late_from_a_new_agent, 200)
{
	struct guest *guest = &scenario_vm(&self->s)->guest;

	ASSERT_EQ(0, guest_must(guest, 20, RELOAD, self->bdf));
	EXPECT_STREQ(LATELY, guest->output);
}

TEST_HARNESS_MAIN
