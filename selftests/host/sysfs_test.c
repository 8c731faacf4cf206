// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is each file in migcap/ what the ABI says?
 *
 * Guarantees:
 *  - the directory is there while the driver has the VF, with these files and
 *    these permissions;
 *  - content has the documented form; what was written reads back;
 *  - what makes no sense is EINVAL, what comes at the wrong time EBUSY, and
 *    neither changes anything.
 */
#include <kselftest_harness.h>

#include <dirent.h>
#include <sys/stat.h>
#include <linux/pci_regs.h>

#include "host.h"

FIXTURE(sysfs) {
	struct host_vf vf;
};

FIXTURE_SETUP(sysfs)
{
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
}

FIXTURE_TEARDOWN(sysfs)
{
	host_close(&self->vf);
}

static const struct {
	const char *name;
	mode_t mode;
} files[] = {
	{ "state", 0444 },
	{ "guest", 0444 },
	{ "epoch", 0444 },
	{ "capability", 0444 },
	{ "quiesce", 0644 },
	{ "ready_timeout_ms", 0644 },
	{ "quiesced_limit_ms", 0644 },
	{ "on_timeout", 0644 },
	{ "cap_offset", 0644 },
	{ "counters", 0444 },
	{ "last_error", 0444 },
};

static void file_path(char *path, const char *name)
{
	char dir[PCI_DIR_SIZE];

	snprintf(path, SYSFS_PATH_MAX, "%s/migcap/%s",
		 pci_dir(host_vf_name, dir), name);
}

TEST_F(sysfs, files_and_permissions)
{
	char path[SYSFS_PATH_MAX];
	unsigned int i;
	struct stat st;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		file_path(path, files[i].name);
		EXPECT_EQ(0, stat(path, &st))
			TH_LOG("%s", files[i].name);
		EXPECT_EQ(files[i].mode, st.st_mode & 0777)
			TH_LOG("%s", files[i].name);
	}
}

static bool is_known(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(files[i].name, name))
			return true;
	return name[0] == '.';
}

