// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does START or END reach the guest on the vector that it chose, and only there?
 *
 * Guarantees:
 *  - exactly the chosen vector is raised, once for START and once for END, and
 *    none while IRQ_ENABLE is clear;
 *  - the mailbox follows VFIO_DEVICE_SET_IRQS: other eventfds, ranges, single
 *    vectors taken away, all of them taken away;
 *  - a vector out of range or without an eventfd is counted and no error;
 *  - a SET_IRQS that fails has the errno of vfio-pci and leaves the mailbox;
 *  - vectors that the VMM triggers itself are raised as under vfio-pci.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <sys/eventfd.h>

#include "host.h"

#define MAX_VECTORS	32
#define TRIGGER		VFIO_IRQ_SET_ACTION_TRIGGER

FIXTURE(mailbox) {
	struct host_vf vf;
	unsigned int count;
	int fds[MAX_VECTORS];
	int others[MAX_VECTORS];
};

FIXTURE_VARIANT(mailbox) {
	uint32_t index;
};

FIXTURE_VARIANT_ADD(mailbox, msix) {
	.index = VFIO_PCI_MSIX_IRQ_INDEX,
};

FIXTURE_VARIANT_ADD(mailbox, msi) {
	.index = VFIO_PCI_MSI_IRQ_INDEX,
};

static void make_eventfds(int *fds)
{
	int i;

	for (i = 0; i < MAX_VECTORS; i++)
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

static int vector_count(struct host_vf *vf, uint32_t index)
{
	struct vfio_irq_info info;

	if (vfio_dev_irq_info(&vf->dev, index, &info) < 0)
		return 0;
	return info.count < MAX_VECTORS ? info.count : MAX_VECTORS;
}

FIXTURE_SETUP(mailbox)
{
	make_eventfds(self->fds);
	make_eventfds(self->others);
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	self->count = vector_count(&self->vf, variant->index);
	if (!self->count)
		SKIP(return, "the VF has no such interrupts");
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER |
				 MIGCAP_CTRL_IRQ_ENABLE));
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, variant->index, 0,
					   self->count, self->fds));
}

FIXTURE_TEARDOWN(mailbox)
{
	host_close(&self->vf);
}

/* The vectors raised since the last look; one raised twice sets bit 31. */
static uint32_t raised(const int *fds)
{
	uint32_t mask = 0;
	uint64_t times;
	int i;

	for (i = 0; i < MAX_VECTORS - 1; i++)
		if (read(fds[i], &times, sizeof(times)) == sizeof(times))
			mask |= (1U << i) | (times > 1 ? 1U << 31 : 0);
	return mask;
}

static int start(struct host_vf *vf)
{
	return host_attr_write(vf, "quiesce", "1");
}

static int end(struct host_vf *vf)
{
	return host_attr_write(vf, "quiesce", "0");
}

static void choose(struct host_vf *vf, unsigned int vector)
{
	guest_write(vf, MIGCAP_IRQ, vector);
}

TEST_F(mailbox, start_and_end_raise_the_chosen_vector)
{
	unsigned int v;
	long before;

	for (v = 0; v < self->count; v++) {
		choose(&self->vf, v);
		before = host_counter(&self->vf, "irq_raised");
		ASSERT_EQ(0, raised(self->fds));
		ASSERT_EQ(0, start(&self->vf));
		EXPECT_EQ(1U << v, raised(self->fds));
		ASSERT_EQ(0, end(&self->vf));
		EXPECT_EQ(1U << v, raised(self->fds));
		EXPECT_EQ(before + 2, host_counter(&self->vf, "irq_raised"));
	}
}

TEST_F(mailbox, vector_is_looked_up_when_it_is_raised)
{
	unsigned int last = self->count - 1;

	choose(&self->vf, 0);
	ASSERT_EQ(0, start(&self->vf));
	EXPECT_EQ(1U, raised(self->fds));
	choose(&self->vf, last);
	ASSERT_EQ(0, end(&self->vf));
	EXPECT_EQ(1U << last, raised(self->fds));
}

TEST_F(mailbox, nothing_while_disabled)
{
	long before = host_counter(&self->vf, "irq_disabled");

	guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER);
	ASSERT_EQ(0, start(&self->vf));
	ASSERT_EQ(0, end(&self->vf));
	EXPECT_EQ(0, raised(self->fds));
	EXPECT_EQ(before + 2, host_counter(&self->vf, "irq_disabled"));
}

