/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drivers that hold the agent to its word.
 *
 * Owns: what such a driver consists of.  The callbacks of the kernel are in
 * contract_main.c, the drivers that are played in contract_table.c.
 */
#ifndef MIGCAP_CONTRACT_H
#define MIGCAP_CONTRACT_H

#include <linux/atomic.h>
#include <linux/pci.h>
#include <linux/workqueue.h>

struct net_device;
struct vf_contract_ring;
struct vf_contract_speaker;

/* The callbacks that a driver has, and by which it was taken down. */
enum vf_contract_way {
	VF_CONTRACT_AER = 1,
	VF_CONTRACT_PM = 2,
	VF_CONTRACT_RESET = 4,
};

/**
 * struct vf_contract - one device
 * @pdev:	the device
 * @ops:	the driver that is played
 * @netdev:	if it is one of a network driver
 * @ring:	if it lets the device do DMA
 * @speaker:	if it answers the host itself
 * @late:	comes up after its callbacks have returned
 * @way:	how it was taken down last
 * @down:	how often it was taken down
 * @live:	how often the device could do DMA when it was told that the
 *		channel is frozen
 * @dead:	how often it could not when it was told anything else, which
 *		expects a device that works
 * @resumed:	how often it was brought up
 */
struct vf_contract {
	struct pci_dev *pdev;
	const struct vf_contract_ops *ops;
	struct net_device *netdev;
	struct vf_contract_ring *ring;
	struct vf_contract_speaker *speaker;
	struct delayed_work late;
	enum vf_contract_way way;
	atomic_t down;
	atomic_t live;
	atomic_t dead;
	atomic_t resumed;
};

/**
 * struct vf_contract_ops - a driver to play
 * @name:	in the parameter
 * @ways:	enum vf_contract_way, or-ed
 * @has_netdev:	it is a network driver
 * @enables_late: slot_reset() leaves the device disabled
 * @answer:	to error_detected()
 * @bound:	the device is ready; may be NULL
 * @gone:	the driver leaves it; may be NULL
 * @down:	let go of the device; NULL for what is usual
 * @up:		bring it up again; NULL for what is usual.  What it returns is
 *		restore()'s answer
 */
struct vf_contract_ops {
	const char *name;
	unsigned int ways;
	bool has_netdev;
	bool enables_late;
	pci_ers_result_t answer;
	int (*bound)(struct vf_contract *vf);
	void (*gone)(struct vf_contract *vf);
	void (*down)(struct vf_contract *vf);
	int (*up)(struct vf_contract *vf);
};

/* contract_main.c: what is usual. */
int vf_contract_enable(struct vf_contract *vf);
void vf_contract_down(struct vf_contract *vf);
int vf_contract_up(struct vf_contract *vf);

/* contract_table.c */
const struct vf_contract_ops *vf_contract_find(const char *name);

/* contract_netdev.c: they do nothing where there is no network device. */
int vf_contract_add_netdev(struct vf_contract *vf);
void vf_contract_remove_netdev(struct vf_contract *vf);
void vf_contract_detach(struct vf_contract *vf);
void vf_contract_attach(struct vf_contract *vf, bool linked);

/* contract_pages.c */
int vf_contract_share(struct vf_contract *vf);

/* contract_ring.c: receives, and keeps what it has "freed". */
int vf_contract_ring_add(struct vf_contract *vf);
void vf_contract_ring_remove(struct vf_contract *vf);
int vf_contract_ring_start(struct vf_contract *vf);
void vf_contract_ring_stop(struct vf_contract *vf);
void vf_contract_ring_free(struct vf_contract *vf);
int vf_contract_ring_received(struct vf_contract *vf);
int vf_contract_ring_spoiled(struct vf_contract *vf);

/* contract_speak.c: answers the host. */
int vf_contract_speak(struct vf_contract *vf);
void vf_contract_be_silent(struct vf_contract *vf);
int vf_contract_interrupts(struct vf_contract *vf);

#endif /* MIGCAP_CONTRACT_H */
