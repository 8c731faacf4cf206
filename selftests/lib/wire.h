/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network of a guest that is migrated between two VFs of one NIC.  Both
 * have the guest's MAC address.  The PF has this machine's address, or is in a
 * bridge that has it, together with a tap for each end of the migration:
 *
 *	          10.9.0.1
 *	              |
 *	    +---------+---------+ bridge
 *	    |         |         |
 *	   tap 0    tap 1      PF
 *	    |         |      .-'-.
 *	  virtio    virtio  VF 0  VF 2
 *	 (source)  (dest.) (source) (dest.)
 *
 * Taps and PF are isolated from each other: a NIC that sends a broadcast back
 * to the function it came from, as an emulated igb does, would teach the bridge
 * that a guest behind a tap is behind the PF.
 */
#ifndef MIGCAP_TEST_WIRE_H
#define MIGCAP_TEST_WIRE_H

#include <stdbool.h>

#include "pci.h"

#define WIRE_HOST_ADDRESS	"10.9.0.1"
#define WIRE_GUEST_ADDRESS	"10.9.0.2"
#define WIRE_MAC		"02:00:00:09:00:02"

/*
 * A guest may have more VFs.  Each of those is in a network of its own: 10.9.1.0/24
 * for the next one, where this machine and the guest have the same last numbers.
 */
#define WIRE_VFS_MAX		3

struct wire_address {
	char text[16];
};

struct wire {
	struct pci_pf pf;
	char vfs[2][PCI_BDF_SIZE];	/* by end of the migration */
	int others;			/* further VFs, at each end; in the lab alone */
	char other_vfs[2][WIRE_VFS_MAX - 1][PCI_BDF_SIZE];
	bool bridged;
	bool made_vfs;			/* in the lab; else they were given */
};

/* What QEMU is told of a virtio-net of the guest's MAC address at a tap. */
struct wire_nic {
	char netdev[96];		/* value of -netdev */
	char device[128];		/* value of -device */
};

/*
 * Of the VFs MIGCAP_VF and MIGCAP_VF2, or, where MIGCAP_MAKE_VFS is set, of VFs
 * that are made for it.  -ENODEV: this machine has no such NIC, or no VF was given.
 * On failure, wire_remove() takes away what was made.
 */
int wire_make(struct wire *wire, bool bridged, int others);
void wire_remove(struct wire *wire);

/* Of this machine (1) or the guest (2) in the network of a further VF, from 0. */
struct wire_address wire_address(int other, int host);

/* Bind all VFs to a driver. */
int wire_bind(const struct wire *wire, const char *driver);

/* Name of the network device that has this machine's address. */
const char *wire_link(const struct wire *wire);

/* For the tap of an end, if there is a bridge; @more are options of the device. */
struct wire_nic wire_nic(int end, const char *more);

#endif /* MIGCAP_TEST_WIRE_H */