static void expect_missed(struct __test_metadata *_metadata,
			  struct host_vf *vf, const int *fds)
{
	long before = host_counter(vf, "irq_missed");

	EXPECT_EQ(0, start(vf));
	EXPECT_EQ(MIGCAP_VMM_START, guest_read(vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(0, end(vf));
	EXPECT_EQ(0, raised(fds));
	EXPECT_EQ(before + 2, host_counter(vf, "irq_missed"));
}

TEST_F(mailbox, vector_out_of_range_is_counted)
{
	choose(&self->vf, self->count);
	expect_missed(_metadata, &self->vf, self->fds);
	choose(&self->vf, 255);
	expect_missed(_metadata, &self->vf, self->fds);
}

TEST_F(mailbox, vector_without_eventfd_is_counted)
{
	int none = -1;

	choose(&self->vf, self->count - 1);
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, variant->index,
					   self->count - 1, 1, &none));
	expect_missed(_metadata, &self->vf, self->fds);
}

TEST_F(mailbox, follows_other_eventfds)
{
	choose(&self->vf, 0);
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, variant->index, 0,
					   self->count, self->others));
	ASSERT_EQ(0, start(&self->vf));
	EXPECT_EQ(0, raised(self->fds));
	EXPECT_EQ(1U, raised(self->others));
}

TEST_F(mailbox, follows_a_range)
{
	unsigned int last = self->count - 1;

	if (!last)
		SKIP(return, "needs two vectors");
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, variant->index, last,
					   1, &self->others[last]));
	choose(&self->vf, last);
	ASSERT_EQ(0, start(&self->vf));
	EXPECT_EQ(0, raised(self->fds));
	EXPECT_EQ(1U << last, raised(self->others));
	choose(&self->vf, 0);
	ASSERT_EQ(0, end(&self->vf));
	EXPECT_EQ(1U, raised(self->fds));
	EXPECT_EQ(0, raised(self->others));
}

TEST_F(mailbox, nothing_once_all_are_taken_away)
{
	choose(&self->vf, 0);
	ASSERT_EQ(0, vfio_dev_irq_disable(&self->vf.dev, variant->index));
	expect_missed(_metadata, &self->vf, self->fds);

	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, variant->index, 0, 1,
					   self->others));
	ASSERT_EQ(0, start(&self->vf));
	EXPECT_EQ(1U, raised(self->others));
}

/* No vectors with eventfds are no vectors changed. */
TEST_F(mailbox, empty_set_changes_nothing)
{
	choose(&self->vf, 0);
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, variant->index, 0, 0,
					   NULL));
	ASSERT_EQ(0, start(&self->vf));
	EXPECT_EQ(1U, raised(self->fds));
}

TEST_F(mailbox, fewer_vectors_after_more)
{
	unsigned int last = self->count - 1;

	if (!last)
		SKIP(return, "needs two vectors");
	ASSERT_EQ(0, vfio_dev_irq_disable(&self->vf.dev, variant->index));
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, variant->index, 0, 1,
					   self->others));
	choose(&self->vf, last);
	expect_missed(_metadata, &self->vf, self->fds);
}

/* The driver holds the eventfd itself, not the VMM's descriptor. */
TEST_F(mailbox, descriptor_may_be_closed)
{
	int kept = dup(self->fds[0]);

	choose(&self->vf, 0);
	close(self->fds[0]);
	self->fds[0] = kept;
	ASSERT_EQ(0, start(&self->vf));
	EXPECT_EQ(1U, raised(self->fds));
}

TEST_F(mailbox, triggers_of_the_vmm)
{
	uint8_t bools[MAX_VECTORS] = { 0 };
	unsigned int last = self->count - 1;

	ASSERT_EQ(0, vfio_dev_set_irqs(&self->vf.dev, TRIGGER |
				       VFIO_IRQ_SET_DATA_NONE, variant->index,
				       last, 1, NULL, 0));
	EXPECT_EQ(1U << last, raised(self->fds));

	bools[0] = 1;
	ASSERT_EQ(0, vfio_dev_set_irqs(&self->vf.dev, TRIGGER |
				       VFIO_IRQ_SET_DATA_BOOL, variant->index,
				       0, self->count, bools, self->count));
	EXPECT_EQ(1U, raised(self->fds));

	choose(&self->vf, last);
	ASSERT_EQ(0, start(&self->vf));
	EXPECT_EQ(1U << last, raised(self->fds));
}

