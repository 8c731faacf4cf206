// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is configuration space that of vfio-pci, plus one capability?
 *
 * Guarantees:
 *  - a read of any offset and length gives what vfio-pci gives for the same VF,
 *    outside the capability's 16 bytes and the one pointer that leads to it, and
 *    but for what host_regs_test looks at;
 *  - a write outside of them has the effect that it has under vfio-pci;
 *  - inside, each byte keeps what its owner may write and nothing else, however
 *    the write is cut and wherever it starts and ends;
 *  - the capability list is finite and names each capability once;
 *  - the capability is reset by open and by VFIO_DEVICE_RESET, and survives a
 *    Function Level Reset that the guest starts.
 */
#include <kselftest_harness.h>

#include <linux/pci_regs.h>

#include "host.h"

#define CONFIG_SIZE	4096
#define STD_SIZE	256
#define CAP_SIZE	MIGCAP_LENGTH_VALUE
#define MAX_LOGGED	10
#define CTRL_KNOWN	(MIGCAP_CTRL_IRQ_ENABLE | MIGCAP_CTRL_DRIVER | \
			 MIGCAP_CTRL_DMA_TRACKED)

static const size_t lengths[] = { 1, 2, 3, 4, 8, 256 };

struct record {
	ssize_t ret;
	uint8_t data[256];
};

static struct record (*plain)[ARRAY_SIZE(lengths)];
static struct record (*ours)[ARRAY_SIZE(lengths)];

/* The one byte that leads to the capability, and whether it was in the list. */
static unsigned int find_link(struct vfio_dev *dev, unsigned int cap)
{
	unsigned int at = PCI_CAPABILITY_LIST;
	unsigned int pos, left;

	for (left = 48; left; left--) {
		pos = vfio_dev_cfg_read8(dev, at);
		if (pos == cap)
			return at;
		if (!pos)
			return 0;
		at = pos + PCI_CAP_LIST_NEXT;
	}
	return 0;
}

static int record_reads(const char *driver,
			struct record (*rec)[ARRAY_SIZE(lengths)],
			struct host_vf *vf)
{
	unsigned int off, i;
	int ret = host_bind(host_vf_name, driver);

	if (!ret)
		ret = host_open_bound(vf, host_vf_name);
	if (ret)
		return ret;
	for (off = 0; off < CONFIG_SIZE; off++)
		for (i = 0; i < ARRAY_SIZE(lengths); i++)
			rec[off][i].ret = vfio_dev_cfg_read(&vf->dev, off,
							    rec[off][i].data,
							    lengths[i]);
	return 0;
}

FIXTURE(pair) {
	struct host_vf vf;
	unsigned int cap;
	unsigned int link;
	unsigned int aer;
};

/* Look at the VF under the driver first, to know where the capability is. */
FIXTURE_SETUP(pair)
{
	plain = calloc(CONFIG_SIZE, sizeof(*plain));
	ours = calloc(CONFIG_SIZE, sizeof(*ours));
	ASSERT_NE(NULL, plain);
	ASSERT_NE(NULL, ours);
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	self->cap = self->vf.cap;
	self->link = find_link(&self->vf.dev, self->cap);
	ASSERT_NE(0, self->link);
	self->aer = vfio_dev_find_ext_cap(&self->vf.dev, PCI_EXT_CAP_ID_ERR);
	host_close(&self->vf);
}

FIXTURE_TEARDOWN(pair)
{
	host_close(&self->vf);
	host_bind(host_vf_name, MIGCAP_DRIVER);
	free(plain);
	free(ours);
}

static bool in_capability(unsigned int cap, unsigned int off)
{
	return off >= cap && off < cap + CAP_SIZE;
}

/* Masks and severities of errors, which the host's kernel sets as it likes. */
static bool in_error_masks(unsigned int aer, unsigned int off)
{
	return aer && off >= aer + PCI_ERR_UNCOR_MASK &&
	       off < aer + PCI_ERR_CAP &&
	       (off < aer + PCI_ERR_COR_STATUS || off >= aer + PCI_ERR_COR_MASK);
}

/* What the driver may give for one byte, where vfio-pci gives @byte. */
static uint8_t expected(unsigned int cap, unsigned int link, unsigned int off,
			uint8_t byte)
{
	if (in_capability(cap, off))
		return ours[off][0].data[0];
	if (off == link)
		return cap;
	if (off == PCI_STATUS && link == PCI_CAPABILITY_LIST)
		return byte | PCI_STATUS_CAP_LIST;
	return byte;
}

