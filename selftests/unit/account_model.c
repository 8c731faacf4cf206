// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the driver tell a VMM of all that the device may have written, or fail,
 * whatever guest, VMM and operator do?
 *
 * The driver's own sources run on a simulated kernel and device.  A random
 * walker does what the three can do, also in the middle of each other, and an
 * oracle knows when the device could write (selftests/model).
 *
 * Guarantees:
 *  - no migration ends well with a page that the VMM has not been told of;
 *  - the gate is closed while the guest is READY, and while a device arrives,
 *    and at no other time;
 *  - START and READY come to an end in time, and END is there when the device
 *    runs;
 *  - a VMM that is told to stop the VM does not do so in vain;
 *  - what the log reports it reports once.
 *
 * MIGCAP_SEED repeats a run, MIGCAP_STEPS makes it longer or shorter.
 */
#include <sanitizer/common_interface_defs.h>
#include <kselftest_harness.h>

#include "../model/model.h"
#include "../model/vf.h"

#define STEPS		10000000
#define SEED		1
#define TIMEOUT_S	290

FIXTURE(account) {
};

FIXTURE_SETUP(account)
{
	__sanitizer_set_death_callback(story_print);
}

FIXTURE_TEARDOWN(account)
{
	vf_end();
}

static uint64_t number(const char *name, uint64_t number)
{
	const char *env = getenv(name);

	return env ? strtoull(env, NULL, 0) : number;
}

TEST_F_TIMEOUT(account, is_kept, TIMEOUT_S)
{
	uint64_t steps = number("MIGCAP_STEPS", STEPS);
	uint64_t seed = number("MIGCAP_SEED", SEED);

	TH_LOG("MIGCAP_SEED=%llu MIGCAP_STEPS=%llu", (unsigned long long)seed,
	       (unsigned long long)steps);
	model_init(seed);
	model_walk(steps);
	model_print_ends();
	ASSERT_FALSE(model.failed)
		TH_LOG("step %llu: %s", (unsigned long long)model.steps,
		       model.failure);
	if (steps >= STEPS)
		EXPECT_TRUE(model_got_everywhere());
}

TEST_HARNESS_MAIN
