/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture of tests that make trials: a VF, on a kernel that injects faults;
 * skipped on others.  To be included once in a program.
 */
#ifndef SELFTESTS_HOST_TRIAL_FIXTURE_H
#define SELFTESTS_HOST_TRIAL_FIXTURE_H

#include <kselftest_harness.h>

#include "trial.h"
#include "../lib/failure.h"
#include "../lib/fault.h"

FIXTURE(fault) {
	struct trial trial;
};

FIXTURE_SETUP(fault)
{
	int ret = fault_enable();

	self->trial = (struct trial)TRIAL_CLOSED;
	if (ret == -EOPNOTSUPP)
		SKIP(return, "%s", failure_reason());
	ASSERT_EQ(0, ret);
	ASSERT_EQ(0, trial_open(&self->trial, host_vf_name));
}

FIXTURE_TEARDOWN(fault)
{
	trial_close(&self->trial);
}

#endif /* SELFTESTS_HOST_TRIAL_FIXTURE_H */
