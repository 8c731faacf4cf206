/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every scenario starts from and ends with.
 *
 *	this machine (L1)
 *	+---------------------------------------------------------+
 *	|  probe, stream                                          |
 *	|  10.9.0.1                    QEMU              QEMU      |
 *	|     |                     +---------+       +---------+  |
 *	|     |                     |  guest  | ----> |  guest  |  |
 *	|     |                     | 10.9.0.2|       | 10.9.0.2|  |
 *	|     |                     +----+----+       +----+----+  |
 *	|  +--+--+  igb, SR-IOV       +--+--+           +--+--+    |
 *	|  |  PF |--------------------| VF 0|-----------| VF 2|    |
 *	|  +-----+                    +-----+           +-----+    |
 *	+---------------------------------------------------------+
 *
 * Both VFs have the same MAC address.  The guest starts on VF 0; each
 * migration takes it to the other one.
 *
 * The VMs may be on other hosts, see hosts.h, which brings that up in another way.
 */
#ifndef MIGCAP_TEST_SCENARIO_H
#define MIGCAP_TEST_SCENARIO_H

#include <stdbool.h>

#include "disk.h"
#include "hoard.h"
#include "migcap.h"
#include "migrate.h"
#include "probe.h"
#include "stream.h"
#include "vm.h"
#include "wire.h"

enum scenario_guest {
	GUEST_WITH_AGENT,
	GUEST_WITHOUT_AGENT,
	/* After the VF's driver, so that it cannot track the device's DMA. */
	GUEST_WITH_LATE_AGENT,
};

/* What the VMM gives the guest; zero is a VF alone, held as QEMU does by default. */
struct scenario_vmm {
	enum vm_vfio vfio;
	bool iommu_tracks;	/* the IOMMU's dirty bits, not the VF's log */
	bool log;		/* not without the VF's log: skip */
	bool standby;		/* the guest also has a virtio-net of the VF's MAC */
	int other_vfs;		/* the guest has so many VFs more */
	bool disk;		/* the guest has an NVMe VF, without a file system mounted */
	bool no_nic;		/* that is all it has */
	const char *saved;	/* no guest boots: it is restored from this file */
};

struct scenario {
	const char *name;
	enum scenario_guest kind;
	struct scenario_vmm vmm;
	bool logs_dma;			/* the VFs' driver, on this kernel */
	struct wire wire;
	struct disk disk;
	struct vm vms[2];		/* vms[i] has wire.vfs[i], or disk.vfs[i] */
	struct host *hosts[2];		/* where, NULL: here */
	int here;			/* where the guest runs */
	int started;			/* VMs so far, for their names */
	int needs_quiesce;		/* -1: not known yet */
	struct probe *probe;
	struct stream *stream;
	int kernel_log;
};

/*
 * Bring up all of the above, with a running guest whose network works, probes
 * and a stream.  -ENODEV: this machine lacks something, skip.  On failure
 * nothing is left behind.
 */
int scenario_setup(struct scenario *s, const char *name,
		   enum scenario_guest kind);
int scenario_setup_vmm(struct scenario *s, const char *name,
		       enum scenario_guest kind,
		       const struct scenario_vmm *vmm);
void scenario_teardown(struct scenario *s);

/* Before that, if something has failed: add what became of the VMs to its reason. */
void scenario_explain(struct scenario *s);

/* The two steps of it that the demo tells about. */
int scenario_prepare_vfs(struct scenario *s);
int scenario_boot(struct scenario *s);

/* The VM and the VF that the guest has now; the NIC's, if it has one. */
struct vm *scenario_vm(struct scenario *s);
const char *scenario_vf(struct scenario *s);
const char *scenario_other_vf(struct scenario *s, int other);

/* Make the guest's network work: after boot, and again after a reboot. */
int scenario_network(struct scenario *s);
int scenario_traffic(struct scenario *s);

/*
 * End the traffic, by which the VF's driver replaces its receive buffers: those
 * that it has now stay, for what the NIC writes next.
 */
void scenario_quiet(struct scenario *s);

/*
 * Have the NIC write to the guest's memory what hoard_check() looks at long after;
 * on return some of it is there, and the guest is quiet.  NULL with a failure reason.
 */
struct flood *scenario_pour(struct scenario *s);

/* Wait until it is clear for all VFs whether the guest promises that. */
int scenario_promises(struct scenario *s);

/* Whether the guest promises to account for its VF's DMA; -errno. */
int scenario_tracks_dma(struct scenario *s);

/* Start the QEMU that waits for the guest. */
int scenario_start_destination(struct scenario *s);

/* Fill in who migrates to whom, the destination having been started. */
struct migration scenario_migration(struct scenario *s);

/* Quiesce ahead if the driver is found to want that. */
int scenario_quiesce(struct scenario *s);

/* One whole migration to the other VF; the old QEMU is stopped. */
int scenario_migrate(struct scenario *s, struct migration *migration);

/* The end of one that was begun: the same from there on. */
int scenario_arrive(struct scenario *s, struct migration *migration);

/* The guest has moved: the other VM is the one it runs in. */
void scenario_moved(struct scenario *s);

/* The same, and wait until it answers there. */
int scenario_moved_alive(struct scenario *s);

/* Continue or stop the VM, and wait until its VF's driver was told. */
int scenario_set_running(struct scenario *s, bool running);

/*
 * Save the guest to a file, having quiesced it if its driver wants that.  QEMU stays,
 * with the guest stopped.
 */
int scenario_save(struct scenario *s, const char *path);

/* Have the other VM restore what was saved to @path; the guest is there then. */
int scenario_restore(struct scenario *s, const char *path);

/* What holds at the end of each scenario, and may be asked in between. */
int scenario_network_works(struct scenario *s);
int scenario_healthy(struct scenario *s);

#endif /* MIGCAP_TEST_SCENARIO_H */
