// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the device's Bus Master Enable off exactly while its guest is quiesced?
 *
 * The hardware is read through sysfs, past the emulation.
 *
 * Guarantees:
 *  - READY clears it in hardware before the guest's write is over, WAIT and END
 *    give it back, and the guest never sees a value that it did not write;
 *  - a guest that sets it while READY leaves READY;
 *  - a device whose guest is not quiesced is never touched.
 */
#include <kselftest_harness.h>

#include <linux/pci_regs.h>

#include "host.h"

FIXTURE(gate) {
	struct host_vf vf;
};

FIXTURE_SETUP(gate)
{
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_TRUE(host_phys_bus_master(host_vf_name));
}

FIXTURE_TEARDOWN(gate)
{
	host_close(&self->vf);
}

static int answer(struct host_vf *vf, uint8_t status)
{
	return guest_write(vf, MIGCAP_VF_STATUS, status);
}

TEST_F(gate, standing_ready_closes_and_wait_opens)
{
	long closed = host_counter(&self->vf, "gate_closed");
	long opened = host_counter(&self->vf, "gate_opened");

	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	EXPECT_TRUE(guest_bus_master(&self->vf));
	EXPECT_EQ(closed + 1, host_counter(&self->vf, "gate_closed"));

	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_TRUE(guest_bus_master(&self->vf));
	EXPECT_EQ(opened + 1, host_counter(&self->vf, "gate_opened"));
}

TEST_F(gate, ready_after_start_closes)
{
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "1"));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	EXPECT_TRUE(guest_bus_master(&self->vf));
}

/* END alone is no consent to DMA: the guest is still READY, by its own word. */
TEST_F(gate, opens_when_the_guest_goes_on_after_end)
{
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "0"));
	EXPECT_STREQ("standing", host_attr(&self->vf, "guest"));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

TEST_F(gate, every_width_shows_the_guests_value)
{
	uint16_t cmd = vfio_dev_cfg_read16(&self->vf.dev, PCI_COMMAND);
	uint8_t header[PCI_STD_HEADER_SIZEOF];

	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(cmd, vfio_dev_cfg_read16(&self->vf.dev, PCI_COMMAND));
	EXPECT_EQ(cmd & 0xff, vfio_dev_cfg_read8(&self->vf.dev, PCI_COMMAND));
	EXPECT_EQ(cmd, vfio_dev_cfg_read32(&self->vf.dev, PCI_COMMAND) &
		       0xffff);
	ASSERT_EQ(sizeof(header), vfio_dev_cfg_read(&self->vf.dev, 0, header,
						    sizeof(header)));
	EXPECT_EQ(cmd & 0xff, header[PCI_COMMAND]);
	ASSERT_EQ(3, vfio_dev_cfg_read(&self->vf.dev, PCI_COMMAND - 1, header,
				       3));
	EXPECT_EQ(cmd & 0xff, header[1]);
}

TEST_F(gate, setting_bus_master_leaves_ready)
{
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, true));
	EXPECT_EQ(MIGCAP_VF_WAIT, guest_read(&self->vf, MIGCAP_VF_STATUS));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_TRUE(guest_bus_master(&self->vf));
	EXPECT_STREQ("present", host_attr(&self->vf, "guest"));
}

TEST_F(gate, setting_it_in_one_byte_leaves_ready)
{
	uint8_t cmd = vfio_dev_cfg_read8(&self->vf.dev, PCI_COMMAND);

	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(0, vfio_dev_cfg_write8(&self->vf.dev, PCI_COMMAND, cmd));
	EXPECT_EQ(MIGCAP_VF_WAIT, guest_read(&self->vf, MIGCAP_VF_STATUS));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

TEST_F(gate, clearing_it_stays_ready_and_is_remembered)
{
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, false));
	EXPECT_EQ(MIGCAP_VF_READY, guest_read(&self->vf, MIGCAP_VF_STATUS));
	EXPECT_FALSE(guest_bus_master(&self->vf));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	EXPECT_FALSE(guest_bus_master(&self->vf));
}

/* Other bits of Command pass the gate. */
TEST_F(gate, memory_enable_is_the_guests)
{
	uint16_t cmd = vfio_dev_cfg_read16(&self->vf.dev, PCI_COMMAND);

	ASSERT_EQ(0, guest_set_bus_master(&self->vf, false));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	cmd = vfio_dev_cfg_read16(&self->vf.dev, PCI_COMMAND) ^
	      PCI_COMMAND_MEMORY;
	ASSERT_EQ(0, vfio_dev_cfg_write16(&self->vf.dev, PCI_COMMAND, cmd));
	EXPECT_EQ(cmd, vfio_dev_cfg_read16(&self->vf.dev, PCI_COMMAND));
	EXPECT_EQ(MIGCAP_VF_READY, guest_read(&self->vf, MIGCAP_VF_STATUS));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
}

TEST_F(gate, ready_twice_changes_nothing)
{
	long closed = host_counter(&self->vf, "gate_closed");

	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(closed + 1, host_counter(&self->vf, "gate_closed"));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

TEST_F(gate, stop_and_cont_leave_an_unquiesced_device)
{
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_STOP, NULL));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_RUNNING,
				  NULL));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EPOCH));
}

TEST_F(gate, stop_and_cont_leave_a_standing_ready)
{
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_STOP, NULL));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_RUNNING,
				  NULL));
	EXPECT_EQ(MIGCAP_VF_READY, guest_read(&self->vf, MIGCAP_VF_STATUS));
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
}

TEST_F(gate, flr_while_ready_leaves_it_closed)
{
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	if (guest_flr(&self->vf))
		SKIP(return, "the VF has no Function Level Reset");
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(MIGCAP_VF_READY, guest_read(&self->vf, MIGCAP_VF_STATUS));
	EXPECT_STREQ("standing", host_attr(&self->vf, "guest"));
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, true));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
	EXPECT_EQ(MIGCAP_VF_WAIT, guest_read(&self->vf, MIGCAP_VF_STATUS));
}

TEST_F(gate, device_reset_opens)
{
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(0, vfio_dev_reset(&self->vf.dev));
	EXPECT_EQ(MIGCAP_VF_WAIT, guest_read(&self->vf, MIGCAP_VF_STATUS));
	EXPECT_EQ(guest_bus_master(&self->vf),
		  host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, true));
	EXPECT_TRUE(host_phys_bus_master(host_vf_name));
}

/* A device that nobody has open does no DMA. */
TEST_F(gate, close_leaves_it_off)
{
	vfio_dev_close(&self->vf.dev);
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	vfio_dev_close(&self->vf.dev);
	EXPECT_FALSE(host_phys_bus_master(host_vf_name));
}

HOST_TEST_MAIN
