// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that is unbound (or whose sriov_numvfs is set to 0) while a VMM has it.
 *
 * Guarantees:
 *  - a migration that is under way, in or out, fails with -ENODEV and a reason, and
 *    the VMM is asked for the device: whoever unbinds does not wait for its end;
 *  - none begins any more, and the device can be used until the VMM closes it;
 *  - one that the VMM has read to its end is not harmed.
 */
#include <kselftest_harness.h>

#include <sys/wait.h>
#include <unistd.h>

#include "../lib/mig_states.h"
#include "host.h"
#include "trip.h"

#define TOLD_MS		20000

FIXTURE(leaving) {
	struct host_vf vf;
	struct trip_stream stream;
	pid_t unbinder;
	int fd;
};

#define LEAVING	FIXTURE_DATA(leaving)

FIXTURE_SETUP(leaving)
{
	self->fd = -1;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, trip_begin(&self->vf));
}

FIXTURE_TEARDOWN(leaving)
{
	if (self->fd >= 0)
		close(self->fd);
	vfio_dev_close(&self->vf.dev);
	if (self->unbinder > 0)
		waitpid(self->unbinder, NULL, 0);
	host_close(&self->vf);
}

/*
 * By another program, which has none of our files open: who waits for the device to
 * be closed must not be who keeps it open.
 */
static int begin_to_unbind(LEAVING *self)
{
	char line[PCI_DIR_SIZE + sizeof("/driver/unbind")], dir[PCI_DIR_SIZE];

	snprintf(line, sizeof(line), "%s/driver/unbind",
		 pci_dir(host_vf_name, dir));
	self->unbinder = fork();
	if (self->unbinder)
		return self->unbinder < 0 ? -errno : 0;
	execlp("sh", "sh", "-c", "exec echo $0 >$1", host_vf_name, line, NULL);
	_exit(1);
}

/* Refuses a migration at last, as a device does that is about to go. */
static bool is_told(LEAVING *self)
{
	long long deadline = deadline_in(TOLD_MS);
	int ret;

	while (ms_until(deadline)) {
		ret = vfio_mig_set(&self->vf.dev, PRE_COPY, NULL);
		if (ret)
			return ret == -ENODEV;
		vfio_mig_set(&self->vf.dev, RUNNING, NULL);
		sleep_ms(10);
	}
	return false;
}

/* What ends the reads, or 0. */
static int read_until_error(LEAVING *self)
{
	long long deadline = deadline_in(TOLD_MS);
	uint8_t bytes[256];

	while (ms_until(deadline)) {
		if (read(self->fd, bytes, sizeof(bytes)) < 0 && errno != ENOMSG)
			return -errno;
		sleep_ms(10);
	}
	return 0;
}

static int write_until_error(LEAVING *self)
{
	long long deadline = deadline_in(TOLD_MS);
	size_t i;

	for (i = 0; i < self->stream.size && ms_until(deadline); i++) {
		if (write(self->fd, self->stream.bytes + i, 1) < 0)
			return -errno;
		sleep_ms(TOLD_MS / 4 / self->stream.size);
	}
	return 0;
}

TEST_F(leaving, ends_a_migration_out)
{
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_EQ(0, begin_to_unbind(self));
	EXPECT_EQ(-ENODEV, read_until_error(self));
	EXPECT_EQ(-ENODEV, atoi(host_attr(&self->vf, "last_error")));
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_TRUE(is_told(self));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
}

TEST_F(leaving, ends_a_migration_in)
{
	ASSERT_EQ(0, host_stop_copy(&self->vf, &self->fd));
	ASSERT_EQ(0, trip_read(self->fd, &self->stream));
	close(self->fd);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RESUMING, &self->fd));
	ASSERT_EQ(0, begin_to_unbind(self));
	EXPECT_EQ(-ENODEV, write_until_error(self));
	EXPECT_GT(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
}

TEST_F(leaving, begins_none)
{
	ASSERT_EQ(0, begin_to_unbind(self));
	EXPECT_TRUE(is_told(self));
	EXPECT_EQ(0, guest_set_bus_master(&self->vf, true));
}

TEST_F(leaving, spares_what_was_read)
{
	ASSERT_EQ(0, host_stop_copy(&self->vf, &self->fd));
	ASSERT_EQ(0, trip_read(self->fd, &self->stream));
	ASSERT_EQ(0, begin_to_unbind(self));
	sleep_ms(stretch_ms(500));
	EXPECT_EQ(0, trip_read(self->fd, &self->stream));
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
}

HOST_TEST_MAIN
