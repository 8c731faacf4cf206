// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the devices of one VM go down together, and not for each other's sake?
 *
 * Two VFs are opened by one VMM, which tells of a migration of both.
 *
 * Guarantees:
 *  - once one guest driver is asked, so is the other, at the VMM's next call;
 *  - one that is READY has its device back after a tenth of ready_timeout_ms if
 *    the other one is not, once; it is asked again when the other one is READY or
 *    is to be cut off, and stays READY then;
 *  - one that was quiesced ahead has nobody asked early, and does not give way;
 *  - another VMM's device has no part in that.
 */
#include <kselftest_harness.h>

#include <signal.h>
#include <sys/wait.h>

#include "../lib/mig_states.h"
#include "host.h"

#define CTRL		(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)
#define TIMEOUT		"4000"
#define YIELD_MS	400
#define PATIENCE_MS	10000

struct device {
	struct host_vf vf;
	int fd;
};

FIXTURE(siblings) {
	struct device a, b;
};

static int open_device(struct device *d, const char *bdf)
{
	int ret;

	d->fd = -1;
	ret = host_open(&d->vf, bdf);
	if (!ret)
		ret = host_attr_write(&d->vf, "ready_timeout_ms", TIMEOUT);
	return ret ? ret : guest_start(&d->vf, CTRL);
}

static void close_device(struct device *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
	host_close(&d->vf);
}

FIXTURE_SETUP(siblings)
{
	self->a = (struct device){ HOST_VF_CLOSED, -1 };
	self->b = self->a;
	if (!host_vf2_name)
		SKIP(return, "needs a second VF: MIGCAP_VF2");
	ASSERT_EQ(0, open_device(&self->a, host_vf_name));
	ASSERT_EQ(0, open_device(&self->b, host_vf2_name));
}

FIXTURE_TEARDOWN(siblings)
{
	close_device(&self->a);
	close_device(&self->b);
}

static int precopy(struct device *d)
{
	return vfio_mig_set(&d->vf.dev, PRE_COPY, &d->fd);
}

static bool is_asked(struct device *d)
{
	return guest_read(&d->vf, MIGCAP_VMM_STATUS) == MIGCAP_VMM_START;
}

static int answer(struct device *d, uint8_t status)
{
	return guest_write(&d->vf, MIGCAP_VF_STATUS, status);
}

/* What a VMM does all the time. */
static int read_some(struct device *d)
{
	uint8_t bytes[4096];

	return read(d->fd, bytes, sizeof(bytes)) < 0 ? -errno : 0;
}

static int read_to_end(struct device *d)
{
	uint8_t bytes[65536];
	int end;

	vfio_mig_read_all(d->fd, bytes, sizeof(bytes), &end);
	return end;
}

/* Read until @d is asked. */
static bool comes_to_be_asked(struct device *d)
{
	long long begin = now_ns();

	do {
		if (is_asked(d))
			return true;
		read_some(d);
		sleep_ms(1);
	} while (now_ns() - begin < PATIENCE_MS * NSEC_PER_MSEC);
	return false;
}

static int begin_both(struct device *a, struct device *b)
{
	int ret = precopy(a);

	if (!ret)
		ret = precopy(b);
	return ret ? ret : host_ask(&a->vf);
}

TEST_F(siblings, asked_together)
{
	ASSERT_EQ(0, begin_both(&self->a, &self->b));
	EXPECT_FALSE(is_asked(&self->b));
	EXPECT_EQ(0, read_some(&self->b));	/* the head */
	read_some(&self->b);
	EXPECT_TRUE(is_asked(&self->b));
}

static void yield(struct __test_metadata *_metadata, struct device *a,
		  struct device *b)
{
	long yields = host_counter(&a->vf, "yields");

	ASSERT_EQ(0, begin_both(a, b));
	ASSERT_TRUE(comes_to_be_asked(b));
	ASSERT_EQ(0, answer(a, MIGCAP_VF_READY));
	EXPECT_TRUE(host_attr_becomes(&a->vf, "guest", "standing", PATIENCE_MS));
	EXPECT_EQ(yields + 1, host_counter(&a->vf, "yields"));
	ASSERT_EQ(0, answer(a, MIGCAP_VF_WAIT));
	EXPECT_TRUE(host_phys_bus_master(a->vf.bdf));
	/* It is left alone as long as the other one is silent. */
	EXPECT_EQ(-ENOMSG, read_to_end(a));
	EXPECT_EQ(-ETIME, host_ask(&a->vf));
	EXPECT_TRUE(is_asked(b));
}