TEST_F_TIMEOUT(pair, reads_equal_vfio_pci, 180)
{
	unsigned int off, i, b, wrong = 0;

	ASSERT_EQ(0, record_reads(PLAIN_DRIVER, plain, &self->vf));
	vfio_dev_close(&self->vf.dev);
	ASSERT_EQ(0, record_reads(MIGCAP_DRIVER, ours, &self->vf));

	for (off = 0; off < CONFIG_SIZE; off++)
		for (i = 0; i < ARRAY_SIZE(lengths); i++) {
			struct record *p = &plain[off][i], *o = &ours[off][i];

			if (p->ret != o->ret && wrong++ < MAX_LOGGED)
				TH_LOG("read(%#x, %zu): %zd, vfio-pci %zd", off,
				       lengths[i], o->ret, p->ret);
			for (b = 0; (ssize_t)b < p->ret; b++) {
				uint8_t want = expected(self->cap, self->link,
							off + b, p->data[b]);

				if (in_error_masks(self->aer, off + b))
					continue;
				if (o->data[b] != want && wrong++ < MAX_LOGGED)
					TH_LOG("read(%#x, %zu)[%#x]: %02x, not %02x",
					       off, lengths[i], off + b,
					       o->data[b], want);
			}
		}
	EXPECT_EQ(0, wrong);
}

/* Writes that would reset the function or change its power state. */
static bool is_dangerous(struct vfio_dev *dev, unsigned int off, size_t len)
{
	unsigned int exp = vfio_dev_find_cap(dev, PCI_CAP_ID_EXP);
	unsigned int pm = vfio_dev_find_cap(dev, PCI_CAP_ID_PM);

	return (exp && off < exp + PCI_EXP_DEVSTA &&
		off + len > exp + PCI_EXP_DEVCTL) ||
	       (pm && off < pm + PCI_PM_CTRL + 2 && off + len > pm + PCI_PM_CTRL);
}

/* Write @pattern everywhere, note what reads back, and put things back. */
static void record_writes(struct host_vf *vf, unsigned int cap,
			  unsigned int link, uint8_t pattern,
			  struct record (*rec)[ARRAY_SIZE(lengths)])
{
	uint8_t before[256], fill[256];
	unsigned int off, i;

	memset(fill, pattern, sizeof(fill));
	for (off = 0; off < STD_SIZE; off++)
		for (i = 0; i < ARRAY_SIZE(lengths); i++) {
			size_t len = lengths[i];

			if (len > 8 || off + len > STD_SIZE ||
			    (off < cap + CAP_SIZE && off + len > cap) ||
			    (off <= link && off + len > link) ||
			    is_dangerous(&vf->dev, off, len))
				continue;
			vfio_dev_cfg_read(&vf->dev, off, before, len);
			rec[off][i].ret = vfio_dev_cfg_write(&vf->dev, off,
							     fill, len);
			vfio_dev_cfg_read(&vf->dev, off, rec[off][i].data, len);
			vfio_dev_cfg_write(&vf->dev, off, before, len);
		}
}

static void compare_writes(struct __test_metadata *_metadata)
{
	unsigned int off, i, wrong = 0;

	for (off = 0; off < STD_SIZE; off++)
		for (i = 0; i < ARRAY_SIZE(lengths); i++)
			if ((plain[off][i].ret != ours[off][i].ret ||
			     memcmp(plain[off][i].data, ours[off][i].data,
				    lengths[i])) && wrong++ < MAX_LOGGED)
				TH_LOG("write(%#x, %zu): %zd %02x.., vfio-pci %zd %02x..",
				       off, lengths[i], ours[off][i].ret,
				       ours[off][i].data[0], plain[off][i].ret,
				       plain[off][i].data[0]);
	EXPECT_EQ(0, wrong);
}

TEST_F_TIMEOUT(pair, writes_equal_vfio_pci, 120)
{
	static const uint8_t patterns[] = { 0xff, 0x00, 0x55 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		memset(plain, 0, CONFIG_SIZE * sizeof(*plain));
		memset(ours, 0, CONFIG_SIZE * sizeof(*ours));

		ASSERT_EQ(0, host_bind(host_vf_name, PLAIN_DRIVER));
		ASSERT_EQ(0, host_open_bound(&self->vf, host_vf_name));
		record_writes(&self->vf, self->cap, self->link, patterns[i],
			      plain);
		host_close(&self->vf);

		ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
		record_writes(&self->vf, self->cap, self->link, patterns[i],
			      ours);
		host_close(&self->vf);

		compare_writes(_metadata);
	}
}

