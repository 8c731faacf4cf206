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
 * @stats: counts how often it was closed and opened
 * @closed: the hardware's Bus Master Enable is held clear
 * @bus_master: what the guest has written there
 *
 * The owner's lock protects @closed and @bus_master, both of which may be read
 * without it.  The owner sees to it that the device is powered when a function
 * here is called.
 */
struct migcap_vfio_bus_master {
	struct pci_dev *pdev;
	struct migcap_vfio_stats *stats;
	bool closed;
	bool bus_master;
};

void migcap_vfio_bus_master_init(struct migcap_vfio_bus_master *gate,
				 struct pci_dev *pdev,
				 struct migcap_vfio_stats *stats);
int migcap_vfio_bus_master_close(struct migcap_vfio_bus_master *gate);
void migcap_vfio_bus_master_open(struct migcap_vfio_bus_master *gate);
void migcap_vfio_bus_master_set_guest(struct migcap_vfio_bus_master *gate,
				      bool bus_master);
bool migcap_vfio_bus_master_is_forced(const struct migcap_vfio_bus_master *gate);
void migcap_vfio_bus_master_shut(struct migcap_vfio_bus_master *gate);

#endif /* MIGCAP_VFIO_BUS_MASTER_H */
