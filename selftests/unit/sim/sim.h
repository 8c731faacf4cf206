/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The simulated kernel and device below the driver's sources.
 *
 * One thread, one device, one container.  What the hardware or the host may do
 * otherwise than usual is asked of the model, which has the random numbers.
 */
#ifndef SELFTESTS_UNIT_SIM_SIM_H
#define SELFTESTS_UNIT_SIM_SIM_H

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/vfio_pci_core.h>

#include "migcap.h"

#define SIM_CAP		0x50	/* the migration capability */
#define SIM_EXP		0x70	/* the PCI Express capability */
#define SIM_PM		0xc8	/* the power management capability */

struct sim {
	struct pci_driver *driver;
	struct pci_dev pdev;
	struct migcap_vfio_device *mvdev;
	struct file *filp;
	bool is_open;
	bool file_saves;
	/* the device */
	u8 config[PCI_CFG_SPACE_SIZE];
	bool d3hot;
	u16 saved_command;
	/* a type1 container */
	bool tracks;
	bool pinned_scope;
	u64 pinned_dirty;
	/* others */
	struct migcap_vfio_sibling other_device;
	struct work_struct others_look;	/* nothing comes of it */
	struct delayed_work *timer;
	struct work_struct *work;
	bool work_is_late;	/* the kernel's thread gets no processor yet */
	int nested;
	int locks;
};

extern struct sim sim;

int sim_module_init(void);

/* Lets time pass, and timers run. */
void sim_advance(u64 ms);
/* The kernel's thread gets to run, if it has something to do. */
void sim_run_work(void);
/* The device is reset, as core does it. */
void sim_reset(void);
void sim_iova_bitmap(struct iova_bitmap *bitmap, u64 iova, u64 length,
		     u64 page_size);

struct iova_bitmap {
	u64 iova;
	u64 length;
	u64 page_size;
	u64 first_bytes;	/* pages whose first byte's bit is set */
	u64 last_bytes;
};

#endif /* SELFTESTS_UNIT_SIM_SIM_H */
