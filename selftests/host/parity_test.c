// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is nothing lost by choosing migcap_vfio_pci instead of vfio-pci?
 *
 * Each question is put to the same VF under both drivers, and the answers are
 * compared bit by bit.
 *
 * Guarantees:
 *  - device, region, interrupt and hot reset information, mmap of each region,
 *    probes of every feature but migration, and the errno of what is malformed
 *    or unknown are equal, but for ioctls of which the driver has its own idea;
 *  - ioeventfds, through which vfio-pci core can be crashed, are not offered;
 *  - a function that is no VF is refused with -ENODEV.
 */
#include <kselftest_harness.h>

#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/eventfd.h>

#include <linux/vfio_migcap.h>

#include "host.h"

#define MAX_ANSWERS	512
#define ANSWER_SIZE	512

/* Version 2 of PRECOPY_INFO, in headers newer than the oldest that will do. */
#define FEATURE_PRECOPY_INFO_2	12

/* One answer: the errno, and what was written. */
struct answer {
	char what[48];
	int ret;
	uint8_t data[ANSWER_SIZE];
};

struct sheet {
	struct answer answers[MAX_ANSWERS];
	unsigned int count;
};

static struct answer *note_answer(struct sheet *sheet, const char *what,
				  unsigned int number)
{
	struct answer *answer = &sheet->answers[sheet->count];

	if (sheet->count < MAX_ANSWERS - 1)
		sheet->count++;
	memset(answer, 0, sizeof(*answer));
	snprintf(answer->what, sizeof(answer->what), "%s %u", what, number);
	return answer;
}

static void ask_raw(struct sheet *sheet, struct vfio_dev *dev, const char *what,
		    unsigned long cmd, uint32_t argsz, uint32_t index)
{
	struct answer *answer = note_answer(sheet, what, index);
	uint32_t *words = (uint32_t *)answer->data;

	words[0] = argsz;
	words[2] = index;
	answer->ret = ioctl(dev->fd, cmd, answer->data) < 0 ? -errno : 0;
}

static void ask_info(struct sheet *sheet, struct vfio_dev *dev)
{
	unsigned int i;

	ask_raw(sheet, dev, "device info", VFIO_DEVICE_GET_INFO, ANSWER_SIZE,
		0);
	for (i = 0; i < VFIO_PCI_NUM_REGIONS + 2; i++)
		ask_raw(sheet, dev, "region info", VFIO_DEVICE_GET_REGION_INFO,
			ANSWER_SIZE, i);
	for (i = 0; i < VFIO_PCI_NUM_IRQS + 2; i++)
		ask_raw(sheet, dev, "irq info", VFIO_DEVICE_GET_IRQ_INFO,
			ANSWER_SIZE, i);
	ask_raw(sheet, dev, "hot reset info",
		VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, ANSWER_SIZE, 0);
}

/* Every ioctl number of the device with a short argsz, and without a pointer. */
static void ask_malformed(struct sheet *sheet, struct vfio_dev *dev)
{
	unsigned int nr;

	for (nr = 7; nr < 40; nr++) {
		unsigned long cmd = _IO(VFIO_TYPE, VFIO_BASE + nr);
		struct answer *answer;

		/* A reset takes no argument, and these differ. */
		if (cmd == VFIO_DEVICE_RESET || cmd == VFIO_DEVICE_IOEVENTFD ||
		    cmd == VFIO_GET_PCI_CAP_INFO)
			continue;
		ask_raw(sheet, dev, "short argsz of ioctl", cmd, 4, nr);
		answer = note_answer(sheet, "NULL to ioctl", nr);
		answer->ret = ioctl(dev->fd, cmd, NULL) < 0 ? -errno : 0;
	}
}

static bool is_migration(unsigned int feature)
{
	return feature == VFIO_DEVICE_FEATURE_MIGRATION ||
	       feature == VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE ||
	       feature == VFIO_DEVICE_FEATURE_MIG_DATA_SIZE ||
	       feature == FEATURE_PRECOPY_INFO_2 ||
	       feature == VFIO_DEVICE_FEATURE_DMA_LOGGING_START ||
	       feature == VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP ||
	       feature == VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT;
}

static void ask_feature(struct sheet *sheet, struct vfio_dev *dev,
			const char *what, uint32_t feature, uint32_t op,
			size_t size)
{
	struct answer *answer = note_answer(sheet, what, feature);

	answer->ret = vfio_dev_feature(dev, feature | op, answer->data, size);
}

