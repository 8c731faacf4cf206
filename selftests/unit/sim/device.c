// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated device, and vfio-pci core above it.
 *
 * Owns configuration space: the Command register, a Function Level Reset and
 * D3hot, which change it as they do in hardware and core.
 */
#include "../../model/model.h"
#include "capinfo.h"
#include "sim.h"

static u16 sim_command(void)
{
	return sim.config[PCI_COMMAND] | sim.config[PCI_COMMAND + 1] << 8;
}

static void sim_set_command(u16 command)
{
	sim.config[PCI_COMMAND] = command;
	sim.config[PCI_COMMAND + 1] = command >> 8;
	model_device_may_have_written();
}

void pci_set_master(struct pci_dev *pdev)
{
	sim_set_command(sim_command() | PCI_COMMAND_MASTER);
}

/* What is under way may be written still: until it has drained, see below. */
void pci_clear_master(struct pci_dev *pdev)
{
	model_device_may_have_written();
	sim_set_command(sim_command() & ~PCI_COMMAND_MASTER);
}

bool pci_wait_for_pending_transaction(struct pci_dev *pdev)
{
	return !model_fault(MODEL_FAULT_TRANSACTIONS_PEND);
}

int pci_read_config_word(struct pci_dev *pdev, int where, u16 *val)
{
	model_device_may_have_written();
	*val = where == PCI_COMMAND ? sim_command() : 0;
	return 0;
}

int pci_register_driver(struct pci_driver *driver)
{
	sim.driver = driver;
	return 0;
}

void pci_unregister_driver(struct pci_driver *driver)
{
	sim.driver = NULL;
}

/* Core saves Command ahead of a reset, and restores it. */
void sim_reset(void)
{
	u16 command = sim_command();

	sim_set_command(0);
	sim.d3hot = false;
	sim_set_command(command);
	sim.driver->err_handler->reset_done(&sim.pdev);
}

/* Saved on the way to D3hot, restored on the way back. */
static void sim_set_power(unsigned int state)
{
	bool d3hot = state == 3;

	if (d3hot && !sim.d3hot)
		sim.saved_command = sim_command();
	if (!d3hot && sim.d3hot)
		sim_set_command(sim.saved_command);
	sim.d3hot = d3hot;
}

static bool sim_covers(u64 pos, size_t count, unsigned int byte)
{
	return pos <= byte && byte < pos + count;
}

static void sim_write_config(u64 pos, const char *buf, size_t count)
{
	u16 command = sim_command();

	if (sim_covers(pos, count, PCI_COMMAND))
		command = (command & 0xff00) | (u8)buf[PCI_COMMAND - pos];
	if (sim_covers(pos, count, PCI_COMMAND + 1))
		command = (command & 0xff) |
			  (u8)buf[PCI_COMMAND + 1 - pos] << 8;
	if (command != sim_command())
		sim_set_command(command);
	if (sim_covers(pos, count, SIM_PM + PCI_PM_CTRL))
		sim_set_power(buf[SIM_PM + PCI_PM_CTRL - pos] &
			      PCI_PM_CTRL_STATE_MASK);
	if (sim_covers(pos, count, SIM_EXP + PCI_EXP_DEVCTL + 1) &&
	    buf[SIM_EXP + PCI_EXP_DEVCTL + 1 - pos] & 0x80)
		sim_reset();
}

ssize_t vfio_pci_core_read(struct vfio_device *vdev, char __user *buf,
			   size_t count, loff_t *ppos)
{
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;

	if (pos + count > sizeof(sim.config))
		return -EINVAL;
	memcpy(buf, sim.config + pos, count);
	*ppos += count;
	return count;
}

ssize_t vfio_pci_core_write(struct vfio_device *vdev, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;

	if (pos + count > sizeof(sim.config))
		return -EINVAL;
	sim_write_config(pos, buf, count);
	model_device_may_have_written();
	/* The hardware has it, the driver has not seen it: the VMM may act. */
	if (!sim.nested) {
		sim.nested++;
		model_vmm_meanwhile();
		sim.nested--;
	}
	*ppos += count;
	return count;
}

long vfio_pci_core_ioctl(struct vfio_device *vdev, unsigned int cmd,
			 unsigned long arg)
{
	if (cmd != VFIO_DEVICE_RESET)
		return -ENOTTY;
	sim_reset();
	return 0;
}

/* Low power and back: all that core's features do to the device here. */
int vfio_pci_core_ioctl_feature(struct vfio_device *vdev, u32 flags,
				void __user *arg, size_t argsz)
{
	if (sim.d3hot)
		sim_set_command(sim.saved_command);
	return 0;
}

int vfio_pci_core_enable(struct vfio_pci_core_device *core)
{
	sim.d3hot = false;
	pci_clear_master(core->pdev);
	return 0;
}

void vfio_pci_core_disable(struct vfio_pci_core_device *core)
{
	pci_clear_master(core->pdev);
}

void vfio_pci_core_close_device(struct vfio_device *vdev)
{
	pci_clear_master(&sim.pdev);
}

/* Pieces of the driver that have nothing to do with memory. */
int migcap_vfio_cap_place_choose(struct migcap_vfio_cap_place *place,
				 struct vfio_pci_core_device *core,
				 struct migcap_vfio_stats *stats, u16 override)
{
	place->offset = SIM_CAP;
	return 0;
}

void migcap_vfio_host_regs_open(struct migcap_vfio_host_regs *regs,
				struct pci_dev *pdev)
{
}

void migcap_vfio_host_regs_close(struct migcap_vfio_host_regs *regs,
				 struct pci_dev *pdev)
{
}

void migcap_vfio_host_regs_reset(const struct migcap_vfio_host_regs *regs,
				 struct pci_dev *pdev)
{
}

bool migcap_vfio_host_regs_covers(const struct migcap_vfio_host_regs *regs,
				  loff_t pos, size_t count)
{
	return false;
}

int migcap_vfio_host_regs_clear(const struct migcap_vfio_host_regs *regs,
				char __user *buf, size_t count, loff_t pos)
{
	return 0;
}

int migcap_vfio_capinfo(const struct vfio_pci_core_device *core, u16 cap_offset,
			struct vfio_pci_cap_info __user *arg)
{
	return -ENOENT;
}

void migcap_vfio_irq_trigger_init(struct migcap_vfio_irq_trigger *trigger,
				  struct migcap_vfio_stats *stats)
{
	trigger->stats = stats;
}

void migcap_vfio_irq_trigger_clear(struct migcap_vfio_irq_trigger *trigger)
{
}

void migcap_vfio_irq_trigger_raise(struct migcap_vfio_irq_trigger *trigger,
				   u8 vector)
{
	migcap_vfio_count(trigger->stats, MIGCAP_COUNT_IRQ_RAISED);
}

struct migcap_vfio_irq_trigger_update *
migcap_vfio_irq_trigger_prepare(const struct vfio_irq_set *hdr,
				const struct vfio_irq_set __user *arg)
{
	return ERR_PTR(-EINVAL);
}

int migcap_vfio_irq_trigger_commit(struct migcap_vfio_irq_trigger *trigger,
				   struct migcap_vfio_irq_trigger_update
					   *update)
{
	return -EINVAL;
}

void migcap_vfio_irq_trigger_abort(struct migcap_vfio_irq_trigger_update
					   *update)
{
}
