// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the driver survive callers who all come at once?
 *
 * Threads do all that VMM, guest and operator can do, in no order, for a few
 * seconds, and what no VMM in its right mind would.  What each call answers is
 * not judged here.
 *
 * Guarantees:
 *  - a state that is RUNNING because of a reset has nothing of the state before;
 *  - nothing hangs: all threads come to an end;
 *  - afterwards a whole migration is possible;
 *  - no file and no reference to the driver is left behind;
 *  - the kernel has nothing to complain of, which who runs this looks at.
 */
#include <kselftest_harness.h>

#include <dirent.h>
#include <sys/eventfd.h>
#include <linux/pci_regs.h>

#include "../lib/hostile.h"
#include "crowd.h"
#include "race.h"
#include "trip.h"

#define TIME_MS		4000
#define MODULE		"/sys/module/" MIGCAP_DRIVER
#define CONFIG_SIZE	4096

FIXTURE(race) {
	struct race race;
	uint8_t config[CONFIG_SIZE];
	ssize_t config_size;
	long users;
	int files;
};

static long count_users(void)
{
	long users = -1;

	sysfs_read_number(MODULE, "refcnt", &users);
	return users;
}

static int count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int files = 0;

	while (dir && readdir(dir))
		files++;
	if (dir)
		closedir(dir);
	return files;
}

/*
 * An emulated device keeps what was written where no capability is, through
 * resets as well, and QEMU does not migrate between devices that differ there.
 */
static int restore_config(const char *bdf, const uint8_t *config, ssize_t size)
{
	uint8_t now[CONFIG_SIZE];
	int offset, ret = 0;

	if (host_phys_read(bdf, 0, now, sizeof(now)) != size)
		return -EIO;
	for (offset = PCI_STD_HEADER_SIZEOF; offset < size && !ret; offset++)
		if (now[offset] != config[offset])
			ret = host_phys_write(bdf, offset, config[offset]);
	return ret;
}

FIXTURE_SETUP(race)
{
	struct race *race = &self->race;

	race->vf = (struct host_vf)HOST_VF_CLOSED;
	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	self->users = count_users();
	self->files = count_files();
	ASSERT_EQ(0, host_open(&race->vf, host_vf_name));
	self->config_size = host_phys_read(race->vf.bdf, 0, self->config,
					   CONFIG_SIZE);
	ASSERT_LE(PCI_STD_HEADER_SIZEOF, self->config_size);
	race->vectors[0] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	race->vectors[1] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	race_park(RACE_DATA_FD);
	ASSERT_EQ(RACE_DEVICE_FD, dup2(race->vf.dev.fd, RACE_DEVICE_FD));
	race->shared = race->vf.dev;
	race->shared.fd = RACE_DEVICE_FD;
}

FIXTURE_TEARDOWN(race)
{
	close(RACE_DATA_FD);
	close(RACE_DEVICE_FD);
	close(self->race.vectors[0]);
	close(self->race.vectors[1]);
	host_close(&self->race.vf);
	EXPECT_EQ(0, restore_config(self->race.vf.bdf, self->config,
				    self->config_size));
	EXPECT_EQ(self->users, count_users());
	EXPECT_EQ(self->files, count_files());
}

/*
 * The crowd may have begun the migration of a stopped VM, and have used the device
 * since.  The driver has to refuse that one.  Then it is over.
 */
static void end_what_was_begun(struct host_vf *vf)
{
	vfio_dev_reset(&vf->dev);
	vfio_mig_set(&vf->dev, VFIO_DEVICE_STATE_STOP_COPY, NULL);
}

#define MEMBER(act_)		{ .name = #act_, .act = act_ }
#define SLOW_MEMBER(act_, ms)	{ .name = #act_, .act = act_, .pause_ms = ms }

/* A reset takes a hundred times as long as most else, and locks it out. */
TEST_F_TIMEOUT(race, one_open_device, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(vmm_sets_states), MEMBER(vmm_reads), MEMBER(vmm_writes),
		MEMBER(vmm_asks), MEMBER(vmm_sets_irqs), MEMBER(guest_writes),
		MEMBER(guest_reads), MEMBER(operator_acts),
		SLOW_MEMBER(vmm_resets, 200), SLOW_MEMBER(guest_resets, 300),
		MEMBER(vmm_logs),
	};
	int count = ARRAY_SIZE(members);

	if (!host_logs_dma(&self->race.vf))
		count--;
	ASSERT_EQ(0, crowd_run(members, count, &self->race, TIME_MS));
	end_what_was_begun(&self->race.vf);
	EXPECT_EQ(0, trip_round(&self->race.vf));
}

/* It may come at any point of a step, but takes a hundred milliseconds. */
TEST_F_TIMEOUT(race, reset_overtakes_a_step, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(vmm_begins_and_gives_up), MEMBER(vmm_resets),
	};

	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members),
			       &self->race, TIME_MS));
	EXPECT_EQ(0, self->race.stuck);
	EXPECT_EQ(0, trip_round(&self->race.vf));
}

TEST_F_TIMEOUT(race, open_and_close, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(vmm_sets_states), MEMBER(vmm_reads),
		MEMBER(vmm_sets_irqs), MEMBER(guest_writes),
		MEMBER(operator_acts), SLOW_MEMBER(vmm_comes_and_goes, 50),
	};

	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members),
			       &self->race, TIME_MS));
	EXPECT_EQ(0, trip_round(&self->race.vf));
}

/* All that there is, but for the operator, who is never hostile. */
TEST_F_TIMEOUT(race, hostile_vmm, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(garbage_features), MEMBER(garbage_irqs),
		MEMBER(garbage_cap_info), MEMBER(garbage_config),
		MEMBER(garbage_data_file), MEMBER(garbage_regions),
		MEMBER(garbage_mappings), MEMBER(garbage_power),
		MEMBER(garbage_ioctls), MEMBER(vmm_sets_states),
		MEMBER(vmm_reads), MEMBER(vmm_writes), MEMBER(guest_writes),
		MEMBER(operator_acts), SLOW_MEMBER(vmm_resets, 300),
		SLOW_MEMBER(vmm_comes_and_goes, 300), MEMBER(garbage_logs),
	};
	struct race *race = &self->race;
	int count = ARRAY_SIZE(members);

	ASSERT_EQ(0, race_garbage_memory(race));
	if (!host_logs_dma(&race->vf))
		count--;
	ASSERT_EQ(0, crowd_run(members, count, race, 2 * TIME_MS));
	/* Its mappings are not those of a VMM any more. */
	close(RACE_DEVICE_FD);
	host_close(&race->vf);
	ASSERT_EQ(0, host_open(&race->vf, host_vf_name));
	EXPECT_EQ(0, trip_round(&race->vf));
}

TEST_F_TIMEOUT(race, unbind, hostile_limit(120))
{
	struct crowd_member members[] = {
		MEMBER(vmm_lives), SLOW_MEMBER(operator_rebinds, 100),
		MEMBER(operator_acts), SLOW_MEMBER(operator_resets, 100),
	};

	close(RACE_DEVICE_FD);
	host_close(&self->race.vf);
	ASSERT_EQ(0, crowd_run(members, ARRAY_SIZE(members),
			       &self->race, TIME_MS));
	ASSERT_EQ(0, host_open(&self->race.vf, host_vf_name));
	EXPECT_EQ(0, trip_round(&self->race.vf));
}

HOST_TEST_MAIN