TEST_F(siblings, gives_way_once)
{
	struct device *a = &self->a, *b = &self->b;

	yield(_metadata, a, b);
	ASSERT_EQ(0, answer(b, MIGCAP_VF_READY));
	ASSERT_TRUE(comes_to_be_asked(a));
	/* Now it is the other one that waits, and gives way. */
	EXPECT_TRUE(host_attr_becomes(&b->vf, "guest", "standing", PATIENCE_MS));
	ASSERT_EQ(0, answer(b, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, answer(a, MIGCAP_VF_READY));
	ASSERT_TRUE(comes_to_be_asked(b));
	sleep_ms(2 * YIELD_MS);
	EXPECT_TRUE(is_asked(a));
	ASSERT_EQ(0, answer(b, MIGCAP_VF_READY));
	sleep_ms(2 * YIELD_MS);
	EXPECT_EQ(-ENOMSG, read_to_end(a));
	EXPECT_EQ(-ENOMSG, read_to_end(b));
	ASSERT_EQ(0, vfio_mig_set(&a->vf.dev, STOP_COPY, NULL));
	ASSERT_EQ(0, vfio_mig_set(&b->vf.dev, STOP_COPY, NULL));
	EXPECT_EQ(0, read_to_end(a));
	EXPECT_EQ(0, read_to_end(b));
}

TEST_F(siblings, the_silent_one_fails)
{
	struct device *a = &self->a, *b = &self->b;
	int ret;

	yield(_metadata, a, b);
	do {
		ret = read_some(b);
	} while (!ret);
	EXPECT_EQ(-ETIMEDOUT, ret);
	EXPECT_EQ(-ENOMSG, read_to_end(a));
	EXPECT_FALSE(is_asked(a));
	ASSERT_EQ(0, vfio_mig_set(&b->vf.dev, RUNNING, NULL));
	ASSERT_EQ(0, vfio_mig_set(&a->vf.dev, RUNNING, NULL));
	EXPECT_STREQ("present", host_attr(&a->vf, "guest"));
}

TEST_F(siblings, the_silent_one_is_cut_off)
{
	struct device *a = &self->a, *b = &self->b;
	long timeouts = host_counter(&b->vf, "timeouts");

	if (!host_logs_dma(&b->vf))
		SKIP(return, "this kernel cannot log DMA");
	ASSERT_EQ(0, host_attr_write(&b->vf, "on_timeout", "force"));
	yield(_metadata, a, b);
	ASSERT_TRUE(comes_to_be_asked(a));
	EXPECT_EQ(timeouts + 1, host_counter(&b->vf, "timeouts"));
	ASSERT_EQ(0, answer(a, MIGCAP_VF_READY));
	sleep_ms(2 * YIELD_MS);
	EXPECT_EQ(-ENOMSG, read_to_end(a));
	EXPECT_EQ(-ENOMSG, read_to_end(b));
	EXPECT_TRUE(is_asked(a));
}

TEST_F(siblings, quiesced_ahead)
{
	struct device *a = &self->a, *b = &self->b;

	ASSERT_EQ(0, host_quiesce(&a->vf));
	ASSERT_EQ(0, precopy(a));
	ASSERT_EQ(0, precopy(b));
	EXPECT_EQ(-ENOMSG, read_to_end(b));
	EXPECT_FALSE(is_asked(b));
	ASSERT_EQ(0, host_ask(&b->vf));
	sleep_ms(2 * YIELD_MS);
	EXPECT_EQ(-ENOMSG, read_to_end(a));
	EXPECT_TRUE(is_asked(a));
}

/* Until it is killed. */
static pid_t hold_elsewhere(struct device *d)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (!open_device(d, host_vf2_name) && !precopy(d) && !host_ask(&d->vf))
		pause();
	_exit(1);
}

TEST_F(siblings, of_another_vmm)
{
	struct device *a = &self->a;
	struct host_vf *b = &self->b.vf;
	pid_t pid;

	host_close(b);
	pid = hold_elsewhere(&self->b);
	ASSERT_LT(0, pid);
	b->bdf = host_vf2_name;
	ASSERT_TRUE(host_attr_becomes(b, "quiesce", "asked", PATIENCE_MS));
	ASSERT_EQ(0, precopy(a));
	EXPECT_EQ(-ENOMSG, read_to_end(a));
	EXPECT_FALSE(is_asked(a));
	ASSERT_EQ(0, host_ask(&a->vf));
	ASSERT_EQ(0, answer(a, MIGCAP_VF_READY));
	EXPECT_EQ(-ENOMSG, read_to_end(a));
	sleep_ms(2 * YIELD_MS);
	EXPECT_STREQ("asked", host_attr(b, "quiesce"));
	EXPECT_STREQ("ready", host_attr(&a->vf, "guest"));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

HOST_TEST_MAIN
