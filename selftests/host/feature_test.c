// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the migration features and the data fd's ioctl answer by the VFIO uAPI,
 * also what is malformed?
 *
 * Guarantees:
 *  - flags are STOP_COPY, P2P and PRE_COPY;
 *  - a short argsz, an unknown flag, GET with SET, SET of what can only be read
 *    are EINVAL, an unknown feature is ENOTTY, and no state changes;
 *  - MIG_DATA_SIZE is never less than what STOP_COPY then gives;
 *  - debugfs tells the state and the features where the kernel has them there;
 *  - PRECOPY_INFO answers in the PRE_COPY states only, and its initial_bytes
 *    come to zero together with the data.
 */
#include <kselftest_harness.h>

#include <sys/ioctl.h>

#include "host.h"

#define GET	VFIO_DEVICE_FEATURE_GET
#define SET	VFIO_DEVICE_FEATURE_SET
#define PROBE	VFIO_DEVICE_FEATURE_PROBE
#define HEADER	sizeof(struct vfio_device_feature)
#define STREAM_SIZE	65536

FIXTURE(feature) {
	struct host_vf vf;
	uint8_t stream[STREAM_SIZE];
	int fd;
};

FIXTURE_SETUP(feature)
{
	self->fd = -1;
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
}

FIXTURE_TEARDOWN(feature)
{
	if (self->fd >= 0)
		close(self->fd);
	host_close(&self->vf);
}

TEST_F(feature, flags)
{
	uint64_t flags;

	ASSERT_EQ(0, vfio_mig_flags(&self->vf.dev, &flags));
	EXPECT_EQ(VFIO_MIGRATION_STOP_COPY | VFIO_MIGRATION_P2P |
		  VFIO_MIGRATION_PRE_COPY, flags);
}

static const struct {
	uint32_t feature;
	uint32_t ops;
	size_t size;
} features[] = {
	{ VFIO_DEVICE_FEATURE_MIGRATION, GET,
	  sizeof(struct vfio_device_feature_migration) },
	{ VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE, GET | SET,
	  sizeof(struct vfio_device_feature_mig_state) },
	{ VFIO_DEVICE_FEATURE_MIG_DATA_SIZE, GET,
	  sizeof(struct vfio_device_feature_mig_data_size) },
};

TEST_F(feature, probes)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		uint32_t f = features[i].feature, ops = features[i].ops;

		EXPECT_EQ(0, vfio_dev_feature(&self->vf.dev, f | PROBE, NULL,
					      0));
		EXPECT_EQ(0, vfio_dev_feature(&self->vf.dev, f | PROBE | GET,
					      NULL, 0));
		EXPECT_EQ(ops & SET ? 0 : -EINVAL,
			  vfio_dev_feature(&self->vf.dev, f | PROBE | SET,
					   NULL, 0));
		EXPECT_EQ(ops & SET ? 0 : -EINVAL,
			  vfio_dev_feature(&self->vf.dev,
					   f | PROBE | SET | GET, NULL, 0));
	}
}

TEST_F(feature, malformed)
{
	uint8_t data[64] = { VFIO_DEVICE_STATE_STOP };
	struct vfio_dev *dev = &self->vf.dev;
	unsigned int i;
	uint32_t argsz;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		uint32_t f = features[i].feature, ops = features[i].ops;
		size_t size = features[i].size;

		for (argsz = 0; argsz < HEADER + size; argsz++) {
			EXPECT_EQ(-EINVAL,
				  vfio_dev_feature_argsz(dev, f | GET, data,
							 sizeof(data), argsz));
			EXPECT_EQ(-EINVAL,
				  vfio_dev_feature_argsz(dev, f | SET, data,
							 sizeof(data), argsz));
		}
		EXPECT_EQ(-EINVAL, vfio_dev_feature(dev, f | GET | SET, data,
						    size));
		EXPECT_EQ(-EINVAL, vfio_dev_feature(dev, f | GET | (1U << 19),
						    data, size));
		EXPECT_EQ(-EINVAL, vfio_dev_feature(dev, f, data, size));
		if (!(ops & SET))
			EXPECT_EQ(-EINVAL, vfio_dev_feature(dev, f | SET, data,
							    size));
	}
	EXPECT_EQ(-ENOTTY, vfio_dev_feature(dev, 0xfff0 | GET, data, 8));
	EXPECT_EQ(-ENOTTY, vfio_dev_feature(dev, 0xfff0 | PROBE, data, 8));
	EXPECT_EQ(VFIO_DEVICE_STATE_RUNNING, vfio_mig_get(dev));
}

