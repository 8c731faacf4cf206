/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gate: Bus Master Enable of the physical device, and the guest's view.
 */
#ifndef MIGCAP_VFIO_BUS_MASTER_H
#define MIGCAP_VFIO_BUS_MASTER_H

#include <linux/types.h>

struct migcap_vfio_stats;
struct pci_dev;

/**
 * struct migcap_vfio_bus_master - whether a device may do DMA
 * @pdev: the device
 * @stats: counts how often the gate was closed and opened
 * @closed: the gate: the hardware's Bus Master Enable is held clear
 * @guest: what the guest has written there
 *
 * The owner's lock protects @closed and @guest, both of which may be read
 * without it.  The caller must make sure that the device is powered.
 */
struct migcap_vfio_bus_master {
	struct pci_dev *pdev;
	struct migcap_vfio_stats *stats;
	bool closed;
	bool guest;
};

void migcap_vfio_bus_master_init(struct migcap_vfio_bus_master *bm,
				 struct pci_dev *pdev,
				 struct migcap_vfio_stats *stats);
void migcap_vfio_bus_master_look(struct migcap_vfio_bus_master *bm);
int migcap_vfio_bus_master_close(struct migcap_vfio_bus_master *bm);
void migcap_vfio_bus_master_open(struct migcap_vfio_bus_master *bm);
void migcap_vfio_bus_master_set_guest(struct migcap_vfio_bus_master *bm,
				      bool guest);
int migcap_vfio_bus_master_read(const struct migcap_vfio_bus_master *bm);
void migcap_vfio_bus_master_reassert(struct migcap_vfio_bus_master *bm);

/**
 * migcap_vfio_bus_master_may_write() - whether nothing keeps the device from DMA
 * @bm: the gate
 *
 * Return: true if the gate is open and the guest has Bus Master Enable set.
 */
static inline bool
migcap_vfio_bus_master_may_write(const struct migcap_vfio_bus_master *bm)
{
	return !bm->closed && bm->guest;
}

#endif /* MIGCAP_VFIO_BUS_MASTER_H */