TEST_F(sysfs, no_other_file)
{
	char path[SYSFS_PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	file_path(path, "");
	dir = opendir(path);
	ASSERT_NE(NULL, dir);
	while ((entry = readdir(dir))) {
		EXPECT_TRUE(is_known(entry->d_name))
			TH_LOG("%s", entry->d_name);
	}
	closedir(dir);
}

TEST_F(sysfs, directory_goes_with_the_driver)
{
	char path[SYSFS_PATH_MAX];
	struct stat st;

	host_close(&self->vf);
	file_path(path, "state");
	EXPECT_EQ(0, stat(path, &st));
	ASSERT_EQ(0, pci_unbind(host_vf_name));
	EXPECT_EQ(-1, stat(path, &st));
	EXPECT_EQ(ENOENT, errno);
	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	EXPECT_EQ(0, stat(path, &st));
}

TEST_F(sysfs, after_binding)
{
	host_close(&self->vf);
	ASSERT_EQ(0, pci_unbind(host_vf_name));
	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	EXPECT_STREQ("closed", host_attr(&self->vf, "state"));
	EXPECT_STREQ("absent", host_attr(&self->vf, "guest"));
	EXPECT_STREQ("0", host_attr(&self->vf, "epoch"));
	EXPECT_STREQ("idle", host_attr(&self->vf, "quiesce"));
	EXPECT_STREQ("10000", host_attr(&self->vf, "ready_timeout_ms"));
	EXPECT_STREQ("30000", host_attr(&self->vf, "quiesced_limit_ms"));
	EXPECT_STREQ("abort", host_attr(&self->vf, "on_timeout"));
	EXPECT_STREQ("auto", host_attr(&self->vf, "cap_offset"));
	EXPECT_STREQ("none", host_attr(&self->vf, "last_error"));
}

TEST_F(sysfs, state_follows_open)
{
	EXPECT_STREQ("running", host_attr(&self->vf, "state"));
	vfio_dev_close(&self->vf.dev);
	EXPECT_STREQ("closed", host_attr(&self->vf, "state"));
}

TEST_F(sysfs, capability)
{
	struct host_vf *vf = &self->vf;

	ASSERT_EQ(0, guest_start(vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, guest_write(vf, MIGCAP_IRQ, 2));
	ASSERT_EQ(0, host_quiesce(vf));
	EXPECT_EQ(vf->cap, host_number(vf, "capability", "offset"));
	EXPECT_EQ(MIGCAP_LENGTH_VALUE, host_number(vf, "capability", "size"));
	EXPECT_EQ(MIGCAP_CTRL_DRIVER, host_number(vf, "capability", "ctrl"));
	EXPECT_EQ(1, host_number(vf, "capability", "vmm_status"));
	EXPECT_EQ(1, host_number(vf, "capability", "vf_status"));
	EXPECT_EQ(2, host_number(vf, "capability", "irq"));
	EXPECT_EQ(1, host_number(vf, "capability", "epoch"));
	EXPECT_EQ(0, host_number(vf, "capability", "event"));
	EXPECT_TRUE(strstr(host_attr(vf, "capability"), "source=table\n") ||
		    strstr(host_attr(vf, "capability"), "source=search\n"));
}

TEST_F(sysfs, counters)
{
	static const char * const names[] = {
		"starts", "ends", "ready", "timeouts", "limits", "irq_raised",
		"irq_missed", "irq_disabled", "refused", "gate_closed",
		"gate_opened", "saves", "loads", "load_errors", "resets",
	};
	long resets = host_counter(&self->vf, "resets");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_LE(0, host_counter(&self->vf, names[i]))
			TH_LOG("%s", names[i]);
	}
	ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
	EXPECT_EQ(resets + 1, host_counter(&self->vf, "resets"));
}

static void expect_kept(struct __test_metadata *_metadata, struct host_vf *vf,
			const char *name, const char *bad, int want)
{
	char before[64];

	snprintf(before, sizeof(before), "%s", host_attr(vf, name));
	EXPECT_EQ(want, host_attr_write(vf, name, bad))
		TH_LOG("'%s' to %s", bad, name);
	EXPECT_STREQ(before, host_attr(vf, name));
}

/* A number too long for its type is ERANGE, as elsewhere. */
static void expect_milliseconds(struct __test_metadata *_metadata,
				struct host_vf *vf, const char *name,
				const char * const *good,
				const char * const *bad)
{
	char before[64];

	for (; *good; good++) {
		EXPECT_EQ(0, host_attr_write(vf, name, *good));
		EXPECT_STREQ(*good, host_attr(vf, name));
	}
	snprintf(before, sizeof(before), "%s", host_attr(vf, name));
	for (; *bad; bad++) {
		EXPECT_GT(0, host_attr_write(vf, name, *bad))
			TH_LOG("'%s' to %s", *bad, name);
		EXPECT_STREQ(before, host_attr(vf, name));
	}
}

TEST_F(sysfs, ready_timeout)
{
	static const char * const good[] = { "1", "200", "600000", NULL };
	static const char * const bad[] = {
		"0", "-1", "600001", "4294967297", "ten", "10 20", " ", "1.5",
		NULL
	};

	expect_milliseconds(_metadata, &self->vf, "ready_timeout_ms", good,
			    bad);
}

TEST_F(sysfs, quiesced_limit)
{
	static const char * const good[] = { "0", "1", "3600000", NULL };
	static const char * const bad[] = {
		"-1", "3600001", "4294967297", "ten", "10 20", " ", "1.5", NULL
	};

	expect_milliseconds(_metadata, &self->vf, "quiesced_limit_ms", good,
			    bad);
}

TEST_F(sysfs, on_timeout)
{
	EXPECT_EQ(0, host_attr_write(&self->vf, "on_timeout", "force\n"));
	EXPECT_STREQ("force", host_attr(&self->vf, "on_timeout"));
	EXPECT_EQ(0, host_attr_write(&self->vf, "on_timeout", "force-lost"));
	EXPECT_STREQ("force-lost", host_attr(&self->vf, "on_timeout"));
	EXPECT_EQ(0, host_attr_write(&self->vf, "on_timeout", "abort\n"));
	expect_kept(_metadata, &self->vf, "on_timeout", "forced", -EINVAL);
	expect_kept(_metadata, &self->vf, "on_timeout", "never", -EINVAL);
	expect_kept(_metadata, &self->vf, "on_timeout", "abort force",
		    -EINVAL);
}

TEST_F(sysfs, quiesce)
{
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	expect_kept(_metadata, &self->vf, "quiesce", "2", -EINVAL);
	expect_kept(_metadata, &self->vf, "quiesce", "please", -EINVAL);
	expect_kept(_metadata, &self->vf, "quiesce", " ", -EINVAL);
	EXPECT_EQ(0, host_attr_write(&self->vf, "quiesce", "1\n"));
	EXPECT_EQ(0, host_attr_write(&self->vf, "quiesce", "0\n"));
}

TEST_F(sysfs, read_only_files)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (files[i].mode != 0444)
			continue;
		EXPECT_GT(0, host_attr_write(&self->vf, files[i].name, "1"))
			TH_LOG("%s", files[i].name);
	}
}

