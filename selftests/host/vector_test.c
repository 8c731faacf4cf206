// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the extra MSI-X vector there for the guest and for nobody else?
 *
 * Guarantees:
 *  - with the operator's consent the table has one vector more, in Message
 *    Control at any width and in GET_IRQ_INFO, and nothing else differs;
 *  - the mailbox raises it like any other, however it got its eventfd;
 *  - the device's own vectors work beside it;
 *  - a device without it refuses the stream of a device with it.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <linux/pci_regs.h>

#include "host.h"

#define CONFIG_SIZE	256
#define MAX_VECTORS	32
#define MSIX		VFIO_PCI_MSIX_IRQ_INDEX
#define TRIGGER		VFIO_IRQ_SET_ACTION_TRIGGER
#define STREAM_SIZE	65536

FIXTURE(vector) {
	struct host_vf vf;
	uint8_t plain[CONFIG_SIZE];	/* without the extra vector */
	unsigned int msix;
	int extra;			/* its number: how many there are */
	int fds[MAX_VECTORS];
};

static int vector_count(struct host_vf *vf)
{
	struct vfio_irq_info info;

	return vfio_dev_irq_info(&vf->dev, MSIX, &info) < 0 ? -1 :
							     (int)info.count;
}

static int open_with_extra(struct host_vf *vf)
{
	int ret;

	vfio_dev_close(&vf->dev);
	ret = host_attr_write(vf, "extra_vector", "1");
	if (!ret)
		ret = host_open(vf, host_vf_name);
	if (!ret)
		ret = guest_start(vf, MIGCAP_CTRL_DRIVER |
				  MIGCAP_CTRL_IRQ_ENABLE);
	return ret;
}

FIXTURE_SETUP(vector)
{
	int i;

	for (i = 0; i < MAX_VECTORS; i++)
		self->fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER |
				 MIGCAP_CTRL_IRQ_ENABLE));
	self->extra = vector_count(&self->vf);
	self->msix = vfio_dev_find_cap(&self->vf.dev, PCI_CAP_ID_MSIX);
	if (self->extra < 1 || !self->msix)
		SKIP(return, "the VF has no MSI-X");
	vfio_dev_cfg_read(&self->vf.dev, 0, self->plain, CONFIG_SIZE);
	ASSERT_EQ(0, open_with_extra(&self->vf));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_IRQ, self->extra));
}

FIXTURE_TEARDOWN(vector)
{
	host_close(&self->vf);
}

static uint32_t raised(const int *fds)
{
	uint32_t mask = 0;
	uint64_t times;
	int i;

	for (i = 0; i < MAX_VECTORS; i++)
		if (read(fds[i], &times, sizeof(times)) == sizeof(times))
			mask |= 1U << i;
	return mask;
}

static void expect_start_raises(struct __test_metadata *_metadata,
				struct host_vf *vf, const int *fds,
				uint32_t mask)
{
	ASSERT_EQ(0, host_attr_write(vf, "quiesce", "1"));
	EXPECT_EQ(mask, raised(fds));
	ASSERT_EQ(0, host_attr_write(vf, "quiesce", "0"));
	EXPECT_EQ(mask, raised(fds));
}

TEST_F(vector, table_has_one_more)
{
	struct vfio_dev *dev = &self->vf.dev;
	unsigned int flags = self->msix + PCI_MSIX_FLAGS;

	EXPECT_EQ(self->extra + 1, vector_count(&self->vf));
	EXPECT_EQ(self->extra,
		  vfio_dev_cfg_read16(dev, flags) & PCI_MSIX_FLAGS_QSIZE);
	EXPECT_EQ(self->extra & 0xff, vfio_dev_cfg_read8(dev, flags));
	EXPECT_EQ(self->extra, (vfio_dev_cfg_read32(dev, self->msix) >> 16) &
			       PCI_MSIX_FLAGS_QSIZE);
}

TEST_F(vector, nothing_else_differs)
{
	uint8_t seen[CONFIG_SIZE];
	unsigned int flags = self->msix + PCI_MSIX_FLAGS, i;

	vfio_dev_cfg_read(&self->vf.dev, 0, seen, CONFIG_SIZE);
	for (i = 0; i < CONFIG_SIZE; i++) {
		if (i == flags || i == self->vf.cap + MIGCAP_IRQ)
			continue;
		EXPECT_EQ(self->plain[i], seen[i])
			TH_LOG("byte %#x", i);
	}
}

