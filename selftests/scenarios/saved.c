// SPDX-License-Identifier: GPL-2.0-only
/*
 * A running guest is saved to a file, its VF in use, and restored from it twice.
 *
 * Guarantees: each time it goes on where it was, what its device had written to its
 * memory is right, and its network works.
 */
#include "kselftest_harness.h"

#include "../lib/hoard.h"
#include "../lib/scenario_fixture.h"

#define SAVED		"/run/migcap/guest.saved"
#define ARRIVAL_MS	60000

FIXTURE(saved) {
	char thp[SYSFS_VALUE_MAX];
	struct scenario s;
};

FIXTURE_SETUP(saved)
{
	ASSERT_EQ(0, hoard_small_pages(self->thp));
	SCENARIO_SET_UP(scenario_setup(&self->s, "saved", GUEST_WITH_AGENT));
}

FIXTURE_TEARDOWN(saved)
{
	SCENARIO_TEAR_DOWN(&self->s);
	unlink(SAVED);
	hoard_restore_pages(self->thp);
}

static int save(struct scenario *s)
{
	struct flood *flood = scenario_pour(s);
	int err;

	if (!flood)
		return -EIO;
	err = scenario_save(s, SAVED);
	flood_stop(flood);
	return err;
}

/* The guest that was there before is gone then. */
static int restore(struct scenario *s)
{
	int err = scenario_restore(s, SAVED);

	if (!err)
		err = guest_wait(&scenario_vm(s)->guest, ARRIVAL_MS);
	return err;
}

TEST_F_TIMEOUT(saved, restored_twice, 800)
{
	struct scenario *s = &self->s;
	int times;

	ASSERT_EQ(0, save(s));
	for (times = 0; times < 2; times++) {
		ASSERT_EQ(0, restore(s));
		ASSERT_EQ(0, hoard_check(&scenario_vm(s)->guest, 1));
		ASSERT_EQ(0, scenario_traffic(s));
		ASSERT_EQ(0, scenario_healthy(s));
	}
}

TEST_HARNESS_MAIN