/* SET_IRQS that fail; @start and @count from the first vector that is none. */
struct bad_set {
	const char *what;
	uint32_t flags;
	int start;
	int count;
	bool past;	/* count from the end of the table */
	bool short_data;
	int fd;
};

#define EVENTFD	VFIO_IRQ_SET_DATA_EVENTFD

static const struct bad_set bad_sets[] = {
	{ "no such descriptor", TRIGGER | EVENTFD, 0, 1, .fd = 12345 },
	{ "no eventfd", TRIGGER | EVENTFD, 0, 1, .fd = STDIN_FILENO },
	{ "start behind the end", TRIGGER | EVENTFD, 0, 1, true },
	{ "range across the end", TRIGGER | EVENTFD, -1, 2, true },
	{ "count that wraps", TRIGGER | EVENTFD, 1, -1 },
	{ "two kinds of data", TRIGGER | EVENTFD | VFIO_IRQ_SET_DATA_BOOL,
	  0, 1 },
	{ "no kind of data", TRIGGER, 0, 1 },
	{ "no action", EVENTFD, 0, 1 },
	{ "mask", VFIO_IRQ_SET_ACTION_MASK | VFIO_IRQ_SET_DATA_NONE, 0, 1 },
	{ "unknown flag", TRIGGER | EVENTFD | (1U << 6), 0, 1 },
	{ "data too short", TRIGGER | EVENTFD, 0, 1, .short_data = true },
};

static int try_bad(struct host_vf *vf, uint32_t index, unsigned int count,
		   const struct bad_set *bad)
{
	int start = bad->start + (bad->past ? (int)count : 0);
	int fds[2] = { bad->fd, bad->fd };
	unsigned int n = bad->count > 0 ? bad->count : 1;

	return vfio_dev_set_irqs(&vf->dev, bad->flags, index, start, bad->count,
				 fds, bad->short_data ? 2 : n * sizeof(fds[0]));
}

static int try_bad_index(struct host_vf *vf, int fd)
{
	return vfio_dev_irq_eventfds(&vf->dev, VFIO_PCI_NUM_IRQS, 0, 1, &fd);
}

TEST_F(mailbox, failed_set_irqs_keeps_the_mailbox)
{
	int want[ARRAY_SIZE(bad_sets) + 1];
	unsigned int i;

	host_close(&self->vf);
	ASSERT_EQ(0, host_bind(host_vf_name, PLAIN_DRIVER));
	ASSERT_EQ(0, host_open_bound(&self->vf, host_vf_name));
	ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev, variant->index, 0,
					   self->count, self->fds));
	for (i = 0; i < ARRAY_SIZE(bad_sets); i++)
		want[i] = try_bad(&self->vf, variant->index, self->count,
				  &bad_sets[i]);
	want[i] = try_bad_index(&self->vf, self->fds[0]);
	host_close(&self->vf);

	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER |
				 MIGCAP_CTRL_IRQ_ENABLE));
	choose(&self->vf, 0);
	for (i = 0; i < ARRAY_SIZE(bad_sets); i++) {
		ASSERT_EQ(0, vfio_dev_irq_eventfds(&self->vf.dev,
						   variant->index, 0,
						   self->count, self->fds));
		EXPECT_EQ(want[i], try_bad(&self->vf, variant->index,
					   self->count, &bad_sets[i]))
			TH_LOG("%s", bad_sets[i].what);
		EXPECT_EQ(0, start(&self->vf));
		EXPECT_EQ(1U, raised(self->fds))
			TH_LOG("START after: %s", bad_sets[i].what);
		EXPECT_EQ(0, end(&self->vf));
		EXPECT_EQ(1U, raised(self->fds))
			TH_LOG("END after: %s", bad_sets[i].what);
	}
	EXPECT_EQ(want[i], try_bad_index(&self->vf, self->fds[0]));
}

HOST_TEST_MAIN
