// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest with several VFs, each in a network of its own.
 *
 * Guarantees:
 *  - migrate_together: it migrates, and all of its networks go on; each driver is asked
 *    once;
 *  - a_slow_one: where one driver takes seconds to let go of its device, the other
 *    one has its device back meanwhile, and is asked again; the migration succeeds;
 *  - a_silent_one: where one does not answer in time, the migration fails, and by
 *    then the other one had its device back.
 *
 * The slow driver is one of contract_table.c.
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/contract.h"
#include "../lib/failure.h"
#include "../lib/nic.h"
#include "../lib/scenario_fixture.h"

#define NETWORK_MS	60000
#define PROBES_WANTED	10
#define MIGRATE_MS	120000
#define PRESENT_MS	30000

/* Its way down takes 3 s. */
#define SLEEPS \
	"cd /sys/bus/pci && " \
	"vf=$(basename $(ls -d " NIC_VF_DRIVER_DIR "/0* | tail -n 1)) && " \
	"load vf_contract contract=sleeps && " \
	"echo $vf >devices/$vf/driver/unbind && " \
	"echo vf_contract >devices/$vf/driver_override && " \
	"echo $vf >drivers_probe && ls -d drivers/vf_contract/0*"

struct several {
	struct scenario s;
	struct probe *others[WIRE_VFS_MAX - 1];
};

#define SEVERAL(name, vfs)						\
FIXTURE(name) {								\
	struct several several;						\
};									\
									\
FIXTURE_SETUP(name)							\
{									\
	const struct scenario_vmm vmm = { .other_vfs = (vfs) - 1 };	\
									\
	SCENARIO_SET_UP(scenario_setup_vmm(&self->several.s, #name "_vfs", \
					   GUEST_WITH_AGENT, &vmm));	\
}									\
									\
FIXTURE_TEARDOWN(name)							\
{									\
	stop_probes(&self->several);					\
	SCENARIO_TEAR_DOWN(&self->several.s);				\
}

static void stop_probes(struct several *several)
{
	int i;

	for (i = 0; i < WIRE_VFS_MAX - 1; i++)
		if (several->others[i])
			probe_stop(several->others[i]);
}

SEVERAL(two, 2)
SEVERAL(three, 3)

static int probe_others(struct several *several)
{
	struct scenario *s = &several->s;
	int i;

	for (i = 0; i < s->vmm.other_vfs; i++) {
		several->others[i] = probe_start(wire_link(&s->wire),
						 wire_address(i, 2).text);
		if (!several->others[i])
			return -EIO;
		if (!probe_first_answer(several->others[i], now_ns(), NETWORK_MS))
			return failure(-ETIMEDOUT, "%s does not answer pings",
				       wire_address(i, 2).text);
	}
	return 0;
}

static int others_work(struct several *several)
{
	int i, err = 0;

	for (i = 0; i < several->s.vmm.other_vfs && !err; i++)
		err = probe_wait(several->others[i], now_ns(), PROBES_WANTED,
				 NETWORK_MS);
	return err;
}

static long long gap_ms(struct probe *probe, const struct migration *migration)
{
	return ns_to_ms(gap_length(probe_longest_gap(probe, migration->asked,
						     now_ns())));
}

static long counted(const char *vf, const char *counter)
{
	long value = -1;

	migcap_counter(vf, counter, &value);
	return value;
}

static void migrate_together(struct __test_metadata *_metadata,
			     struct several *several)
{
	struct scenario *s = &several->s;
	const char *vf = scenario_vf(s), *others[WIRE_VFS_MAX - 1];
	struct migration migration;
	int i;

	for (i = 0; i < s->vmm.other_vfs; i++)
		others[i] = scenario_other_vf(s, i);
	ASSERT_EQ(0, probe_others(several));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, scenario_healthy(s));
	ASSERT_EQ(0, others_work(several));
	EXPECT_EQ(1, counted(vf, "starts"));
	TH_LOG("no answer for %lld ms, stopped %lld ms",
	       gap_ms(s->probe, &migration), migration.downtime_ms);
	for (i = 0; i < s->vmm.other_vfs; i++) {
		EXPECT_EQ(1, counted(others[i], "starts"));
		TH_LOG("%s: no answer for %lld ms", wire_address(i, 2).text,
		       gap_ms(several->others[i], &migration));
		EXPECT_EQ(0, migcap_settled(scenario_other_vf(s, i), "present",
					    PRESENT_MS));
	}
}

TEST_F_TIMEOUT(two, migrate_together, 400)
{
	migrate_together(_metadata, &self->several);
}

TEST_F_TIMEOUT(three, migrate_together, 400)
{
	migrate_together(_metadata, &self->several);
}

static int play(struct scenario *s)
{
	int err = guest_must(&scenario_vm(s)->guest, 20, SLEEPS);

	if (!err)
		err = migcap_wait(scenario_other_vf(s, s->vmm.other_vfs - 1),
				  "guest", "present", PRESENT_MS);
	return err ? err : scenario_promises(s);
}

TEST_F_TIMEOUT(two, a_slow_one, 400)
{
	struct scenario *s = &self->several.s;
	const char *vf = scenario_vf(s);
	struct migration migration;

	ASSERT_EQ(0, play(s));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	TH_LOG("no answer for %lld ms", gap_ms(s->probe, &migration));
	EXPECT_EQ(1, counted(vf, "yields"));
	EXPECT_EQ(2, counted(vf, "starts"));
	EXPECT_EQ(0, contract_comes(s, "contract", "resumed 1"));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(two, a_silent_one, 400)
{
	struct scenario *s = &self->several.s;
	const char *vf = scenario_vf(s), *silent = scenario_other_vf(s, 0);
	struct migration migration;

	ASSERT_EQ(0, play(s));
	ASSERT_EQ(0, migcap_write(vf, "ready_timeout_ms", "3000"));
	ASSERT_EQ(0, migcap_write(silent, "ready_timeout_ms", "2000"));
	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	ASSERT_EQ(0, scenario_quiesce(s));
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_expect_failure(&migration, MIGRATE_MS));
	EXPECT_EQ(-ETIMEDOUT, migcap_last_error(silent));
	EXPECT_EQ(1, counted(vf, "yields"));
	EXPECT_EQ(0, scenario_healthy(s));
	TH_LOG("no answer for %lld ms", gap_ms(s->probe, &migration));
	EXPECT_EQ(0, contract_comes(s, "contract", "resumed 1"));
	EXPECT_EQ(0, migcap_settled(silent, "present", PRESENT_MS));
	EXPECT_EQ(0, migcap_write(silent, "ready_timeout_ms", "10000"));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
