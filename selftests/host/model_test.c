// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same as selftests/unit/account_model, on a real VF: does a VMM learn of
 * all that the device may have written, whatever guest, VMM and operator do?
 *
 * One task is all three.  It takes fewer steps than there, but goes through the
 * kernel's own VFIO, IOMMU and PCI, and the clock is a real one.
 *
 * Guarantees:
 *  - those of the model, as far as they can be seen from outside: registers,
 *    the hardware's Bus Master Enable, sysfs, and reports.
 *
 * MIGCAP_SEED repeats the same steps, though not at the same times;
 * MIGCAP_STEPS makes a run longer or shorter.
 */
#include <kselftest_harness.h>

#include "../model/model.h"
#include "../model/vf.h"
#include "host.h"

#define STEPS		20000
#define TIMEOUT_S	280	/* less than `run` gives it */

FIXTURE(account) {
};

FIXTURE_SETUP(account)
{
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

TEST_F_TIMEOUT(account, is_kept, TIMEOUT_S * clock_slowness())
{
	uint64_t steps = number("MIGCAP_STEPS", STEPS / clock_slowness());
	uint64_t seed = number("MIGCAP_SEED", now_ns());

	TH_LOG("MIGCAP_SEED=%llu MIGCAP_STEPS=%llu", (unsigned long long)seed,
	       (unsigned long long)steps);
	model_init(seed);
	model_walk(steps);
	model_print_ends();
	ASSERT_FALSE(model.failed)
		TH_LOG("step %llu: %s", (unsigned long long)model.steps,
		       model.failure);
}

HOST_TEST_MAIN
