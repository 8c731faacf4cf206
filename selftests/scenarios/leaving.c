// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operator removes all VFs of the NIC, with `echo 0 > sriov_numvfs`, in the middle
 * of a migration.  The kernel waits until both VMMs have given their VF away, and a
 * VMM does that only when no migration is under way.
 *
 * Guarantees: the migration fails with a reason; the command ends while the VM runs
 * on; the VM has lost the device and nothing else.
 */
#include "kselftest_harness.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/nic.h"
#include "../lib/scenario_fixture.h"

#define SLOW		2000000LL	/* bytes a second: it never ends by itself */
#define LEFT		(1024 * 1024 * 1024)
#define BEGUN_MS	60000
#define FAILED_MS	60000
#define REMOVED_MS	120000

FIXTURE(leaving) {
	struct scenario s;
	pthread_t thread;
	bool removes;
	bool removed;
};

#define LEAVING	FIXTURE_DATA(leaving)

FIXTURE_SETUP(leaving)
{
	SCENARIO_SET_UP(scenario_setup(&self->s, "leaving", GUEST_WITH_AGENT));
	if (!self->s.wire.made_vfs)
		SKIP(return, "removes the NIC's VFs, and they were not made for it");
}

FIXTURE_TEARDOWN(leaving)
{
	SCENARIO_TEAR_DOWN(&self->s);
	/* The VMs are gone, so nothing keeps a VF any more. */
	if (self->removes)
		pthread_join(self->thread, NULL);
}

static void *remove_vfs(void *data)
{
	LEAVING *self = data;

	pci_remove_vfs(&self->s.wire.pf);
	__atomic_store_n(&self->removed, true, __ATOMIC_RELAXED);
	return NULL;
}

static int begin_to_remove(LEAVING *self)
{
	int err = pthread_create(&self->thread, NULL, remove_vfs, self);

	self->removes = !err;
	return -err;
}

static bool is_removed(LEAVING *self)
{
	long long deadline = deadline_in(REMOVED_MS);

	while (!__atomic_load_n(&self->removed, __ATOMIC_RELAXED)) {
		if (!ms_until(deadline))
			return false;
		sleep_ms(100);
	}
	return true;
}

TEST_F_TIMEOUT(leaving, in_the_middle_of_a_migration, 400)
{
	struct scenario *s = &self->s;
	struct guest *guest = &scenario_vm(s)->guest;
	struct migration migration;

	ASSERT_EQ(0, scenario_start_destination(s));
	ASSERT_EQ(0, scenario_quiesce(s));
	migration = scenario_migration(s);
	migration.max_bandwidth = SLOW;
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_wait_left(&migration, LEFT, BEGUN_MS));
	ASSERT_EQ(0, begin_to_remove(self));
	ASSERT_EQ(0, migration_expect_failure(&migration, FAILED_MS));
	EXPECT_NE(NULL, strstr(migration.error, "No such device"));
	EXPECT_TRUE(is_removed(self));
	EXPECT_EQ(0, vm_trouble(scenario_vm(s)));
	EXPECT_EQ(0, guest_must(guest, 20, "test ! -e " NIC_VF_DRIVER_DIR "/0*"));
}

TEST_HARNESS_MAIN
