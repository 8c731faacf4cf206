// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate.
 *
 * Owns the hardware's Bus Master Enable (PCI Express Base Specification 6.0,
 * section 7.5.1.1.3) while the guest is quiesced.  Does not own when that is:
 * guest.c closes and opens it.  It is never closed on a device in use, since
 * most need their driver to initialise them anew after that.
 */
#include <linux/pci.h>

#include "bus_master.h"
#include "stats.h"
#include "trace.h"

/**
 * migcap_vfio_bus_master_init() - begin open
 * @gate: the gate
 * @pdev: the device
 * @stats: counts
 */
void migcap_vfio_bus_master_init(struct migcap_vfio_bus_master *gate,
				 struct pci_dev *pdev,
				 struct migcap_vfio_stats *stats)
{
	gate->pdev = pdev;
	gate->stats = stats;
}

/**
 * migcap_vfio_bus_master_set_guest() - remember what the guest has written
 * @gate: the gate
 * @bus_master: the guest's Bus Master Enable
 */
void migcap_vfio_bus_master_set_guest(struct migcap_vfio_bus_master *gate,
				      bool bus_master)
{
	WRITE_ONCE(gate->bus_master, bus_master);
}

/**
 * migcap_vfio_bus_master_close() - stop the device's DMA
 * @gate: the gate
 *
 * Waits for transactions in flight, up to 700 ms.
 *
 * Return: 0, or -EIO if they do not come to an end; the gate is open then.
 */
int migcap_vfio_bus_master_close(struct migcap_vfio_bus_master *gate)
{
	if (gate->closed)
		return 0;
	WRITE_ONCE(gate->closed, true);
	pci_clear_master(gate->pdev);
	migcap_vfio_count(gate->stats, MIGCAP_COUNT_GATE_CLOSED);
	trace_migcap_gate(gate->stats->dev, true, gate->bus_master);
	if (!pci_wait_for_pending_transaction(gate->pdev)) {
		migcap_vfio_bus_master_open(gate);
		return -EIO;
	}
	return 0;
}

/**
 * migcap_vfio_bus_master_open() - let the device do what its guest allows
 * @gate: the gate
 */
void migcap_vfio_bus_master_open(struct migcap_vfio_bus_master *gate)
{
	if (!gate->closed)
		return;
	WRITE_ONCE(gate->closed, false);
	if (gate->bus_master)
		pci_set_master(gate->pdev);
	migcap_vfio_count(gate->stats, MIGCAP_COUNT_GATE_OPENED);
	trace_migcap_gate(gate->stats->dev, false, gate->bus_master);
}

/**
 * migcap_vfio_bus_master_is_forced() - look at the hardware after somebody wrote to it
 * @gate: the gate, closed
 *
 * Return: true if Bus Master Enable has been set behind the closed gate.
 */
bool migcap_vfio_bus_master_is_forced(const struct migcap_vfio_bus_master *gate)
{
	u16 command;

	pci_read_config_word(gate->pdev, PCI_COMMAND, &command);
	/* All ones: the device is gone and does no DMA. */
	return command != U16_MAX && (command & PCI_COMMAND_MASTER);
}

/**
 * migcap_vfio_bus_master_shut() - clear Bus Master Enable that was set behind the gate
 * @gate: the gate, closed
 */
void migcap_vfio_bus_master_shut(struct migcap_vfio_bus_master *gate)
{
	pci_clear_master(gate->pdev);
}
