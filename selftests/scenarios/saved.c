// SPDX-License-Identifier: GPL-2.0-only
/*
 * A running guest is saved to a file, its VF in use, and restored from it twice.
 *
 * Guarantees: each time it goes on where it was, what its device had written to its
 * memory is right, and its network works.
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/hoard.h"
#include "../lib/scenario_fixture.h"

#define SAVED		"/run/migcap/guest.saved"
#define HEAD_START_MS	3000
#define SAVE_MS		120000
#define RESTORE_MS	120000
#define ARRIVAL_MS	60000

SCENARIO(saved, GUEST_WITH_AGENT)

static int save(struct scenario *s)
{
	struct flood *flood = hoard_pour(&scenario_vm(s)->guest, &hoard_trickle);
	struct migration migration = scenario_migration(s);
	int err;

	if (!flood)
		return -EIO;
	sleep_ms(HEAD_START_MS);
	scenario_quiet(s);
	err = scenario_quiesce(s);
	if (!err)
		err = migration_save(&migration, SAVED);
	if (!err)
		err = migration_wait_status(&migration, "completed", SAVE_MS);
	flood_stop(flood);
	return err;
}

/* The guest that was there before is gone then. */
static int restore(struct scenario *s)
{
	int err = scenario_start_destination(s);

	if (!err)
		err = migration_restore(scenario_migration(s).to, SAVED,
					RESTORE_MS);
	if (err)
		return err;
	scenario_quiet(s);
	scenario_moved(s);
	err = guest_wait(&scenario_vm(s)->guest, ARRIVAL_MS);
	return err ? vm_explain(scenario_vm(s), err) : 0;
}

static int memory_is_right(struct scenario *s)
{
	struct hoard_found found;
	int err = hoard_look(&scenario_vm(s)->guest, &found);

	if (err)
		return vm_explain(scenario_vm(s), err);
	note("of %llu bytes received and not read, %llu are wrong", found.udp,
	     found.bad[1]);
	if (hoard_bad(&found))
		return failure(-EIO, "%llu bytes are wrong", hoard_bad(&found));
	return found.udp ? 0 : failure(-EIO, "nothing was received");
}

TEST_F_TIMEOUT(saved, restored_twice, 600)
{
	struct scenario *s = &self->s;
	int times;

	ASSERT_EQ(0, save(s));
	for (times = 0; times < 2; times++) {
		ASSERT_EQ(0, restore(s));
		ASSERT_EQ(0, memory_is_right(s));
		ASSERT_EQ(0, scenario_traffic(s));
		ASSERT_EQ(0, scenario_healthy(s));
	}
	unlink(SAVED);
}

TEST_HARNESS_MAIN