static void ask_features(struct sheet *sheet, struct vfio_dev *dev)
{
	unsigned int i;

	for (i = 0; i < 32; i++) {
		if (is_migration(i))
			continue;
		ask_feature(sheet, dev, "probe feature", i,
			    VFIO_DEVICE_FEATURE_PROBE, 0);
		ask_feature(sheet, dev, "probe get of feature", i,
			    VFIO_DEVICE_FEATURE_PROBE |
			    VFIO_DEVICE_FEATURE_GET, 0);
		ask_feature(sheet, dev, "probe set of feature", i,
			    VFIO_DEVICE_FEATURE_PROBE |
			    VFIO_DEVICE_FEATURE_SET, 0);
		ask_feature(sheet, dev, "get and set of feature", i,
			    VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET,
			    0);
	}
	ask_feature(sheet, dev, "VF token", VFIO_DEVICE_FEATURE_PCI_VF_TOKEN,
		    VFIO_DEVICE_FEATURE_SET, 16);
	ask_feature(sheet, dev, "low power entry",
		    VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
		    VFIO_DEVICE_FEATURE_SET, 0);
	ask_feature(sheet, dev, "low power entry again",
		    VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
		    VFIO_DEVICE_FEATURE_SET, 0);
	ask_feature(sheet, dev, "low power exit",
		    VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
		    VFIO_DEVICE_FEATURE_SET, 0);
}

/* Whether it can be mapped, and whether there is something behind it. */
static void ask_mmap(struct sheet *sheet, struct vfio_dev *dev)
{
	struct vfio_region_info info;
	unsigned int i;

	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		struct answer *answer = note_answer(sheet, "mmap of region", i);
		void *map;

		if (vfio_dev_region(dev, i, &info) || !info.size)
			continue;
		map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			   dev->fd, info.offset);
		answer->ret = map == MAP_FAILED ? -errno : 0;
		if (map == MAP_FAILED)
			continue;
		answer->data[0] = *(volatile uint32_t *)map == UINT32_MAX;
		munmap(map, 4096);
	}
}

static void ask_region_access(struct sheet *sheet, struct vfio_dev *dev)
{
	struct vfio_region_info info;
	uint8_t buf[8];
	unsigned int i;

	for (i = 0; i < VFIO_PCI_NUM_REGIONS; i++) {
		struct answer *answer;
		ssize_t ret;

		answer = note_answer(sheet, "read behind region", i);
		if (vfio_dev_region(dev, i, &info))
			continue;
		ret = pread(dev->fd, buf, 8, info.offset + info.size);
		answer->ret = ret < 0 ? -errno : ret;
		answer = note_answer(sheet, "write behind region", i);
		ret = pwrite(dev->fd, buf, 8, info.offset + info.size);
		answer->ret = ret < 0 ? -errno : ret;
		answer = note_answer(sheet, "read of region", i);
		ret = pread(dev->fd, buf, 4, info.offset);
		answer->ret = ret < 0 ? -errno : ret;
	}
}

static void ask_irqs(struct sheet *sheet, struct vfio_dev *dev)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	unsigned int i;

	for (i = 0; i < VFIO_PCI_NUM_IRQS + 1; i++) {
		struct answer *answer;

		answer = note_answer(sheet, "eventfd for irq", i);
		answer->ret = vfio_dev_irq_eventfds(dev, i, 0, 1, &fd);
		answer = note_answer(sheet, "disabling irq", i);
		answer->ret = vfio_dev_irq_disable(dev, i);
		answer = note_answer(sheet, "disabling again irq", i);
		answer->ret = vfio_dev_irq_disable(dev, i);
	}
	close(fd);
}

static int ask_ioeventfd(struct vfio_dev *dev)
{
	struct vfio_region_info info = { 0 };
	struct vfio_device_ioeventfd io = {
		.argsz = sizeof(io),
		.flags = VFIO_DEVICE_IOEVENTFD_32,
		.fd = eventfd(0, EFD_CLOEXEC),
	};
	int ret;

	vfio_dev_region(dev, VFIO_PCI_BAR0_REGION_INDEX, &info);
	io.offset = info.offset + 0x40;
	ret = ioctl(dev->fd, VFIO_DEVICE_IOEVENTFD, &io) ? -errno : 0;
	close(io.fd);
	return ret;
}