TEST_F(vector, raised_when_set_with_all)
{
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, 0,
					   self->extra + 1, self->fds));
	expect_start_raises(_metadata, &self->vf, self->fds,
			    1U << self->extra);
	guest_write(&self->vf, MIGCAP_IRQ, 0);
	expect_start_raises(_metadata, &self->vf, self->fds, 1U);
}

TEST_F(vector, raised_when_set_alone)
{
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, 0, self->extra,
					   self->fds));
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, self->extra, 1,
					   &self->fds[self->extra]));
	expect_start_raises(_metadata, &self->vf, self->fds,
			    1U << self->extra);
}

TEST_F(vector, taken_away)
{
	int none = -1;

	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, 0,
					   self->extra + 1, self->fds));
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, self->extra, 1,
					   &none));
	expect_start_raises(_metadata, &self->vf, self->fds, 0);
	ASSERT_EQ(0, vfio_dev_irq_disable(&self->vf.dev, MSIX));
	expect_start_raises(_metadata, &self->vf, self->fds, 0);
}

TEST_F(vector, own_vectors_work_beside_it)
{
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, 0,
					   self->extra + 1, self->fds));
	ASSERT_EQ(0, vfio_dev_set_irqs(&self->vf.dev, TRIGGER |
				       VFIO_IRQ_SET_DATA_NONE, MSIX, 0, 1,
				       NULL, 0));
	EXPECT_EQ(1U, raised(self->fds));
}

TEST_F(vector, triggered_by_the_vmm)
{
	uint8_t bools[MAX_VECTORS] = { 0 };

	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, 0,
					   self->extra + 1, self->fds));
	ASSERT_EQ(0, vfio_dev_set_irqs(&self->vf.dev, TRIGGER |
				       VFIO_IRQ_SET_DATA_NONE, MSIX,
				       self->extra, 1, NULL, 0));
	EXPECT_EQ(1U << self->extra, raised(self->fds));
	bools[self->extra] = 1;
	ASSERT_EQ(0, vfio_dev_set_irqs(&self->vf.dev, TRIGGER |
				       VFIO_IRQ_SET_DATA_BOOL, MSIX, 0,
				       self->extra + 1, bools,
				       self->extra + 1));
	EXPECT_EQ(1U << self->extra, raised(self->fds));
}

/* What is refused for a vector of the device is refused for this one too. */
TEST_F(vector, bad_requests)
{
	int bad[] = { 12345, STDIN_FILENO }, want;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, 0,
						   self->extra + 1,
						   self->fds));
		want = vfio_dev_irq_eventfds(&self->vf.dev, MSIX, 0, 1,
					     &bad[i]);
		EXPECT_GT(0, want);
		EXPECT_EQ(want, vfio_dev_irq_eventfds(&self->vf.dev, MSIX,
						      self->extra, 1,
						      &bad[i]));
		expect_start_raises(_metadata, &self->vf, self->fds,
				    1U << self->extra);
	}
	EXPECT_EQ(-EINVAL, vfio_dev_irq_eventfds(&self->vf.dev, MSIX,
						 self->extra + 1, 1,
						 self->fds));
	EXPECT_EQ(-EINVAL, vfio_dev_irq_eventfds(&self->vf.dev, MSIX,
						 self->extra, 2, self->fds));
	EXPECT_EQ(-EINVAL, vfio_dev_irq_eventfds(&self->vf.dev, MSIX, 0,
						 self->extra + 2, self->fds));
}

TEST_F(vector, stream_is_for_a_device_that_has_it)
{
	static uint8_t stream[STREAM_SIZE];
	size_t size;
	int fd, end;

	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_STOP_COPY,
				  &fd));
	size = vfio_mig_read_all(fd, stream, STREAM_SIZE, &end);
	ASSERT_EQ(0, end);
	close(fd);
	vfio_dev_close(&self->vf.dev);
	ASSERT_EQ(0, host_attr_write(&self->vf, "extra_vector", "0"));
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	EXPECT_EQ(self->extra, vector_count(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_RESUMING,
				  &fd));
	EXPECT_EQ(-EINVAL, vfio_mig_write_all(fd, stream, size, size));
	close(fd);
}

HOST_TEST_MAIN
