// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest with an NVMe VF, with an ext4 on it that holds files and swap, both in use
 * all the time.
 *
 * Guarantees:
 *  - back_and_forth: ten migrations, and no request fails, nothing that was written
 *    is different when it is read, and the file system is sound;
 *  - quiesced_long: nor if the disk is away for longer than its driver is patient;
 *  - reset_meanwhile: nor if the guest resets the controller all the time;
 *  - nothing_after_ready: what the controller has fetched by READY reaches the medium
 *    before, or not at all;
 *  - nothing_after_stop: the same for the stop of a VM whose guest was not asked;
 *  - offline_there: where the controller does not come up on the other host, the
 *    agent says so;
 *  - with_nic: a guest with a VF of a NIC as well is migrated with both.
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/disk.h"
#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

#define TRIPS		10
#define RESET_TRIPS	3
#define QUIESCE_MS	30000
#define PRESENT_MS	30000
#define MIGRATE_MS	120000
#define SLOW_WRITES	20
#define SLOW_MS		11000	/* more than they need */

#define MOUNT \
	"load ext4 && mkdir -p /mnt && " \
	"mount -t ext4 /dev/" DISK_NAME(DISK_EXT4) " /mnt && " \
	"dd if=/dev/zero of=/mnt/swap bs=64k count=128 2>/dev/null && " \
	"mkswap /mnt/swap >/dev/null && swapon /mnt/swap"
#define WORK \
	"for what in 'file /mnt/data' memory; do " \
	"setsid store $what 1024 >/tmp/store.${what%% *} 2>&1 </dev/null & " \
	"done; sleep 1"
/* What they found goes into the test's output, too. */
#define FINISH \
	"killall store && for i in $(seq 60); do pidof store >/dev/null || break; " \
	"sleep 1; done; cat /tmp/store.*; grep -c 'wrong 0 failed 0' /tmp/store.* " \
	"| grep -c ':1$' | grep -qx 2"
#define UNMOUNT "swapoff /mnt/swap && umount /mnt"

/* Of the pauses between them some are shorter than a reset. */
#define RESETS \
	"setsid sh -c 'while [ ! -e /tmp/enough ]; do " \
	"echo 1 >/sys/class/nvme/nvme0/reset_controller && " \
	"echo >>/tmp/resets; usleep $((RANDOM * 10)); done' " \
	"</dev/null >/dev/null 2>&1 &"
#define ENOUGH	"touch /tmp/enough; sleep 3; [ $(wc -l </tmp/resets) -ge 10 ]"

/* All at once, however long it takes to start them. */
#define WRITE_SLOWLY \
	"tr '\\0' M </dev/zero | head -c 4096 >/tmp/page; " \
	"for i in $(seq 0 19); do setsid sh -c \"until [ -e /tmp/go ]; do " \
	"usleep 100000; done; exec dd if=/tmp/page bs=4096 count=1 seek=$i " \
	"oflag=direct conv=notrunc of=/dev/" DISK_NAME(DISK_SLOW) "\" " \
	"</dev/null >/dev/null 2>&1 & done; touch /tmp/go; sleep 0.5"
#define WRITTEN	"for i in $(seq 60); do pidof dd >/dev/null || exit 0; sleep 1; " \
		"done; echo writes are pending; exit 1"

#define AGENT	"/sys/class/nvme/nvme0/device/migcap_agent/"
#define SAYS	"for i in $(seq 100); do grep -q '%s' " AGENT "%s && exit; " \
		"sleep 0.1; done; cat " AGENT "*; exit 1"

SCENARIO_VMM(disk, GUEST_WITH_AGENT, .disk = true, .no_nic = true)
SCENARIO_VMM(disk_and_nic, GUEST_WITH_AGENT, .disk = true)

static struct guest *guest_of(struct scenario *s)
{
	return &scenario_vm(s)->guest;
}

static int work(struct scenario *s)
{
	int err = guest_must(guest_of(s), 60, MOUNT);

	return err ? err : guest_must(guest_of(s), 20, WORK);
}

static void finish(struct __test_metadata *_metadata, struct scenario *s)
{
	EXPECT_EQ(0, guest_must(guest_of(s), 90, FINISH));
	TH_LOG("%s", guest_of(s)->output);
	ASSERT_EQ(0, guest_must(guest_of(s), 60, UNMOUNT));
	EXPECT_EQ(0, disk_check());
	EXPECT_EQ(0, scenario_healthy(s));
}

