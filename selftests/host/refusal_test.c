// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a refusal reach those who wait for it?
 *
 * Guarantees:
 *  - poll() on last_error wakes at each refusal, also one of the same text;
 *  - last_error says when it was, and whether a migration has begun since;
 *  - nothing of it is in the kernel log unless log_refusals is set;
 *  - then it is, with the name of the device, and it outlives the binding;
 *  - a VMM that is refused again and again cannot fill the log.
 */
#define _GNU_SOURCE
#include <kselftest_harness.h>

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "../lib/mig_states.h"
#include "host.h"

#define PARAMETERS	"/sys/module/" MIGCAP_DRIVER "/parameters"
#define WAKE_MS		5000
#define FLOOD		300
#define FLOOD_SEEN_MAX	(FLOOD / 3)
#define CTRL		(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)

FIXTURE(refusal) {
	struct host_vf vf;
	char option[SYSFS_VALUE_MAX];
	int kmsg;
};

FIXTURE_SETUP(refusal)
{
	ASSERT_EQ(0, sysfs_read(PARAMETERS, "log_refusals", self->option,
				sizeof(self->option)));
	self->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->kmsg);
	lseek(self->kmsg, 0, SEEK_END);
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, 0));
}

FIXTURE_TEARDOWN(refusal)
{
	sysfs_write(PARAMETERS, "log_refusals", self->option);
	close(self->kmsg);
	host_close(&self->vf);
}

/* Nobody is in the guest. */
static int refuse(struct host_vf *vf)
{
	return host_attr_write(vf, "quiesce", "1");
}

/* Lines with @text since the last call; those that were lost count as well. */
static int logged(int kmsg, const char *text)
{
	char line[8192];
	int count = 0;
	ssize_t len;

	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0 ||
	       (len < 0 && errno == EPIPE)) {
		line[len > 0 ? len : 0] = 0;
		count += len < 0 || strstr(line, text);
	}
	return count;
}

static bool wakes(struct pollfd *pfd)
{
	char value[SYSFS_VALUE_MAX];
	int ret;

	ret = poll(pfd, 1, stretch_ms(WAKE_MS));
	if (ret != 1 || !(pfd->revents & POLLPRI))
		return false;
	return pread(pfd->fd, value, sizeof(value), 0) > 0;
}

TEST_F(refusal, wakes_those_who_poll)
{
	char path[SYSFS_PATH_MAX], dir[PCI_DIR_SIZE], value[SYSFS_VALUE_MAX];
	struct pollfd pfd = { .events = POLLPRI };
	int turn;

	snprintf(path, sizeof(path), "%s/migcap/last_error",
		 pci_dir(host_vf_name, dir));
	pfd.fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, pfd.fd);
	ASSERT_LT(0, pread(pfd.fd, value, sizeof(value), 0));
	EXPECT_EQ(0, poll(&pfd, 1, 0));
	for (turn = 0; turn < 2; turn++) {
		EXPECT_EQ(-EOPNOTSUPP, refuse(&self->vf));
		EXPECT_TRUE(wakes(&pfd))
			TH_LOG("refusal %d", turn);
	}
	close(pfd.fd);
}

/* The seconds of the clock at which last_error says that it was, or -1. */
static time_t said_when(struct host_vf *vf)
{
	const char *when = strrchr(host_attr(vf, "last_error"), '(');
	struct tm tm = {};

	if (!when || !strptime(when, "(%Y-%m-%d %H:%M:%S UTC,", &tm))
		return -1;
	return timegm(&tm);
}

static bool says(struct host_vf *vf, const char *text)
{
	return strstr(host_attr(vf, "last_error"), text);
}

TEST_F(refusal, tells_when_it_was)
{
	time_t begin = time(NULL);

	ASSERT_EQ(0, host_reopen(&self->vf));
	ASSERT_EQ(0, guest_start(&self->vf, 0));
	EXPECT_EQ(-EOPNOTSUPP, refuse(&self->vf));
	EXPECT_LE(begin, said_when(&self->vf));
	EXPECT_GE(time(NULL), said_when(&self->vf));
	EXPECT_TRUE(says(&self->vf, "no migration yet"));
	ASSERT_EQ(-EOPNOTSUPP, vfio_mig_set(&self->vf.dev, PRE_COPY, NULL));
	EXPECT_TRUE(says(&self->vf, "since the last migration began"));
	ASSERT_EQ(0, guest_start(&self->vf, CTRL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, PRE_COPY, NULL));
	EXPECT_TRUE(says(&self->vf, "before the last migration"));
}

TEST_F(refusal, is_not_logged_unasked)
{
	ASSERT_EQ(0, sysfs_write(PARAMETERS, "log_refusals", "0"));
	logged(self->kmsg, "");
	EXPECT_EQ(-EOPNOTSUPP, refuse(&self->vf));
	EXPECT_EQ(0, logged(self->kmsg, "refused"));
}

TEST_F(refusal, outlives_the_binding_in_the_log)
{
	char line[SYSFS_VALUE_MAX];

	ASSERT_EQ(0, sysfs_write(PARAMETERS, "log_refusals", "1"));
	EXPECT_EQ(-EOPNOTSUPP, refuse(&self->vf));
	snprintf(line, sizeof(line), "%s: refused: %s", host_vf_name,
		 host_attr(&self->vf, "last_error"));
	*strstr(line, " (") = 0;
	ASSERT_EQ(0, host_reopen(&self->vf));
	EXPECT_STREQ("none", host_attr(&self->vf, "last_error"));
	EXPECT_EQ(1, logged(self->kmsg, line))
		TH_LOG("looked for '%s'", line);
}

TEST_F(refusal, does_not_flood_the_log)
{
	int turn, count;

	ASSERT_EQ(0, sysfs_write(PARAMETERS, "log_refusals", "1"));
	for (turn = 0; turn < FLOOD; turn++) {
		ASSERT_EQ(-EOPNOTSUPP, refuse(&self->vf))
			TH_LOG("turn %d", turn);
	}
	count = logged(self->kmsg, "refused: ");
	EXPECT_GT(FLOOD_SEEN_MAX, count);
}

HOST_TEST_MAIN
