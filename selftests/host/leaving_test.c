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

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/mig_states.h"
#include "host.h"
#include "trip.h"

#define ASKED_MS	20000

FIXTURE(leaving) {
	struct host_vf vf;
	struct trip_stream stream;
	pid_t unbinder;
	int asked;	/* the VMM, for the device */
	int fd;
};

#define LEAVING	FIXTURE_DATA(leaving)

FIXTURE_SETUP(leaving)
{
	self->fd = -1;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	self->asked = eventfd(0, EFD_CLOEXEC);
	ASSERT_LE(0, self->asked);
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev,
					   VFIO_PCI_REQ_IRQ_INDEX, 0, 1,
					   &self->asked));
	ASSERT_EQ(0, trip_begin(&self->vf));
}

FIXTURE_TEARDOWN(leaving)
{
	if (self->fd >= 0)
		close(self->fd);
	vfio_dev_close(&self->vf.dev);
	if (self->unbinder > 0)
		waitpid(self->unbinder, NULL, 0);
	close(self->asked);
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

static bool is_asked(LEAVING *self)
{
	struct pollfd pfd = { .fd = self->asked, .events = POLLIN };

	return !begin_to_unbind(self) &&
	       poll(&pfd, 1, stretch_ms(ASKED_MS)) == 1;
}

TEST_F(leaving, ends_a_migration_out)
{
	uint8_t bytes[256];

	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, &self->fd));
	ASSERT_TRUE(is_asked(self));
	EXPECT_GT(0, read(self->fd, bytes, sizeof(bytes)));
	EXPECT_EQ(ENODEV, errno);
	EXPECT_EQ(-ENODEV, atoi(host_attr(&self->vf, "last_error")));
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
	EXPECT_EQ(-ENODEV, vfio_mig_set(&self->vf.dev, PRE_COPY, NULL));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
}

TEST_F(leaving, ends_a_migration_in)
{
	ASSERT_EQ(0, host_stop_copy(&self->vf, &self->fd));
	ASSERT_EQ(0, trip_read(self->fd, &self->stream));
	close(self->fd);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, RESUMING, &self->fd));
	ASSERT_TRUE(is_asked(self));
	EXPECT_EQ(-ENODEV, vfio_mig_write_all(self->fd, self->stream.bytes,
					      self->stream.size,
					      self->stream.size));
	EXPECT_GT(0, vfio_mig_set(&self->vf.dev, RUNNING, NULL));
}

TEST_F(leaving, begins_none)
{
	ASSERT_TRUE(is_asked(self));
	EXPECT_EQ(-ENODEV, vfio_mig_set(&self->vf.dev, PRE_COPY, NULL));
	EXPECT_EQ(-ENODEV, vfio_mig_set(&self->vf.dev, RESUMING, NULL));
	EXPECT_EQ(0, guest_set_bus_master(&self->vf, true));
}

TEST_F(leaving, spares_what_was_read)
{
	ASSERT_EQ(0, host_stop_copy(&self->vf, &self->fd));
	ASSERT_EQ(0, trip_read(self->fd, &self->stream));
	ASSERT_TRUE(is_asked(self));
	EXPECT_EQ(0, trip_read(self->fd, &self->stream));
	EXPECT_EQ(0, vfio_mig_set(&self->vf.dev, STOP, NULL));
}

HOST_TEST_MAIN
