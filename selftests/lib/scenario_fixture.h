/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scenario as a fixture of the kselftest harness.  Where a NIC or an image is
 * missing, the test is skipped.  To be included after the harness.
 */
#ifndef MIGCAP_TEST_SCENARIO_FIXTURE_H
#define MIGCAP_TEST_SCENARIO_FIXTURE_H

#include <errno.h>

#include "failure.h"
#include "scenario.h"

/* In a FIXTURE_SETUP: scenario_setup() or scenario_setup_vmm() has said @result. */
#define SCENARIO_SET_UP(result)						\
do {									\
	int set_up = (result);						\
									\
	if (set_up == -ENODEV)						\
		SKIP(return, "%s", failure_reason());			\
	ASSERT_EQ(0, set_up);						\
} while (0)

/* In a FIXTURE_TEARDOWN. */
#define SCENARIO_TEAR_DOWN(s)						\
do {									\
	if (!__test_passed(_metadata))					\
		scenario_explain(s);					\
	scenario_teardown(s);						\
} while (0)

/* The fixture of tests that need a scenario and nothing else; its VMM's members follow. */
#define SCENARIO_VMM(name, kind, ...)					\
FIXTURE(name) {								\
	struct scenario s;						\
};									\
									\
FIXTURE_SETUP(name)							\
{									\
	const struct scenario_vmm vmm = { __VA_ARGS__ };		\
									\
	SCENARIO_SET_UP(scenario_setup_vmm(&self->s, #name, kind, &vmm)); \
}									\
									\
FIXTURE_TEARDOWN(name)							\
{									\
	SCENARIO_TEAR_DOWN(&self->s);					\
}

#define SCENARIO(name, kind)	SCENARIO_VMM(name, kind, .saved = NULL)

#endif /* MIGCAP_TEST_SCENARIO_FIXTURE_H */
