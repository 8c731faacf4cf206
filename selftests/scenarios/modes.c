// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel that logs what devices write to memory, and all the ways in which
 * QEMU may be asked: the VF held through the legacy container or through
 * iommufd, with defaults, with switchover-ack, with multifd, and with the
 * IOMMU's dirty bits in place of the VF's log.  The guest does not track its
 * DMA, and enable-migration is left alone.
 *
 * Guarantees: `migrate` and nothing else does it, and the guest is asked late:
 * its network works while RAM is copied.
 */
#include <unistd.h>

#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

#define PRE_COPY_MS	30000
#define SLOW		(4LL << 20)	/* the first pass takes a while */
#define PROBES_MS	30000
#define PROBES_WANTED	20
#define NO_TRACKING	"support device and IOMMU dirty tracking"

FIXTURE(modes) {
	struct scenario s;
};

FIXTURE_VARIANT(modes) {
	struct scenario_vmm vmm;
	int way;
};

FIXTURE_VARIANT_ADD(modes, container) {};

FIXTURE_VARIANT_ADD(modes, container_ack) {
	.way = MIGRATION_SWITCHOVER_ACK,
};

FIXTURE_VARIANT_ADD(modes, container_multifd) {
	.way = MIGRATION_MULTIFD,
};

FIXTURE_VARIANT_ADD(modes, iommufd) {
	.vmm.vfio = VM_VFIO_IOMMUFD,
};

FIXTURE_VARIANT_ADD(modes, iommufd_ack) {
	.vmm.vfio = VM_VFIO_IOMMUFD,
	.way = MIGRATION_SWITCHOVER_ACK,
};

FIXTURE_VARIANT_ADD(modes, iommufd_multifd) {
	.vmm.vfio = VM_VFIO_IOMMUFD,
	.way = MIGRATION_MULTIFD,
};

FIXTURE_VARIANT_ADD(modes, iommu_dirty_bits) {
	.vmm = { .vfio = VM_VFIO_IOMMUFD, .iommu_tracks = true },
};

FIXTURE_SETUP(modes)
{
	if (access("/dev/iommu", F_OK))
		SKIP(return, "this kernel has no IOMMUFD and logs no DMA");
	SCENARIO_SET_UP(scenario_setup_vmm(&self->s, "modes",
					   GUEST_WITH_LATE_AGENT,
					   &variant->vmm));
	ASSERT_TRUE(self->s.logs_dma);
}

FIXTURE_TEARDOWN(modes)
{
	SCENARIO_TEAR_DOWN(&self->s);
}

static long long gap_ms(struct scenario *s, const struct migration *migration)
{
	struct gap gap = probe_longest_gap(s->probe, migration->asked,
					   now_ns());

	return ns_to_ms(gap_length(gap));
}

TEST_F_TIMEOUT(modes, migrate_and_nothing_else, 300)
{
	struct scenario *s = &self->s;
	const char *vf = scenario_vf(s);
	struct migration migration;
	int err;

	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	migration.max_bandwidth = SLOW;
	migration.way = variant->way;
	err = migration_begin(&migration);
	if (err && variant->vmm.iommu_tracks &&
	    strstr(failure_reason(), NO_TRACKING))
		SKIP(return, "the IOMMU has no dirty bits");
	ASSERT_EQ(0, err);
	ASSERT_EQ(0, migcap_wait(vf, "state", "pre_copy", PRE_COPY_MS));
	/* Pings that are sent after the copying began are answered. */
	EXPECT_EQ(0, probe_wait(s->probe, now_ns(), PROBES_WANTED, PROBES_MS));
	EXPECT_TRUE(migcap_reads(vf, "guest", "present"));
	EXPECT_TRUE(migcap_reads(vf, "state", "pre_copy"));
	ASSERT_EQ(0, migration_set_bandwidth(&migration, 0));
	ASSERT_EQ(0, scenario_arrive(s, &migration));
	EXPECT_EQ(0, scenario_healthy(s));
	TH_LOG("no answer for %lld ms, stopped %lld ms, %lld KiB in %lld passes",
	       gap_ms(s, &migration), migration.downtime_ms,
	       migration.ram_bytes >> 10, migration.passes);
}

TEST_HARNESS_MAIN
