// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the capability's registers keep what the layout says, and do their values
 * mean what the protocol says?
 *
 * Guarantees:
 *  - a byte of the host never changes by a guest's write;
 *  - EPOCH counts changes of VMM_STATUS and nothing else;
 *  - every combination of registers has the one meaning of the table.
 */
#include <kselftest_harness.h>

#include <linux/migcap_regs.h>

#include "cap_regs.h"

#define CTRL_ANSWERS	(MIGCAP_CTRL_IRQ_ENABLE | MIGCAP_CTRL_DRIVER)
#define CTRL_KNOWN	(CTRL_ANSWERS | MIGCAP_CTRL_DMA_TRACKED)

FIXTURE(regs) {
	struct migcap_vfio_cap_regs regs;
};

FIXTURE_SETUP(regs)
{
	memset(&self->regs, 0, sizeof(self->regs));
}

FIXTURE_TEARDOWN(regs)
{
}

TEST_F(regs, constants)
{
	char sig[MIGCAP_SIGNATURE_SIZE];
	int i;

	for (i = 0; i < MIGCAP_SIGNATURE_SIZE; i++)
		sig[i] = migcap_vfio_cap_regs_read(&self->regs,
						   MIGCAP_SIGNATURE + i);
	EXPECT_EQ(0, memcmp(sig, MIGCAP_SIGNATURE_VALUE, sizeof(sig)));
	EXPECT_EQ(MIGCAP_ID_VALUE,
		  migcap_vfio_cap_regs_read(&self->regs, MIGCAP_ID));
	EXPECT_EQ(MIGCAP_LENGTH_VALUE,
		  migcap_vfio_cap_regs_read(&self->regs, MIGCAP_LENGTH));
	EXPECT_EQ(MIGCAP_REVISION_VALUE,
		  migcap_vfio_cap_regs_read(&self->regs, MIGCAP_REVISION));
	EXPECT_EQ(0, migcap_vfio_cap_regs_read(&self->regs, MIGCAP_RESERVED));
	EXPECT_EQ(0,
		  migcap_vfio_cap_regs_read(&self->regs, MIGCAP_RESERVED + 1));
}

static u8 written(unsigned int reg, u8 was, u8 val)
{
	switch (reg) {
	case MIGCAP_CTRL:
		return val & CTRL_KNOWN;
	case MIGCAP_VF_STATUS:
		return val <= MIGCAP_VF_READY ? val : was;
	case MIGCAP_IRQ:
		return val;
	default:
		return was;
	}
}

TEST_F(regs, every_write_of_every_byte)
{
	unsigned int reg, val, other;

	for (reg = 0; reg < MIGCAP_LENGTH_VALUE; reg++)
		for (val = 0; val < 256; val++) {
			struct migcap_vfio_cap_regs was = self->regs;
			u8 byte = migcap_vfio_cap_regs_read(&was, reg);

			migcap_vfio_cap_regs_write(&self->regs, reg, val);
			ASSERT_EQ(written(reg, byte, val),
				  migcap_vfio_cap_regs_read(&self->regs, reg))
				TH_LOG("%02x to register %#x", val, reg);
			for (other = 0; other < MIGCAP_LENGTH_VALUE; other++)
				if (other != reg)
					ASSERT_EQ(migcap_vfio_cap_regs_read(&was,
									    other),
						  migcap_vfio_cap_regs_read(&self->regs,
									    other));
		}
}

TEST_F(regs, epoch_counts_changes)
{
	int i;

	for (i = 0; i < 300; i++) {
		u8 epoch = self->regs.epoch;

		migcap_vfio_cap_regs_start(&self->regs);
		migcap_vfio_cap_regs_start(&self->regs);
		ASSERT_EQ((u8)(epoch + 1), self->regs.epoch);
		ASSERT_EQ(MIGCAP_VMM_START, self->regs.vmm_status);
		ASSERT_TRUE(migcap_vfio_cap_regs_end(&self->regs, 0));
		ASSERT_FALSE(migcap_vfio_cap_regs_end(&self->regs, 0));
		ASSERT_EQ((u8)(epoch + 2), self->regs.epoch);
		ASSERT_EQ(MIGCAP_VMM_END, self->regs.vmm_status);
	}
}

