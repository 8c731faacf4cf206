/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NIC with which the tests are run in the lab: the one place that names it,
 * also for the scripts, which read the strings out of this file (nic() in
 * lab/lib.sh).
 */
#ifndef MIGCAP_TEST_NIC_H
#define MIGCAP_TEST_NIC_H

#define NIC_QEMU_DEVICE	"igb"	/* what emulates it in L1 */
#define NIC_PF_DRIVER	"igb"	/* in the host */
#define NIC_VF_DRIVER	"igbvf"	/* in the guest */

/* The driver's directory in the guest; its devices are the links in it. */
#define NIC_VF_DRIVER_DIR	"/sys/bus/pci/drivers/" NIC_VF_DRIVER

#endif /* MIGCAP_TEST_NIC_H */
