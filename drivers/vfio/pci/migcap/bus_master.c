// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate.
 *
 * Owns the hardware's Bus Master Enable (PCI Express Base Specification 6.0,
 * section 7.5.1.1.3) while the guest is quiesced.  Does not own when that is:
 * guest.c closes and opens it.  It is not closed on a device in use, since most
 * need their driver to initialise them anew after that; the exception is in
 * guest_cut.c.
 */
#include <linux/pci.h>

#include "bus_master.h"
#include "stats.h"
#include "trace.h"

/**
 * migcap_vfio_bus_master_init() - begin with an open gate
 * @bm: the gate
 * @pdev: the device
 * @stats: counts
 */
void migcap_vfio_bus_master_init(struct migcap_vfio_bus_master *bm,
				 struct pci_dev *pdev,
				 struct migcap_vfio_stats *stats)
{
	bm->pdev = pdev;
	bm->stats = stats;
}

/**
 * migcap_vfio_bus_master_set_guest() - remember what the guest has written
 * @bm: the gate
 * @guest: the guest's Bus Master Enable
 */
void migcap_vfio_bus_master_set_guest(struct migcap_vfio_bus_master *bm,
				      bool guest)
{
	WRITE_ONCE(bm->guest, guest);
}

/**
 * migcap_vfio_bus_master_look() - take in what the guest has set by now
 * @bm: the gate
 *
 * While the gate is open, Bus Master Enable of the hardware is the guest's: a
 * write to it may not have been told yet, and a change of power restores it.
 */
void migcap_vfio_bus_master_look(struct migcap_vfio_bus_master *bm)
{
	int set;

	if (bm->closed)
		return;
	set = migcap_vfio_bus_master_read(bm);
	if (set >= 0)
		migcap_vfio_bus_master_set_guest(bm, set);
}

/**
 * migcap_vfio_bus_master_close() - stop the device's DMA
 * @bm: the gate
 *
 * Waits for transactions in flight, up to 700 ms.
 *
 * Return: 0, or -EIO if they do not come to an end; the gate is open then.
 */
int migcap_vfio_bus_master_close(struct migcap_vfio_bus_master *bm)
{
	if (bm->closed)
		return 0;
	migcap_vfio_bus_master_look(bm);
	WRITE_ONCE(bm->closed, true);
	pci_clear_master(bm->pdev);
	migcap_vfio_count(bm->stats, MIGCAP_COUNT_GATE_CLOSED);
	trace_migcap_gate(bm->stats->dev, true, bm->guest);
	if (!pci_wait_for_pending_transaction(bm->pdev)) {
		migcap_vfio_bus_master_open(bm);
		return -EIO;
	}
	return 0;
}

/**
 * migcap_vfio_bus_master_open() - let the device do what its guest allows
 * @bm: the gate
 */
void migcap_vfio_bus_master_open(struct migcap_vfio_bus_master *bm)
{
	if (!bm->closed)
		return;
	WRITE_ONCE(bm->closed, false);
	if (bm->guest)
		pci_set_master(bm->pdev);
	migcap_vfio_count(bm->stats, MIGCAP_COUNT_GATE_OPENED);
	trace_migcap_gate(bm->stats->dev, false, bm->guest);
}

/**
 * migcap_vfio_bus_master_read() - look at the hardware
 * @bm: the gate
 *
 * The completion of this read also pushes the device's earlier writes ahead of
 * it (PCI Express Base Specification 6.0, section 2.4.1).
 *
 * Return: 1 if Bus Master Enable is set there, 0 if not, or -ENODEV if the
 * device does not answer, as one that is being reset or is gone.
 */
int migcap_vfio_bus_master_read(const struct migcap_vfio_bus_master *bm)
{
	u16 command;

	pci_read_config_word(bm->pdev, PCI_COMMAND, &command);
	if (command == U16_MAX)
		return -ENODEV;
	return !!(command & PCI_COMMAND_MASTER);
}

/**
 * migcap_vfio_bus_master_reassert() - clear what was set behind the closed gate
 * @bm: the gate, closed
 */
void migcap_vfio_bus_master_reassert(struct migcap_vfio_bus_master *bm)
{
	pci_clear_master(bm->pdev);
}
