// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does VFIO_GET_PCI_CAP_INFO describe configuration space as it is?
 *
 * Guarantees:
 *  - a capability is where the list says, and is none of the free space;
 *  - the free regions ascend, do not overlap, and are all that is free;
 *  - no byte behind the caller's argsz is written, and argsz comes back as the
 *    size of a complete answer;
 *  - what is malformed gets its errno and changes nothing;
 *  - vfio-pci does not know the ioctl.
 */
#include <kselftest_harness.h>

#include <sys/ioctl.h>
#include <linux/pci_regs.h>
#include <linux/vfio_migcap.h>

#include "host.h"

#define CONFIG_SIZE	4096
#define MAX_REGIONS	64
#define CANARY		0xa5

union answer {
	struct vfio_pci_cap_info info;
	uint8_t raw[sizeof(struct vfio_pci_cap_info) +
		    MAX_REGIONS * sizeof(struct vfio_pci_cap_region)];
};

FIXTURE(capinfo) {
	struct host_vf vf;
	union answer answer;
};

FIXTURE_SETUP(capinfo)
{
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
}

FIXTURE_TEARDOWN(capinfo)
{
	host_close(&self->vf);
}

static int ask_at(struct host_vf *vf, void *arg)
{
	return ioctl(vf->dev.fd, VFIO_GET_PCI_CAP_INFO, arg) ? -errno : 0;
}

static int ask(struct host_vf *vf, union answer *answer, uint32_t argsz,
	       uint32_t flags, uint16_t id)
{
	memset(answer, CANARY, sizeof(*answer));
	answer->info.argsz = argsz;
	answer->info.flags = flags;
	answer->info.cap_id = id;
	answer->info.reserved = 0;
	return ask_at(vf, answer);
}

static int layout(struct host_vf *vf, union answer *answer)
{
	return ask(vf, answer, sizeof(*answer), VFIO_PCI_CAP_INFO_LAYOUT, 0);
}

TEST_F(capinfo, finds_the_virtual_capability)
{
	ASSERT_EQ(0, layout(&self->vf, &self->answer));
	EXPECT_EQ(self->vf.cap, self->answer.info.migcap_offset);
	EXPECT_EQ(MIGCAP_LENGTH_VALUE, self->answer.info.migcap_size);
	EXPECT_EQ(0, self->answer.info.cap_offset);
	EXPECT_EQ(0, self->answer.info.cap_size);
}

TEST_F(capinfo, finds_each_standard_capability)
{
	unsigned int pos, id, found = 0;

	for (id = 1; id < 256; id++) {
		int ret = ask(&self->vf, &self->answer, sizeof(self->answer),
			      VFIO_PCI_CAP_INFO_STANDARD, id);

		pos = vfio_dev_find_cap(&self->vf.dev, id);
		ASSERT_EQ(pos ? 0 : -ENOENT, ret)
			TH_LOG("capability %#x", id);
		if (!pos)
			continue;
		found++;
		EXPECT_EQ(pos, self->answer.info.cap_offset);
		EXPECT_GE(self->answer.info.cap_size, 2);
		EXPECT_LE(pos + self->answer.info.cap_size, 256);
	}
	EXPECT_GE(found, 2);
}

/* Calls @fn for each capability of the list at 100h. */
static unsigned int next_extended(struct vfio_dev *dev, unsigned int pos)
{
	uint32_t header;

	if (!pos)
		pos = PCI_CFG_SPACE_SIZE;
	else
		pos = PCI_EXT_CAP_NEXT(vfio_dev_cfg_read32(dev, pos));
	if (pos < PCI_CFG_SPACE_SIZE)
		return 0;
	header = vfio_dev_cfg_read32(dev, pos);
	return header && header != UINT32_MAX ? pos : 0;
}

