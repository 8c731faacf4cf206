// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a call that fails for want of memory, or at a copy to or from the user,
 * leave a device that works?
 *
 * Each call is made again and again, and each time the next of its allocations
 * and copies fails, until none is left.  Only on kernels with fault injection;
 * skipped on others.
 *
 * Guarantees, for open, SET_IRQS and every arc of SET_STATE:
 *  - the errno tells of memory or of a copy;
 *  - a call that succeeded has done all of its work, and one that failed can be
 *    made again;
 *  - the state is the old one, or the new one;
 *  - a whole migration is possible afterwards;
 *  - no file and no reference to the driver is left behind.
 */
#include <kselftest_harness.h>

#include <sys/eventfd.h>

#include "trial_fixture.h"
#include "../lib/failure.h"
#include "../lib/mig_states.h"

#define MAX_VECTORS	32

static int vectors[MAX_VECTORS];
static unsigned int nr_vectors;
static uint32_t from, to;

static int be_closed(struct trial *t)
{
	vfio_dev_close_fd(&t->vf.dev);
	return 0;
}

static int run_open(struct trial *t)
{
	return vfio_dev_open_fd(&t->vf.dev);
}

TEST_F_TIMEOUT(fault, open, 600)
{
	static const struct trial_call call = {
		"open", be_closed, run_open
	};

	EXPECT_EQ(0, trial_each(&self->trial, &call));
}

static unsigned int count_vectors(struct trial *t)
{
	struct vfio_irq_info info = { 0 };

	vfio_dev_irq_info(&t->vf.dev, VFIO_PCI_MSIX_IRQ_INDEX, &info);
	return info.count < MAX_VECTORS ? info.count : MAX_VECTORS;
}

static void make_vectors(struct trial *t)
{
	unsigned int i;

	nr_vectors = count_vectors(t);
	for (i = 0; i < nr_vectors; i++)
		vectors[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

/* One at first, so that the mailbox has to grow. */
static int first_vector(struct trial *t)
{
	int ret = vfio_dev_irq_disable(&t->vf.dev, VFIO_PCI_MSIX_IRQ_INDEX);

	/* In the first round there is nothing to disable. */
	if (ret && ret != -EINVAL)
		return ret;
	return vfio_dev_irq_eventfds(&t->vf.dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1,
				     vectors);
}

static int run_set_irqs(struct trial *t)
{
	return vfio_dev_irq_eventfds(&t->vf.dev, VFIO_PCI_MSIX_IRQ_INDEX, 0,
				     nr_vectors, vectors);
}

/* END reaches the guest on the last vector, the extra one if there is one. */
static int check_set_irqs(struct trial *t, int ret)
{
	uint64_t times = 0;

	if (ret)
		ret = run_set_irqs(t);
	if (!ret)
		ret = guest_write(&t->vf, MIGCAP_IRQ, nr_vectors - 1);
	if (!ret)
		ret = host_attr_write(&t->vf, "quiesce", "0");
	if (ret)
		return ret;
	if (read(vectors[nr_vectors - 1], &times, sizeof(times)) < 0 ||
	    times != 1)
		return failure(-EIO, "END did not raise the guest's vector");
	return 0;
}

static const struct trial_call set_irqs = {
	"set_irqs", first_vector, run_set_irqs, check_set_irqs
};

TEST_F_TIMEOUT(fault, set_irqs, 600)
{
	make_vectors(&self->trial);
	ASSERT_LT(1, nr_vectors);
	EXPECT_EQ(0, trial_each(&self->trial, &set_irqs));
}

static int be_in_from(struct trial *t)
{
	int ret = trial_set_state(t, from);

	if (ret || from != RESUMING)
		return ret;
	ret = vfio_mig_write_all(t->fd, t->whole.bytes, t->whole.size,
				 t->whole.size);
	return ret < 0 ? ret : 0;
}

static int run_arc(struct trial *t)
{
	return trial_set_state(t, to);
}

static int check_arc(struct trial *t, int ret)
{
	uint32_t state = vfio_mig_get(&t->vf.dev);

	if (state != to && (!ret || state != from))
		return failure(-EIO, "state is %s", mig_state_name(state));
	return run_arc(t);
}

TEST_F_TIMEOUT(fault, arcs, 1200)
{
	static const uint32_t arcs[][2] = {
		{ RESUMING, STOP }, { STOP, RESUMING }, { STOP, STOP_COPY },
		{ STOP_COPY, STOP }, { RUNNING, RUNNING_P2P },
		{ RUNNING_P2P, RUNNING }, { RUNNING_P2P, STOP },
		{ STOP, RUNNING_P2P }, { PRE_COPY, RUNNING },
		{ PRE_COPY, PRE_COPY_P2P }, { PRE_COPY_P2P, PRE_COPY },
		{ PRE_COPY_P2P, RUNNING_P2P }, { PRE_COPY_P2P, STOP_COPY },
		{ RUNNING, PRE_COPY }, { RUNNING_P2P, PRE_COPY_P2P },
	};
	char name[64];
	const struct trial_call call = {
		name, be_in_from, run_arc, check_arc
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(arcs); i++) {
		from = arcs[i][0];
		to = arcs[i][1];
		snprintf(name, sizeof(name), "%s -> %s", mig_state_name(from),
			 mig_state_name(to));
		EXPECT_EQ(0, trial_each(&self->trial, &call));
	}
}

HOST_TEST_MAIN
