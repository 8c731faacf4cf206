// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of peers, and what is different for each of them.
 */
#include <errno.h>

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/migcap.h"
#include "../lib/nic.h"
#include "../lib/signals.h"
#include "peer.h"

#define PLAIN_DRIVER	"vfio-pci"
#define QUIESCE_MS	30000
#define UNPLUG_MS	60000

#define ADDRESS		"ip address add " WIRE_GUEST_ADDRESS "/24 dev eth0"
#define UP		ADDRESS " && ip link set eth0 up"
#define VF_DRIVER	"load " NIC_VF_DRIVER " && "
#define AGENT		"load migcap_guest && "
#define AGENT_UNTRACKED	"load migcap_guest track_dma=0 && "
/* As a network manager does: whenever the interface comes, configure it. */
#define IS_DOWN		"read flags </sys/class/net/eth0/flags && [ $flags = 0x1002 ]"
#define FOLLOW		"while sleep 0.1; do " IS_DOWN " && { " UP "; }; done"

static void add_virtio(int end, struct run_args *args, const char *more)
{
	const struct wire_nic nic = wire_nic(end, more);

	run_arg(args, "-netdev", "%s", nic.netdev);
	run_arg(args, "-device", "%s", nic.device);
}

static void virtio_devices(const struct run *run, int end,
			   struct vm_spec *spec, struct run_args *args)
{
	(void)run;
	(void)spec;
	add_virtio(end, args, "");
}

static void vf_devices(const struct run *run, int end, struct vm_spec *spec,
		       struct run_args *args)
{
	(void)args;
	spec->vf = run->wire->vfs[end];
	/* QEMU does not know that the guest may account for its DMA. */
	spec->vf_options = ",enable-migration=on";
}

/* A standby of the VF's address, of which QEMU knows nothing else. */
static void standby_devices(const struct run *run, int end,
			    struct vm_spec *spec, struct run_args *args)
{
	vf_devices(run, end, spec, args);
	add_virtio(end, args, ",failover=on");
}

/* The destination gets its VF when the guest is there. */
static void replug_devices(const struct run *run, int end,
			   struct vm_spec *spec, struct run_args *args)
{
	(void)args;
	if (end == 0)
		spec->vf = run->wire->vfs[end];
}

/* QEMU unplugs the one of the pair and plugs in the other. */
static void failover_devices(const struct run *run, int end,
			     struct vm_spec *spec, struct run_args *args)
{
	(void)spec;
	add_virtio(end, args, ",failover=on");
	run_arg(args, "-device",
		"vfio-pci,id=vf,bus=slot0,failover_pair_id=net0dev,host=%s",
		run->wire->vfs[end]);
}

static int unplug(struct run *run)
{
	struct qmp *qmp = &run->vms[0].qmp;
	int err;

	err = qmp_command(qmp, "device_del", json_pack("{s:s}", "id", "vf"),
			  NULL);
	if (err)
		return err;
	if (!qmp_wait(qmp, "DEVICE_DELETED", "device", "vf", run->asked,
		      UNPLUG_MS))
		return failure(-ETIMEDOUT,
			       "the guest does not let go of its VF");
	return 0;
}

static int plug(struct run *run)
{
	return qmp_command(&run->vms[1].qmp, "device_add",
			   json_pack("{s:s, s:s, s:s, s:s}",
				     "driver", "vfio-pci", "id", "vf",
				     "bus", "slot0", "host",
				     run->wire->vfs[1]), NULL);
}

static int quiesce(struct run *run)
{
	return migcap_quiesce(run->wire->vfs[0], QUIESCE_MS);
}

/* Without tracking, what a kernel cannot log it does not migrate. */
static int kernel_logs(struct run *run)
{
	static int needs_quiesce = -1;

	if (needs_quiesce < 0)
		needs_quiesce = migration_needs_quiesce(&run->vms[0]);
	if (needs_quiesce < 0)
		return -EIO;
	return needs_quiesce ? failure(-EOPNOTSUPP,
				       "kernel cannot log DMA") : 0;
}

const struct peer peers[] = {
	{
		.name = "virtio",
		.network = UP,
		.devices = virtio_devices,
	}, {
		.name = "replug",
		.driver = PLAIN_DRIVER,
		.network = VF_DRIVER UP " && setsid sh -c '" FOLLOW
			   "' >/dev/null 2>&1 </dev/null &",
		.devices = replug_devices,
		.begin = unplug,
		.end = plug,
	}, {
		.name = "failover",
		.driver = PLAIN_DRIVER,
		.network = VF_DRIVER UP,
		.devices = failover_devices,
	}, {
		.name = "migcap-tracked",
		.driver = MIGCAP_DRIVER,
		.guest_answers = true,
		.network = AGENT VF_DRIVER UP,
		.devices = vf_devices,
	}, {
		.name = "migcap-logging",
		.driver = MIGCAP_DRIVER,
		.guest_answers = true,
		.network = AGENT_UNTRACKED VF_DRIVER UP,
		.devices = vf_devices,
		.check = kernel_logs,
	}, {
		.name = "migcap-ahead",
		.driver = MIGCAP_DRIVER,
		.guest_answers = true,
		.network = AGENT VF_DRIVER UP,
		.devices = vf_devices,
		.begin = quiesce,
	}, {
		.name = "migcap-standby",
		.driver = MIGCAP_DRIVER,
		.guest_answers = true,
		.network = AGENT VF_DRIVER UP,
		.devices = standby_devices,
	},
};

const int nr_peers = sizeof(peers) / sizeof(peers[0]);