TEST_F(regs, device_reset_is_told_with_end_and_cleared_by_start)
{
	migcap_vfio_cap_regs_start(&self->regs);
	migcap_vfio_cap_regs_end(&self->regs, MIGCAP_EVENT_DEVICE_RESET);
	EXPECT_EQ(MIGCAP_EVENT_DEVICE_RESET,
		  migcap_vfio_cap_regs_read(&self->regs, MIGCAP_EVENT));
	migcap_vfio_cap_regs_start(&self->regs);
	EXPECT_EQ(0, migcap_vfio_cap_regs_read(&self->regs, MIGCAP_EVENT));
}

TEST_F(regs, tracking_is_told_to_who_promised)
{
	EXPECT_FALSE(migcap_vfio_cap_regs_tracking(&self->regs));
	EXPECT_EQ(0, self->regs.event);

	migcap_vfio_cap_regs_write(&self->regs, MIGCAP_CTRL,
				   MIGCAP_CTRL_DMA_TRACKED);
	EXPECT_TRUE(migcap_vfio_cap_regs_tracking(&self->regs));
	EXPECT_FALSE(migcap_vfio_cap_regs_tracking(&self->regs));
	EXPECT_EQ(MIGCAP_EVENT_TRACKING,
		  migcap_vfio_cap_regs_read(&self->regs, MIGCAP_EVENT));
	EXPECT_EQ(0, self->regs.epoch);
	migcap_vfio_cap_regs_start(&self->regs);
	EXPECT_EQ(MIGCAP_EVENT_TRACKING, self->regs.event);
	/* It is not END that says that nobody tracks any more. */
	migcap_vfio_cap_regs_end(&self->regs, 0);
	EXPECT_EQ(MIGCAP_EVENT_TRACKING, self->regs.event);
}

/* The protocol's table, one line a meaning. */
static enum migcap_vfio_guest_state meaning(u8 ctrl, u8 vmm, u8 vf,
					    bool bus_master)
{
	if (vf == MIGCAP_VF_READY && vmm == MIGCAP_VMM_START)
		return MIGCAP_GUEST_READY;
	if (vf == MIGCAP_VF_READY)
		return MIGCAP_GUEST_STANDING;
	if (ctrl & CTRL_ANSWERS)
		return MIGCAP_GUEST_PRESENT;
	if (bus_master)
		return MIGCAP_GUEST_ABSENT;
	return MIGCAP_GUEST_BME_OFF;
}

TEST_F(regs, every_combination_has_its_meaning)
{
	unsigned int ctrl, vmm, vf, bme;

	for (ctrl = 0; ctrl <= CTRL_KNOWN; ctrl++)
		for (vmm = 0; vmm < 2; vmm++)
			for (vf = 0; vf < 2; vf++)
				for (bme = 0; bme < 2; bme++) {
					self->regs.ctrl = ctrl;
					self->regs.vmm_status = vmm;
					self->regs.vf_status = vf;
					ASSERT_EQ(meaning(ctrl, vmm, vf, bme),
						  migcap_vfio_cap_regs_guest(&self->regs,
									     bme));
				}
}

TEST_F(regs, quiesced_means_no_dma)
{
	EXPECT_FALSE(migcap_vfio_guest_is_quiesced(MIGCAP_GUEST_ABSENT));
	EXPECT_FALSE(migcap_vfio_guest_is_quiesced(MIGCAP_GUEST_PRESENT));
	EXPECT_TRUE(migcap_vfio_guest_is_quiesced(MIGCAP_GUEST_BME_OFF));
	EXPECT_TRUE(migcap_vfio_guest_is_quiesced(MIGCAP_GUEST_READY));
	EXPECT_TRUE(migcap_vfio_guest_is_quiesced(MIGCAP_GUEST_STANDING));
}

TEST_HARNESS_MAIN
