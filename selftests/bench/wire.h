/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network that all peers share: the PF and a tap for each end of a
 * migration, in one bridge that has this machine's address.
 *
 *	          10.9.0.1 probe, uplink
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
#ifndef MIGCAP_BENCH_WIRE_H
#define MIGCAP_BENCH_WIRE_H

#include "../lib/pci.h"

#define WIRE_BRIDGE		"bench"
#define WIRE_HOST_ADDRESS	"10.9.0.1"
#define WIRE_GUEST_ADDRESS	"10.9.0.2"
#define WIRE_MAC		"02:00:00:09:00:02"

struct wire {
	struct pci_pf pf;
	char vfs[2][PCI_BDF_SIZE];	/* by end of the migration */
};

/* Name of an end's tap. */
const char *wire_tap(int end);

/* -ENODEV: this machine has no such NIC. */
int wire_make(struct wire *wire);
void wire_remove(struct wire *wire);

/* Bind both VFs to a driver. */
int wire_bind(struct wire *wire, const char *driver);

#endif /* MIGCAP_BENCH_WIRE_H */