FIXTURE(config) {
	struct host_vf vf;
};

FIXTURE_SETUP(config)
{
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
}

FIXTURE_TEARDOWN(config)
{
	host_close(&self->vf);
}

/* Constant bytes of a capability that nobody has touched. */
static void initial_capability(struct host_vf *vf, uint8_t *cap)
{
	memset(cap, 0, CAP_SIZE);
	cap[MIGCAP_ID] = MIGCAP_ID_VALUE;
	cap[MIGCAP_NEXT] = guest_read(vf, MIGCAP_NEXT);
	cap[MIGCAP_LENGTH] = MIGCAP_LENGTH_VALUE;
	cap[MIGCAP_REVISION] = MIGCAP_REVISION_VALUE;
	memcpy(cap + MIGCAP_SIGNATURE, MIGCAP_SIGNATURE_VALUE,
	       MIGCAP_SIGNATURE_SIZE);
}

/* One byte that a guest writes, by the rules of the register. */
static void model_write(uint8_t *cap, unsigned int reg, uint8_t val)
{
	switch (reg) {
	case MIGCAP_CTRL:
		cap[reg] = val & CTRL_KNOWN;
		break;
	case MIGCAP_VF_STATUS:
		if (val <= MIGCAP_VF_READY)
			cap[reg] = val;
		break;
	case MIGCAP_IRQ:
		cap[reg] = val;
		break;
	}
}

TEST_F(config, starts_initial)
{
	uint8_t want[CAP_SIZE], seen[CAP_SIZE];

	initial_capability(&self->vf, want);
	ASSERT_EQ(CAP_SIZE, vfio_dev_cfg_read(&self->vf.dev, self->vf.cap, seen,
					      CAP_SIZE));
	EXPECT_EQ(0, memcmp(want, seen, CAP_SIZE));
	EXPECT_EQ(0, self->vf.cap % 4);
}

/*
 * All cuts of a write around the window.  Bytes outside are written with what
 * they read as, so that only the window may change.
 */
static unsigned int try_cut(struct host_vf *vf, unsigned int off, size_t len,
			    uint8_t pattern, uint8_t *model)
{
	uint8_t out[3 * CAP_SIZE], seen[3 * CAP_SIZE], was[3 * CAP_SIZE];
	unsigned int base = vf->cap - CAP_SIZE, i;

	vfio_dev_cfg_read(&vf->dev, base, was, sizeof(was));
	memcpy(out, was, sizeof(out));
	for (i = off; i < off + len; i++)
		if (i >= CAP_SIZE && i < 2 * CAP_SIZE) {
			out[i] = pattern;
			model_write(model, i - CAP_SIZE, pattern);
		}
	if (vfio_dev_cfg_write(&vf->dev, base + off, out + off, len) !=
	    (ssize_t)len)
		return 1;
	memcpy(was + CAP_SIZE, model, CAP_SIZE);
	vfio_dev_cfg_read(&vf->dev, base, seen, sizeof(seen));
	return !!memcmp(was, seen, sizeof(seen));
}

TEST_F_TIMEOUT(config, writes_keep_what_the_guest_owns, 120)
{
	static const uint8_t patterns[] = { 0xff, 0x00, 0x01, 0x5a, 0x02 };
	unsigned int off, p, wrong = 0;
	uint8_t model[CAP_SIZE];
	size_t len;

	initial_capability(&self->vf, model);
	for (p = 0; p < ARRAY_SIZE(patterns); p++)
		for (len = 1; len <= CAP_SIZE + 8; len++)
			for (off = 8; off + len <= 2 * CAP_SIZE + 8; off++)
				if (try_cut(&self->vf, off, len, patterns[p],
					    model) && wrong++ < MAX_LOGGED)
					TH_LOG("write of %zu bytes of %02x at capability%+d",
					       len, patterns[p],
					       (int)off - CAP_SIZE);
	EXPECT_EQ(0, wrong);
}