TEST_F(capinfo, finds_each_extended_capability)
{
	unsigned int pos = 0;

	while ((pos = next_extended(&self->vf.dev, pos))) {
		uint32_t header = vfio_dev_cfg_read32(&self->vf.dev, pos);

		/* An id of 0 is what vfio-pci makes of one that it hides. */
		if (!PCI_EXT_CAP_ID(header))
			continue;
		ASSERT_EQ(0, ask(&self->vf, &self->answer,
				 sizeof(self->answer),
				 VFIO_PCI_CAP_INFO_EXTENDED,
				 PCI_EXT_CAP_ID(header)))
			TH_LOG("capability %#x at %#x", PCI_EXT_CAP_ID(header),
			       pos);
		EXPECT_EQ(pos, self->answer.info.cap_offset);
		EXPECT_GE(self->answer.info.cap_size, 4);
		EXPECT_LE(pos + self->answer.info.cap_size, CONFIG_SIZE);
	}
	EXPECT_EQ(-ENOENT, ask(&self->vf, &self->answer, sizeof(self->answer),
			       VFIO_PCI_CAP_INFO_EXTENDED, 0x7ffe));
}

TEST_F(capinfo, id_of_no_list_is_not_found)
{
	static const uint16_t ids[] = { 0x00, 0x100, 0x109, 0xffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_EQ(-ENOENT, ask(&self->vf, &self->answer,
				       sizeof(self->answer),
				       VFIO_PCI_CAP_INFO_STANDARD, ids[i]))
			TH_LOG("capability %#x", ids[i]);
	}
}

static void mark(uint8_t *used, unsigned int offset, unsigned int size)
{
	while (size-- && offset < CONFIG_SIZE)
		used[offset++] = 1;
}

static void mark_capabilities(struct host_vf *vf, uint8_t *used)
{
	unsigned int pos = vfio_dev_cfg_read8(&vf->dev, PCI_CAPABILITY_LIST);
	union answer answer;

	for (; pos; pos = vfio_dev_cfg_read8(&vf->dev, pos + 1)) {
		ask(vf, &answer, sizeof(answer), VFIO_PCI_CAP_INFO_STANDARD,
		    vfio_dev_cfg_read8(&vf->dev, pos));
		mark(used, pos, answer.info.cap_size);
	}
	pos = 0;
	while ((pos = next_extended(&vf->dev, pos))) {
		uint32_t header = vfio_dev_cfg_read32(&vf->dev, pos);

		if (!ask(vf, &answer, sizeof(answer),
			 VFIO_PCI_CAP_INFO_EXTENDED, PCI_EXT_CAP_ID(header)))
			mark(used, pos, answer.info.cap_size);
		else
			mark(used, pos, 4);
	}
}

TEST_F(capinfo, regions_are_what_is_free)
{
	uint8_t used[CONFIG_SIZE] = { 0 }, freed[CONFIG_SIZE] = { 0 };
	struct vfio_pci_cap_region *region;
	unsigned int i, end = 0, wrong = 0;

	mark(used, 0, PCI_STD_HEADER_SIZEOF);
	mark_capabilities(&self->vf, used);
	mark(used, self->vf.cap, MIGCAP_LENGTH_VALUE);

	ASSERT_EQ(0, layout(&self->vf, &self->answer));
	ASSERT_LE(self->answer.info.nr_regions, MAX_REGIONS);
	for (i = 0; i < self->answer.info.nr_regions; i++) {
		region = &self->answer.info.regions[i];
		ASSERT_GE(region->offset, end);
		ASSERT_NE(0, region->size);
		end = region->offset + region->size;
		ASSERT_LE(end, CONFIG_SIZE);
		mark(freed, region->offset, region->size);
	}
	for (i = 0; i < CONFIG_SIZE; i++)
		if (used[i] == freed[i] && wrong++ < 10)
			TH_LOG("byte %#x is %s", i,
			       used[i] ? "used and free" : "neither");
	EXPECT_EQ(0, wrong);
}