TEST_F(sysfs, settings_are_fixed_while_open)
{
	expect_kept(_metadata, &self->vf, "cap_offset", "0xe0", -EBUSY);
	expect_kept(_metadata, &self->vf, "cap_offset", "auto", -EBUSY);
}

TEST_F(sysfs, cap_offset)
{
	static const char * const bad[] = {
		"0x41", "0x3c", "0xf4", "0x100", "0x10000", "here", "-4", " ",
	};
	unsigned int i;

	vfio_dev_close(&self->vf.dev);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_GT(0, host_attr_write(&self->vf, "cap_offset", bad[i]))
			TH_LOG("'%s'", bad[i]);
		EXPECT_STREQ("auto", host_attr(&self->vf, "cap_offset"));
	}
}

/* Somewhere else in free space, and the guest finds it there. */
TEST_F(sysfs, cap_offset_moves_the_capability)
{
	unsigned int chosen = self->vf.cap == 0xe0 ? 0xd0 : 0xe0;
	char text[16];

	snprintf(text, sizeof(text), "%#x", chosen);
	vfio_dev_close(&self->vf.dev);
	ASSERT_EQ(0, host_attr_write(&self->vf, "cap_offset", text));
	EXPECT_STREQ(text, host_attr(&self->vf, "cap_offset"));
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	EXPECT_EQ(chosen, self->vf.cap);
	EXPECT_NE(NULL, strstr(host_attr(&self->vf, "capability"),
			       "source=override\n"));
	vfio_dev_close(&self->vf.dev);
	ASSERT_EQ(0, host_attr_write(&self->vf, "cap_offset", "auto"));
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	EXPECT_NE(chosen, self->vf.cap);
}

/* A choice on top of what the device has is not followed in silence. */
TEST_F(sysfs, cap_offset_on_a_capability_is_refused)
{
	unsigned int msix = vfio_dev_find_cap(&self->vf.dev, PCI_CAP_ID_MSIX);
	char text[16];
	int ret;

	ASSERT_NE(0, msix);
	snprintf(text, sizeof(text), "%#x", msix);
	vfio_dev_close(&self->vf.dev);
	ret = host_attr_write(&self->vf, "cap_offset", text);
	if (!ret)
		ret = host_open_bound(&self->vf, host_vf_name);
	EXPECT_TRUE(ret < 0 || !self->vf.cap);
}

TEST_F(sysfs, last_error)
{
	ASSERT_EQ(0, guest_start(&self->vf, 0));
	EXPECT_EQ(-EOPNOTSUPP, host_attr_write(&self->vf, "quiesce", "1"));
	EXPECT_EQ(-EOPNOTSUPP, atoi(host_attr(&self->vf, "last_error")));
	EXPECT_NE(NULL, strchr(host_attr(&self->vf, "last_error"), ' '));
}

HOST_TEST_MAIN