static void migrate(struct __test_metadata *_metadata, struct scenario *s,
		    int trips)
{
	struct migration migration;
	int i;

	for (i = 0; i < trips; i++) {
		ASSERT_EQ(0, scenario_migrate(s, &migration)) {
			TH_LOG("migration %d of %d", i + 1, trips);
		}
		ASSERT_EQ(0, scenario_healthy(s)) {
			TH_LOG("after migration %d of %d", i + 1, trips);
		}
	}
}

TEST_F_TIMEOUT(disk, back_and_forth, 600)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, work(s));
	migrate(_metadata, s, TRIPS);
	finish(_metadata, s);
}

TEST_F_TIMEOUT(disk, quiesced_long, 300)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, work(s));
	ASSERT_EQ(0, migcap_write(scenario_vf(s), "quiesced_limit_ms", "0"));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), QUIESCE_MS));
	sleep_ms(2500 * atoi(DISK_TIMEOUT_S));
	ASSERT_EQ(0, migcap_write(scenario_vf(s), "quiesce", "0"));
	EXPECT_EQ(0, migcap_settled(scenario_vf(s), "present", PRESENT_MS));
	finish(_metadata, s);
}

TEST_F_TIMEOUT(disk, reset_meanwhile, 300)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, work(s));
	ASSERT_EQ(0, guest_must(guest_of(s), 20, RESETS));
	migrate(_metadata, s, RESET_TRIPS);
	ASSERT_EQ(0, guest_must(guest_of(s), 20, ENOUGH));
	finish(_metadata, s);
}

/* Else there would be nothing that could come too late. */
static void some_are_pending(struct __test_metadata *_metadata)
{
	int written = disk_written();

	ASSERT_LE(0, written);
	ASSERT_GT(SLOW_WRITES, written);
}

/* Nothing is added to what has reached the medium. */
static void nothing_more(struct __test_metadata *_metadata)
{
	int before = disk_written();

	ASSERT_LE(0, before);
	sleep_ms(SLOW_MS);
	EXPECT_EQ(before, disk_written());
	TH_LOG("%d of %d blocks were written", before, SLOW_WRITES);
}

TEST_F_TIMEOUT(disk, nothing_after_ready, 300)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, guest_must(guest_of(s), 20, WRITE_SLOWLY));
	some_are_pending(_metadata);
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), QUIESCE_MS));
	nothing_more(_metadata);
	ASSERT_EQ(0, migcap_write(scenario_vf(s), "quiesce", "0"));
	ASSERT_EQ(0, guest_must(guest_of(s), 90, WRITTEN));
	EXPECT_EQ(SLOW_WRITES, disk_written());
	EXPECT_EQ(0, scenario_healthy(s));
}

TEST_F_TIMEOUT(disk, nothing_after_stop, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, migcap_write(scenario_vf(s), "on_timeout", "force"));
	ASSERT_EQ(0, scenario_start_destination(s));
	ASSERT_EQ(0, guest_must(guest_of(s), 20, WRITE_SLOWLY));
	ASSERT_EQ(0, scenario_set_running(s, false));
	some_are_pending(_metadata);
	migration = scenario_migration(s);
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, migration_wait_status(&migration, "completed", MIGRATE_MS));
	nothing_more(_metadata);
	scenario_moved(s);
	ASSERT_EQ(0, scenario_set_running(s, true));
	ASSERT_EQ(0, guest_must(guest_of(s), 90, WRITTEN));
	EXPECT_EQ(SLOW_WRITES, disk_written());
	EXPECT_EQ(0, scenario_healthy(s));
}

/*
 * The emulated controller has fewer interrupt vectors as long as it is offline, and
 * QEMU does not get over that.  So there is no way back to be tried here.
 */
TEST_F_TIMEOUT(disk, offline_there, 300)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, scenario_start_destination(s));
	ASSERT_EQ(0, disk_set_online(&s->disk, !s->here, false));
	migration = scenario_migration(s);
	ASSERT_EQ(0, scenario_quiesce(s));
	ASSERT_EQ(0, migration_begin(&migration));
	ASSERT_EQ(0, scenario_arrive(s, &migration));
	EXPECT_EQ(0, guest_must(guest_of(s), 30, SAYS, "unbind it and bind it",
				"reason"));
	EXPECT_EQ(0, migcap_wait(scenario_vf(s), "guest", "absent", PRESENT_MS));
}

TEST_F_TIMEOUT(disk_and_nic, with_nic, 400)
{
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, work(s));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	TH_LOG("no answer for %.0f ms",
	       ns_to_ms(gap_length(probe_longest_gap(s->probe, migration.asked,
						     now_ns()))));
	ASSERT_EQ(0, scenario_healthy(s));
	finish(_metadata, s);
}

TEST_HARNESS_MAIN