TEST_F(feature, bad_pointer)
{
	EXPECT_EQ(-1, ioctl(self->vf.dev.fd, VFIO_DEVICE_FEATURE, NULL));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(feature, unknown_ioctls)
{
	int nr;

	for (nr = 40; nr < 50; nr++) {
		EXPECT_EQ(-1, ioctl(self->vf.dev.fd,
				    _IO(VFIO_TYPE, VFIO_BASE + nr), NULL));
		EXPECT_EQ(ENOTTY, errno);
	}
}

/* Either all three are there, or none is. */
TEST_F(feature, dma_logging_is_whole)
{
	static const uint32_t logging[] = {
		VFIO_DEVICE_FEATURE_DMA_LOGGING_START | SET,
		VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP | SET,
		VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT | GET,
	};
	int first = vfio_dev_feature(&self->vf.dev, logging[0] | PROBE, NULL,
				     0);
	unsigned int i;

	EXPECT_TRUE(!first || first == -ENOTTY);
	for (i = 0; i < ARRAY_SIZE(logging); i++) {
		EXPECT_EQ(first, vfio_dev_feature(&self->vf.dev,
						  logging[i] | PROBE, NULL,
						  0));
	}
}

#define DEBUGFS	"/sys/kernel/debug/vfio"

/* A file that vfio core has for each device that can migrate. */
static const char *debugfs(const char *attr)
{
	static char text[256];
	char dir[128];
	int err;

	snprintf(dir, sizeof(dir), DEBUGFS "/%s/migration", host_vf_name);
	err = sysfs_read(dir, attr, text, sizeof(text));
	return err ? strerror(-err) : text;
}

TEST_F(feature, debugfs_is_right)
{
	if (access(DEBUGFS, F_OK))
		SKIP(return, "no debugfs of VFIO");
	EXPECT_STREQ("RUNNING", debugfs("state"));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_PRE_COPY,
				  &self->fd));
	EXPECT_STREQ("PRE_COPY", debugfs("state"));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_STOP_COPY,
				  NULL));
	EXPECT_STREQ("STOP_COPY", debugfs("state"));
	/* This one came later than the other. */
	if (strcmp(debugfs("features"), strerror(ENOENT)))
		EXPECT_STREQ(host_logs_dma(&self->vf) ?
			     "stop-copy\np2p\npre-copy\ndirty-tracking" :
			     "stop-copy\np2p\npre-copy", debugfs("features"));
}

TEST_F(feature, data_size_bounds_what_is_read)
{
	uint64_t before, during;
	size_t size;
	int end;

	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &before));
	EXPECT_NE(0, before);
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, host_stop_copy(&self->vf, &self->fd));
	ASSERT_EQ(0, vfio_mig_data_size(&self->vf.dev, &during));
	size = vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE, &end);
	EXPECT_EQ(0, end);
	EXPECT_NE(0, size);
	EXPECT_LE(size, before);
	EXPECT_LE(size, during);
	EXPECT_EQ(0, read(self->fd, self->stream, STREAM_SIZE));
}

TEST_F(feature, precopy_info_comes_to_zero)
{
	struct vfio_precopy_info info;
	int end;

	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_PRE_COPY,
				  &self->fd));
	ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
	EXPECT_NE(0, info.initial_bytes);
	EXPECT_NE(0, vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE,
				       &end));
	EXPECT_EQ(-ENOMSG, end);
	ASSERT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
	EXPECT_EQ(0, info.initial_bytes);
	EXPECT_EQ(0, info.dirty_bytes);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev,
				  VFIO_DEVICE_STATE_PRE_COPY_P2P, NULL));
	EXPECT_EQ(0, vfio_mig_precopy_info(self->fd, &info));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_STOP_COPY,
				  NULL));
	EXPECT_EQ(-EINVAL, vfio_mig_precopy_info(self->fd, &info));
	EXPECT_NE(0, vfio_mig_read_all(self->fd, self->stream, STREAM_SIZE,
				       &end));
	EXPECT_EQ(0, end);
}

TEST_F(feature, precopy_info_malformed)
{
	struct vfio_precopy_info info = { .argsz = 0 };
	uint32_t argsz;

	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_PRE_COPY,
				  &self->fd));
	for (argsz = 0; argsz < sizeof(info); argsz++) {
		info.argsz = argsz;
		EXPECT_EQ(-1, ioctl(self->fd, VFIO_MIG_GET_PRECOPY_INFO,
				    &info));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(-1, ioctl(self->fd, VFIO_MIG_GET_PRECOPY_INFO, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, VFIO_DEVICE_RESET));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-ENOTTY, vfio_mig_precopy_info(self->vf.dev.fd, &info));
}

TEST_F(feature, directions_of_the_data_fd)
{
	struct vfio_precopy_info info;

	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, host_stop_copy(&self->vf, &self->fd));
	EXPECT_EQ(-1, write(self->fd, "", 1));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, pread(self->fd, self->stream, 1, 0));
	EXPECT_EQ(ESPIPE, errno);
	close(self->fd);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_RESUMING,
				  &self->fd));
	EXPECT_EQ(-1, read(self->fd, self->stream, 1));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(-1, pwrite(self->fd, "", 1, 0));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-ENOTTY, vfio_mig_precopy_info(self->fd, &info));
}

HOST_TEST_MAIN