TEST_F(config, one_write_reaches_both_sides)
{
	uint8_t image[STD_SIZE], line;

	ASSERT_EQ(STD_SIZE, vfio_dev_cfg_read(&self->vf.dev, 0, image,
					      STD_SIZE));
	line = image[PCI_INTERRUPT_LINE] ^ 0x0f;
	image[PCI_INTERRUPT_LINE] = line;
	image[self->vf.cap + MIGCAP_IRQ] = 2;
	image[self->vf.cap + MIGCAP_VMM_STATUS] = MIGCAP_VMM_START;
	EXPECT_EQ(STD_SIZE, vfio_dev_cfg_write(&self->vf.dev, 0, image,
					       STD_SIZE));
	EXPECT_EQ(line, vfio_dev_cfg_read8(&self->vf.dev, PCI_INTERRUPT_LINE));
	EXPECT_EQ(2, guest_read(&self->vf, MIGCAP_IRQ));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
}

TEST_F(config, ctrl_bits_without_meaning_read_zero)
{
	guest_write(&self->vf, MIGCAP_CTRL, 0xff);
	EXPECT_EQ(CTRL_KNOWN, guest_read(&self->vf, MIGCAP_CTRL));
	guest_write(&self->vf, MIGCAP_CTRL, 0xff & ~CTRL_KNOWN);
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_CTRL));
}

TEST_F(config, status_without_meaning_is_ignored)
{
	unsigned int val;

	for (val = 2; val < 256; val++) {
		guest_write(&self->vf, MIGCAP_VF_STATUS, val % 2);
		guest_write(&self->vf, MIGCAP_VF_STATUS, val);
		ASSERT_EQ(val % 2, guest_read(&self->vf, MIGCAP_VF_STATUS));
	}
}

TEST_F(config, list_is_well_formed)
{
	bool seen[STD_SIZE] = { false };
	unsigned int pos, mine = 0;

	EXPECT_TRUE(vfio_dev_cfg_read16(&self->vf.dev, PCI_STATUS) &
		    PCI_STATUS_CAP_LIST);
	pos = vfio_dev_cfg_read8(&self->vf.dev, PCI_CAPABILITY_LIST);
	while (pos) {
		ASSERT_EQ(0, pos % 4);
		ASSERT_GE(pos, PCI_STD_HEADER_SIZEOF);
		ASSERT_FALSE(seen[pos]);
		seen[pos] = true;
		mine += pos == self->vf.cap;
		pos = vfio_dev_cfg_read8(&self->vf.dev,
					 pos + PCI_CAP_LIST_NEXT);
	}
	EXPECT_EQ(1, mine);
}

static void touch(struct host_vf *vf)
{
	guest_start(vf, MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_IRQ_ENABLE);
	guest_write(vf, MIGCAP_IRQ, 2);
	guest_write(vf, MIGCAP_VF_STATUS, MIGCAP_VF_READY);
	host_attr_write(vf, "quiesce", "1");
	host_attr_write(vf, "quiesce", "0");
}

TEST_F(config, open_resets_the_capability)
{
	uint8_t want[CAP_SIZE], seen[CAP_SIZE];

	touch(&self->vf);
	host_close(&self->vf);
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	initial_capability(&self->vf, want);
	vfio_dev_cfg_read(&self->vf.dev, self->vf.cap, seen, CAP_SIZE);
	EXPECT_EQ(0, memcmp(want, seen, CAP_SIZE));
}

TEST_F(config, device_reset_resets_the_capability)
{
	uint8_t want[CAP_SIZE], seen[CAP_SIZE];

	touch(&self->vf);
	ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
	initial_capability(&self->vf, want);
	vfio_dev_cfg_read(&self->vf.dev, self->vf.cap, seen, CAP_SIZE);
	EXPECT_EQ(0, memcmp(want, seen, CAP_SIZE));
}

TEST_F(config, guest_flr_leaves_the_capability)
{
	uint8_t before[CAP_SIZE], after[CAP_SIZE];

	guest_start(&self->vf, MIGCAP_CTRL_DRIVER);
	guest_write(&self->vf, MIGCAP_IRQ, 1);
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "1"));
	vfio_dev_cfg_read(&self->vf.dev, self->vf.cap, before, CAP_SIZE);
	ASSERT_EQ(MIGCAP_VMM_START, before[MIGCAP_VMM_STATUS]);
	if (guest_flr(&self->vf))
		SKIP(return, "the VF has no Function Level Reset");
	vfio_dev_cfg_read(&self->vf.dev, self->vf.cap, after, CAP_SIZE);
	EXPECT_EQ(0, memcmp(before, after, CAP_SIZE));
}

HOST_TEST_MAIN