static int fill_sheet(struct sheet *sheet, const char *driver)
{
	struct host_vf vf;
	int ret = host_bind(host_vf_name, driver);

	if (!ret)
		ret = host_open_bound(&vf, host_vf_name);
	if (ret)
		return ret;
	ask_info(sheet, &vf.dev);
	ask_malformed(sheet, &vf.dev);
	ask_features(sheet, &vf.dev);
	vfio_dev_cfg_write16(&vf.dev, 4, 2);
	ask_mmap(sheet, &vf.dev);
	ask_region_access(sheet, &vf.dev);
	ask_irqs(sheet, &vf.dev);
	note_answer(sheet, "reset", 0)->ret = vfio_dev_reset(&vf.dev);
	host_close(&vf);
	return 0;
}

FIXTURE(parity) {
	struct sheet *plain;
	struct sheet *ours;
};

FIXTURE_SETUP(parity)
{
	self->plain = calloc(1, sizeof(*self->plain));
	self->ours = calloc(1, sizeof(*self->ours));
	ASSERT_NE(NULL, self->plain);
	ASSERT_NE(NULL, self->ours);
}

FIXTURE_TEARDOWN(parity)
{
	free(self->plain);
	free(self->ours);
	host_bind(host_vf_name, MIGCAP_DRIVER);
}

TEST_F_TIMEOUT(parity, answers_are_those_of_vfio_pci, 60)
{
	unsigned int i;

	ASSERT_EQ(0, fill_sheet(self->plain, PLAIN_DRIVER));
	ASSERT_EQ(0, fill_sheet(self->ours, MIGCAP_DRIVER));
	ASSERT_EQ(self->plain->count, self->ours->count);
	ASSERT_GT(MAX_ANSWERS - 1, self->plain->count);
	for (i = 0; i < self->plain->count; i++) {
		struct answer *p = &self->plain->answers[i];
		struct answer *o = &self->ours->answers[i];

		EXPECT_STREQ(p->what, o->what);
		EXPECT_EQ(p->ret, o->ret)
			TH_LOG("%s", p->what);
		EXPECT_EQ(0, memcmp(p->data, o->data, ANSWER_SIZE))
			TH_LOG("%s: other data", p->what);
	}
	TH_LOG("%u answers compared", self->plain->count);
}

TEST_F(parity, ioeventfds_are_not_offered)
{
	struct host_vf vf;

	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	ASSERT_EQ(0, host_open_bound(&vf, host_vf_name));
	EXPECT_EQ(-ENOTTY, ask_ioeventfd(&vf.dev));
	host_close(&vf);
}

static bool has_attr(const char *bdf, const char *name)
{
	char path[SYSFS_PATH_MAX], dir[PCI_DIR_SIZE];

	snprintf(path, sizeof(path), "%s/%s", pci_dir(bdf, dir), name);
	return !access(path, F_OK);
}

/* A function without a driver that is no VF: nobody misses it for a moment. */
static bool find_spare(char *bdf, size_t size)
{
	DIR *devices = opendir("/sys/bus/pci/devices");
	struct dirent *entry;
	bool found = false;

	while (devices && !found && (entry = readdir(devices))) {
		if (entry->d_name[0] == '.' ||
		    has_attr(entry->d_name, "physfn") ||
		    has_attr(entry->d_name, "driver"))
			continue;
		snprintf(bdf, size, "%.*s", (int)size - 1, entry->d_name);
		found = true;
	}
	if (devices)
		closedir(devices);
	return found;
}

TEST(only_a_vf_is_bound)
{
	char bdf[PCI_BDF_SIZE], dir[PCI_DIR_SIZE];

	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	if (!find_spare(bdf, sizeof(bdf)))
		SKIP(return, "no function without a driver");
	pci_dir(bdf, dir);
	ASSERT_EQ(0, sysfs_write(dir, "driver_override", MIGCAP_DRIVER));
	EXPECT_EQ(-ENODEV, sysfs_write("/sys/bus/pci/drivers/" MIGCAP_DRIVER,
				       "bind", bdf))
		TH_LOG("%s", bdf);
	EXPECT_FALSE(has_attr(bdf, "driver"));
	EXPECT_FALSE(has_attr(bdf, "migcap"));
	sysfs_write(dir, "driver_override", "\n");
	pci_unbind(bdf);
}

/* Without an override the driver takes nothing, not even a VF. */
TEST(bound_by_override_only)
{
	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	ASSERT_EQ(0, pci_unbind(host_vf_name));
	EXPECT_EQ(-ENODEV, sysfs_write("/sys/bus/pci/drivers/" MIGCAP_DRIVER,
				       "bind", host_vf_name));
	sysfs_write("/sys/bus/pci", "drivers_probe", host_vf_name);
	EXPECT_FALSE(has_attr(host_vf_name, "migcap"));
	EXPECT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
}

HOST_TEST_MAIN
