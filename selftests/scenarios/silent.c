// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that says it will answer and does not.  Guarantees: the host gives
 * up in time, says why, and the guest never loses its network.
 */
#include "kselftest_harness.h"

#include <linux/migcap_regs.h>

#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

SCENARIO(silent, GUEST_WITHOUT_AGENT)

#define READY_TIMEOUT_MS	"1000"
#define PATIENCE_MS		30000

/*
 * What a frozen agent leaves in the registers, and what a guest without one.
 * The promise is what makes every kernel ask late.
 */
#define FROZEN	(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)
#define GONE	0

static int play(struct scenario *s, unsigned int ctrl)
{
	return guest_must(&scenario_vm(s)->guest, 10, "capreg ctrl=%u", ctrl);
}

TEST_F_TIMEOUT(silent, quiesce_times_out, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);
	long timeouts = 0;

	ASSERT_EQ(0, play(s, FROZEN));
	ASSERT_EQ(0, migcap_wait(vf, "guest", "present", PATIENCE_MS));
	ASSERT_EQ(0, migcap_write(vf, "ready_timeout_ms", READY_TIMEOUT_MS));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "1"));
	EXPECT_EQ(0, migcap_wait(vf, "quiesce", "timeout", PATIENCE_MS));
	EXPECT_EQ(-ETIMEDOUT, migcap_last_error(vf));
	EXPECT_EQ(0, migcap_counter(vf, "timeouts", &timeouts));
	EXPECT_EQ(1, timeouts);
	EXPECT_EQ(0, migcap_write(vf, "quiesce", "0"));
	ASSERT_EQ(0, play(s, GONE));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(silent, migration_fails, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);
	struct migration migration;

	ASSERT_EQ(0, play(s, FROZEN));
	ASSERT_EQ(0, migcap_wait(vf, "guest", "present", PATIENCE_MS));
	ASSERT_EQ(0, migcap_write(vf, "ready_timeout_ms", READY_TIMEOUT_MS));
	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_expect_failure(&migration, PATIENCE_MS));
	note("QEMU says: %s", migration.error);
	EXPECT_EQ(-ETIMEDOUT, migcap_last_error(vf));
	ASSERT_EQ(0, play(s, GONE));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