TEST_F(capinfo, short_buffer_is_filled_as_far_as_it_goes)
{
	size_t fixed = sizeof(struct vfio_pci_cap_info), argsz, needed, filled;
	union answer whole;

	ASSERT_EQ(0, layout(&self->vf, &whole));
	needed = fixed + whole.info.nr_regions * sizeof(whole.info.regions[0]);
	EXPECT_EQ(needed, whole.info.argsz);
	ASSERT_GE(whole.info.nr_regions, 1);

	for (argsz = fixed; argsz <= needed + 8; argsz++) {
		size_t i;

		ASSERT_EQ(0, ask(&self->vf, &self->answer, argsz,
				 VFIO_PCI_CAP_INFO_LAYOUT, 0));
		EXPECT_EQ(needed, self->answer.info.argsz);
		EXPECT_EQ(whole.info.nr_regions, self->answer.info.nr_regions);
		filled = (argsz < needed ? argsz : needed) - fixed;
		filled -= filled % sizeof(whole.info.regions[0]);
		EXPECT_EQ(0, memcmp(whole.info.regions,
				    self->answer.info.regions, filled));
		for (i = fixed + filled; i < sizeof(self->answer); i++) {
			ASSERT_EQ(CANARY, self->answer.raw[i])
				TH_LOG("argsz %zu: byte %zu written", argsz, i);
		}
	}
}

static void expect_refused(struct __test_metadata *_metadata,
			   struct host_vf *vf, const union answer *question,
			   int want)
{
	union answer answer = *question;

	EXPECT_EQ(want, ask_at(vf, &answer));
	EXPECT_EQ(0, memcmp(&answer, question, sizeof(answer)));
}

TEST_F(capinfo, malformed_questions)
{
	const struct vfio_pci_cap_info good = {
		.argsz = sizeof(self->answer),
		.flags = VFIO_PCI_CAP_INFO_LAYOUT,
	};
	union answer q;
	uint32_t argsz;
	int bit;

	memset(&q, CANARY, sizeof(q));
	for (argsz = 0; argsz < sizeof(good); argsz++) {
		q.info = good;
		q.info.argsz = argsz;
		expect_refused(_metadata, &self->vf, &q, -EINVAL);
	}
	q.info = good;
	q.info.flags = 0;
	expect_refused(_metadata, &self->vf, &q, -EINVAL);
	for (bit = 0; bit < 32; bit++) {
		q.info.flags = VFIO_PCI_CAP_INFO_LAYOUT | (1U << bit);
		if (q.info.flags != VFIO_PCI_CAP_INFO_LAYOUT)
			expect_refused(_metadata, &self->vf, &q, -EINVAL);
	}
	q.info.flags = VFIO_PCI_CAP_INFO_STANDARD | VFIO_PCI_CAP_INFO_EXTENDED;
	expect_refused(_metadata, &self->vf, &q, -EINVAL);
	q.info = good;
	q.info.reserved = 1;
	expect_refused(_metadata, &self->vf, &q, -EINVAL);
	q.info = good;
	q.info.cap_id = PCI_CAP_ID_EXP;
	expect_refused(_metadata, &self->vf, &q, -EINVAL);
}

TEST_F(capinfo, bad_pointers)
{
	struct vfio_pci_cap_info *info;

	info = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, info);
	info->argsz = 4096;
	info->flags = VFIO_PCI_CAP_INFO_LAYOUT;
	EXPECT_EQ(0, ask_at(&self->vf, info));

	info->argsz = 4096;
	ASSERT_EQ(0, mprotect(info, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, ask_at(&self->vf, info));
	munmap(info, 4096);
	EXPECT_EQ(-EFAULT, ask_at(&self->vf, info));
	EXPECT_EQ(-EFAULT, ask_at(&self->vf, NULL));
}

TEST_F(capinfo, unknown_to_vfio_pci)
{
	host_close(&self->vf);
	ASSERT_EQ(0, host_bind(host_vf_name, PLAIN_DRIVER));
	ASSERT_EQ(0, host_open_bound(&self->vf, host_vf_name));
	EXPECT_EQ(-ENOTTY, layout(&self->vf, &self->answer));
	EXPECT_EQ(0, self->vf.cap);
}

HOST_TEST_MAIN
