// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a guest see what its host's kernel has set in the device?
 *
 * A VMM refuses a guest whose configuration space differs where it arrives, and
 * kernels differ in what they set.  Here the test is that kernel: it changes the
 * registers in the hardware while nobody has the device.
 *
 * Guarantees:
 *  - what is read does not depend on what was there before the device was opened;
 *  - it is what the PCI Express specification has for the time after a reset;
 *  - a reset gives it that again, whatever the kernel puts back then;
 *  - a guest may set its own masks, and they read back;
 *  - the host has its own again when the device is closed.
 */
#include <kselftest_harness.h>

#include <linux/pci_regs.h>

#include "../lib/sysfs.h"
#include "host.h"

static const struct {
	unsigned int reg;
	uint32_t value;
} masks[] = {
	{ PCI_ERR_UNCOR_MASK, PCI_ERR_UNC_INTN | PCI_ERR_UNC_TLPPRE },
	{ PCI_ERR_UNCOR_SEVER,
	  PCI_ERR_UNC_DLP | PCI_ERR_UNC_SURPDN | PCI_ERR_UNC_FCP |
	  PCI_ERR_UNC_RX_OVER | PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_INTN },
	{ PCI_ERR_COR_MASK, PCI_ERR_COR_ADV_NFAT | PCI_ERR_COR_INTERNAL |
			    PCI_ERR_COR_LOG_OVER },
};

FIXTURE(host_regs) {
	struct host_vf vf;
	unsigned int aer;
	uint32_t before[ARRAY_SIZE(masks)];
};

static uint32_t phys_read32(unsigned int pos)
{
	uint32_t value = 0;

	host_phys_read(host_vf_name, pos, &value, sizeof(value));
	return value;
}

static void phys_write32(unsigned int pos, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		host_phys_write(host_vf_name, pos + i, value >> (8 * i));
}

/* A device that has slept wakes up with what the kernel remembers of it. */
static int keep_awake(bool awake)
{
	char dir[PCI_DIR_SIZE];

	return sysfs_write(pci_dir(host_vf_name, dir), "power/control",
			   awake ? "on" : "auto");
}

FIXTURE_SETUP(host_regs)
{
	unsigned int i;

	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	self->aer = vfio_dev_find_ext_cap(&self->vf.dev, PCI_EXT_CAP_ID_ERR);
	host_close(&self->vf);
	/* The driver's probe allows it to sleep. */
	ASSERT_EQ(0, keep_awake(true));
	if (!self->aer)
		SKIP(return, "the VF has no Advanced Error Reporting");
	for (i = 0; i < ARRAY_SIZE(masks); i++)
		self->before[i] = phys_read32(self->aer + masks[i].reg);
}

FIXTURE_TEARDOWN(host_regs)
{
	unsigned int i;

	host_close(&self->vf);
	for (i = 0; self->aer && i < ARRAY_SIZE(masks); i++)
		phys_write32(self->aer + masks[i].reg, self->before[i]);
	keep_awake(false);
}

static uint32_t guest_read32(struct host_vf *vf, unsigned int pos)
{
	return vfio_dev_cfg_read32(&vf->dev, pos);
}

TEST_F(host_regs, reads_as_after_a_reset)
{
	static const uint32_t settings[] = { 0, ~0U, 0x5a5a5a5a };
	uint32_t host[ARRAY_SIZE(masks)], implemented[ARRAY_SIZE(masks)];
	unsigned int s, i, pos;

	for (s = 0; s < ARRAY_SIZE(settings); s++) {
		for (i = 0; i < ARRAY_SIZE(masks); i++) {
			pos = self->aer + masks[i].reg;
			phys_write32(pos, ~0U);
			implemented[i] = phys_read32(pos);
			ASSERT_NE(0, implemented[i]);
			phys_write32(pos, settings[s]);
			host[i] = phys_read32(pos);
			ASSERT_EQ(settings[s] & implemented[i], host[i]);
		}
		/* A reset has the kernel put back what it had at boot. */
		ASSERT_EQ(0, host_set_reset(host_vf_name, false));
		ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
		for (i = 0; i < ARRAY_SIZE(masks); i++) {
			pos = self->aer + masks[i].reg;
			EXPECT_EQ(masks[i].value & implemented[i],
				  guest_read32(&self->vf, pos));
		}
		host_close(&self->vf);
		for (i = 0; i < ARRAY_SIZE(masks); i++) {
			EXPECT_EQ(host[i], phys_read32(self->aer + masks[i].reg))
				TH_LOG("register %#x", masks[i].reg);
		}
	}
}

TEST_F(host_regs, guest_may_set_its_own_until_a_reset)
{
	unsigned int pos = self->aer + PCI_ERR_COR_MASK;
	uint32_t zero = 0, initial;

	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	initial = guest_read32(&self->vf, pos);
	ASSERT_NE(0, initial);
	ASSERT_EQ(sizeof(zero), vfio_dev_cfg_write(&self->vf.dev, pos, &zero,
						   sizeof(zero)));
	EXPECT_EQ(0, guest_read32(&self->vf, pos));
	ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
	EXPECT_EQ(initial, guest_read32(&self->vf, pos));
	host_close(&self->vf);
	EXPECT_EQ(self->before[2], phys_read32(pos));
}

HOST_TEST_MAIN
