/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gate: Bus Master Enable of the physical device, and the guest's view.
 */
#ifndef MIGCAP_GATE_H
#define MIGCAP_GATE_H

#include <linux/types.h>

struct migcap_report;
struct pci_dev;

/**
 * struct migcap_gate - whether a device may do DMA
 * @pdev: the device
 * @report: counts how often it was closed and opened
 * @closed: the hardware's Bus Master Enable is held clear
 * @bus_master: what the guest has written there
 *
 * The owner's lock protects @closed and @bus_master, both of which may be read
 * without it.  The owner sees to it that the device is powered when a function
 * here is called.
 */
struct migcap_gate {
	struct pci_dev *pdev;
	struct migcap_report *report;
	bool closed;
	bool bus_master;
};

void migcap_gate_init(struct migcap_gate *gate, struct pci_dev *pdev,
		      struct migcap_report *report);
int migcap_gate_close(struct migcap_gate *gate);
void migcap_gate_open(struct migcap_gate *gate);
void migcap_gate_set_guest(struct migcap_gate *gate, bool bus_master);
bool migcap_gate_is_forced(const struct migcap_gate *gate);
void migcap_gate_shut(struct migcap_gate *gate);

#endif /* MIGCAP_GATE_H */
