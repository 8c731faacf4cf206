// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM that is stopped, migrated, and continued while its memory is sent: its
 * device works on then, in a migration that began with a device at rest.  It is
 * quiesced before the end.
 *
 * Guarantees: a migration that succeeds has every byte that the device wrote; one
 * that cannot know fails, or goes on until it is given up, and the VM goes on here.
 *
 * Nothing but the device writes to most of what is looked at, see hoard.h.  A
 * kernel that cannot log what a device writes has all memory sent again and again
 * unless somebody else can, so that such a migration may have no end of its own.
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/hoard.h"
#include "../lib/scenario_fixture.h"

#define MIGRATE_MS	60000
#define CANCEL_MS	30000
#define QUIESCE_MS	30000
#define WORK_MS		6000

FIXTURE(continued) {
	char thp[SYSFS_VALUE_MAX];
	struct scenario s;
	struct flood *flood;
};

FIXTURE_VARIANT(continued) {
	enum scenario_guest kind;
	int tracks_dma;
};

FIXTURE_VARIANT_ADD(continued, tracking_guest) {
	.kind = GUEST_WITH_AGENT,
	.tracks_dma = 1,
};

FIXTURE_VARIANT_ADD(continued, late_agent) {
	.kind = GUEST_WITH_LATE_AGENT,
	.tracks_dma = 0,
};

FIXTURE_SETUP(continued)
{
	ASSERT_EQ(0, hoard_small_pages(self->thp));
	SCENARIO_SET_UP(scenario_setup(&self->s, "continued", variant->kind));
}

FIXTURE_TEARDOWN(continued)
{
	if (self->flood)
		flood_stop(self->flood);
	SCENARIO_TEAR_DOWN(&self->s);
	hoard_restore_pages(self->thp);
}

/* Until nearly all memory was sent once; a failure is an outcome like another. */
static int migrate_stopped(struct scenario *s, struct migration *migration)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	if (!err)
		err = scenario_set_running(s, false);
	if (!err)
		err = migration_begin_held(migration, MIGRATE_MS);
	return err && strcmp(migration->status, "failed") ? err : 0;
}

static int work_and_quiesce(struct scenario *s, struct migration *migration)
{
	int err = scenario_set_running(s, true);

	if (err)
		return err;
	sleep_ms(WORK_MS);
	err = migcap_quiesce(scenario_vf(s), QUIESCE_MS);
	if (err)
		return err;
	return migration_release(migration);
}

/* What does not end is given up; it may still end otherwise meanwhile. */
static int end(struct scenario *s, struct migration *migration)
{
	int err = migration_wait_end(migration, MIGRATE_MS);

	if (err == -ETIMEDOUT) {
		err = migration_cancel(migration, CANCEL_MS);
		if (!strcmp(migration->status, "completed"))
			err = 0;
	}
	if (err)
		return err;
	if (strcmp(migration->status, "completed"))
		return migcap_write(scenario_vf(s), "quiesce", "0");
	return scenario_moved_alive(s);
}

TEST_F_TIMEOUT(continued, while_memory_is_sent, 400)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(variant->tracks_dma, scenario_tracks_dma(s));
	self->flood = scenario_pour(s);
	ASSERT_NE(NULL, self->flood);
	ASSERT_EQ(0, migrate_stopped(s, &migration));
	ASSERT_EQ(0, work_and_quiesce(s, &migration));
	ASSERT_EQ(0, end(s, &migration));
	TH_LOG("migration %s in %lld passes %s", migration.status,
	       migration.passes, migration.error);

	flood_stop(self->flood);
	self->flood = NULL;
	EXPECT_EQ(0, hoard_check(&scenario_vm(s)->guest,
				 2 * hoard_trickle.rate.udp));
	ASSERT_EQ(0, scenario_traffic(s));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
