// SPDX-License-Identifier: GPL-2.0-only
/*
 * The common ground of the scenarios.  It does not assert: it returns -errno
 * with a failure reason, so that the demo can use it as well.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "diagnosis.h"
#include "failure.h"
#include "nic.h"
#include "scenario.h"
#include "trouble.h"
#include "vfio_mig.h"

#define BOOT_MS		120000
#define ARRIVAL_MS	60000
#define QUIESCE_MS	30000
#define MIGRATE_MS	120000
#define SAVE_MS		120000
#define STATE_MS	10000
#define HEAD_START_MS	3000
#define NETWORK_MS	60000
#define SETTLE_MS	30000
#define SIGN_OF_LIFE	(128 * 1024)	/* more than may be in buffers */
#define PROBES_WANTED	10

/*
 * The guest is told what it is; that it belongs to the VF, QEMU does not know.
 * Why its notifications are not in memory: see vm.c.
 */
#define STANDBY		",failover=on,modern-pio-notify=on"

/* What it did is in the guest's trace then, should it have to be explained. */
#define GUEST_UP	"ip link set eth0 up && ip address add " \
			WIRE_GUEST_ADDRESS "/24 dev eth0"
#define OTHER_UP	"ip link set eth%d up && ip address add %s/24 dev eth%d"
#define LOAD_AGENT	"load migcap_guest && " \
			"echo 1 >/sys/kernel/tracing/events/migcap_guest/enable"
#define DMA_TRACKED	"/sys/bus/pci/devices/*/migcap_agent/dma_tracked"
#define TRACKS_DMA	"grep -x yes " DMA_TRACKED
/*
 * A guest that took more than MIGCAP_TRACKED_SECONDS to boot waits as long again
 * before it promises.
 */
#define PROMISE_SETTLED	"for i in $(seq 90); do " \
			"grep -q 'a short while ago' " DMA_TRACKED " || exit 0; " \
			"sleep 1; done; exit 1"

static const char *driver(void)
{
	return getenv("MIGCAP_DRIVER") ? : MIGCAP_DRIVER;
}

struct vm *scenario_vm(struct scenario *s)
{
	return &s->vms[s->here];
}

static const char *vf_of(const struct scenario *s, int end)
{
	return s->vmm.no_nic ? s->disk.vfs[end] : s->wire.vfs[end];
}

const char *scenario_vf(struct scenario *s)
{
	return vf_of(s, s->here);
}

const char *scenario_other_vf(struct scenario *s, int other)
{
	return s->wire.other_vfs[s->here][other];
}

static bool can_migrate(void)
{
	return !strcmp(driver(), MIGCAP_DRIVER);
}

static int ask_vf(struct scenario *s)
{
	struct vfio_dev dev;
	int err = vfio_dev_open(&dev, vf_of(s, 0));

	if (err)
		return failure(err, "%s cannot be opened: %s", vf_of(s, 0),
			       strerror(-err));
	s->logs_dma = vfio_mig_logs_dma(&dev);
	vfio_dev_close(&dev);
	return 0;
}

/*
 * By default QEMU migrates a device if somebody can tell what it writes; that
 * the guest can, QEMU does not know.
 */
static const char *vf_options(const struct scenario *s)
{
	if (!can_migrate())
		return "";
	if (s->vmm.iommu_tracks)
		return ",x-device-dirty-page-tracking=off";
	return s->logs_dma ? "" : ",enable-migration=on";
}

static int prepare_nics(struct scenario *s)
{
	int err = wire_make(&s->wire, s->vmm.standby, s->vmm.other_vfs);

	return err ? err : wire_bind(&s->wire, driver());
}

static int prepare_disk(struct scenario *s)
{
	int err = disk_make(&s->disk);

	return err ? err : disk_bind(&s->disk, driver());
}

int scenario_prepare_vfs(struct scenario *s)
{
	int err = s->vmm.no_nic ? 0 : prepare_nics(s);

	if (!err && s->vmm.disk)
		err = prepare_disk(s);
	return err ? err : ask_vf(s);
}

static int start_vm(struct scenario *s, int end, bool incoming)
{
	char name[32];
	const struct wire_nic nic = wire_nic(end, STANDBY);
	const char *const standby[] = {
		"-netdev", nic.netdev, "-device", nic.device, NULL
	};
	struct vm_spec spec = {
		.name = name,
		.host = s->hosts[end],
		.vf = vf_of(s, end),
		.vf_options = vf_options(s),
		.vfio = s->vmm.vfio,
		.extra = s->vmm.standby ? standby : NULL,
		.incoming = incoming,
	};
	int i;

	for (i = 0; i < s->vmm.other_vfs; i++)
		spec.more_vfs[i] = s->wire.other_vfs[end][i];
	if (s->vmm.disk && !s->vmm.no_nic)
		spec.more_vfs[i] = s->disk.vfs[end];
	/* Another test of the program may have left logs. */
	do {
		snprintf(name, sizeof(name), "%s-%d", s->name, ++s->started);
	} while (vm_has_logs(name));
	return vm_start(&s->vms[end], &spec);
}

int scenario_start_destination(struct scenario *s)
{
	vm_stop(&s->vms[!s->here]);
	return start_vm(s, !s->here, true);
}

static int in_guest(struct scenario *s, const char *command)
{
	return guest_must(&scenario_vm(s)->guest, 20, "%s", command);
}

static int others_up(struct scenario *s)
{
	int i, err = 0;

	for (i = 0; i < s->vmm.other_vfs && !err; i++)
		err = guest_must(&scenario_vm(s)->guest, 20, OTHER_UP, i + 1,
				 wire_address(i, 2).text, i + 1);
	return err;
}

int scenario_promises(struct scenario *s)
{
	return guest_must(&scenario_vm(s)->guest, 120, PROMISE_SETTLED);
}

static int load_drivers(struct scenario *s)
{
	int err = s->vmm.no_nic ? 0 : in_guest(s, "load " NIC_VF_DRIVER);

	return err || !s->vmm.disk ? err : in_guest(s, DISK_LOAD);
}

static int network_up(struct scenario *s)
{
	int err = in_guest(s, "linear && " GUEST_UP);

	if (!err)
		err = others_up(s);
	return err ? err :
		in_guest(s, "setsid tcpecho </dev/null >/dev/null 2>&1 &");
}

int scenario_network(struct scenario *s)
{
	int err;

	err = guest_wait(&scenario_vm(s)->guest, BOOT_MS);
	if (err)
		return err;
	if (s->kind == GUEST_WITH_AGENT)
		err = in_guest(s, LOAD_AGENT);
	if (!err)
		err = load_drivers(s);
	if (!err && s->kind == GUEST_WITH_LATE_AGENT)
		err = in_guest(s, "load migcap_guest");
	if (!err && !s->vmm.no_nic)
		err = network_up(s);
	if (!err && s->kind == GUEST_WITH_AGENT)
		err = scenario_promises(s);
	return err;
}

int scenario_traffic(struct scenario *s)
{
	if (s->vmm.no_nic)
		return 0;
	stream_stop(s->stream);
	s->stream = NULL;
	if (!s->probe)
		s->probe = probe_start(wire_link(&s->wire), WIRE_GUEST_ADDRESS);
	if (!s->probe)
		return -EIO;
	if (!probe_first_answer(s->probe, now_ns(), NETWORK_MS))
		return failure(-ETIMEDOUT, "the guest does not answer pings");
	s->stream = stream_start(WIRE_GUEST_ADDRESS, NETWORK_MS);
	return s->stream ? 0 : -EIO;
}

void scenario_quiet(struct scenario *s)
{
	stream_stop(s->stream);
	probe_stop(s->probe);
	s->stream = NULL;
	s->probe = NULL;
}

struct flood *scenario_pour(struct scenario *s)
{
	struct flood *flood = hoard_pour(&scenario_vm(s)->guest, &hoard_trickle);

	if (!flood)
		return NULL;
	sleep_ms(HEAD_START_MS);
	scenario_quiet(s);
	return flood;
}

int scenario_boot(struct scenario *s)
{
	int err = start_vm(s, s->here, false);

	return err ? err : scenario_network(s);
}

/* Its programs and its network are there as it was left. */
static int come_back(struct scenario *s, const char *path)
{
	int err = start_vm(s, s->here, true);

	if (!err)
		err = migration_restore(scenario_vm(s), path, MIGRATE_MS);
	if (!err)
		err = guest_wait(&scenario_vm(s)->guest, ARRIVAL_MS);
	return err;
}

int scenario_setup(struct scenario *s, const char *name,
		   enum scenario_guest kind)
{
	static const struct scenario_vmm usual;

	return scenario_setup_vmm(s, name, kind, &usual);
}

int scenario_setup_vmm(struct scenario *s, const char *name,
		       enum scenario_guest kind,
		       const struct scenario_vmm *vmm)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->name = name;
	s->kind = kind;
	s->vmm = *vmm;
	s->needs_quiesce = -1;
	s->kernel_log = trouble_watch_kernel();
	err = vm_can_start();
	if (!err)
		err = scenario_prepare_vfs(s);
	if (!err && vmm->log && !s->logs_dma)
		err = failure(-ENODEV, "this kernel cannot log DMA");
	if (!err)
		err = vmm->saved ? come_back(s, vmm->saved) : scenario_boot(s);
	if (!err)
		err = scenario_traffic(s);
	if (!err)
		err = scenario_healthy(s);
	if (!err)
		return 0;
	if (err != -ENODEV)
		scenario_explain(s);
	scenario_teardown(s);
	return err;
}

void scenario_explain(struct scenario *s)
{
	diagnose_machine(&s->vms[!s->here]);
	diagnose_guest(scenario_vm(s));
}

void scenario_teardown(struct scenario *s)
{
	int end;

	scenario_quiet(s);
	for (end = 0; end < 2; end++)
		vm_stop(&s->vms[end]);
	if (!s->hosts[0])
		wire_remove(&s->wire);
	disk_remove(&s->disk);
	if (s->kernel_log > 0)
		close(s->kernel_log);
	s->kernel_log = 0;
}

int scenario_tracks_dma(struct scenario *s)
{
	int status = guest_run(&scenario_vm(s)->guest, 20, TRACKS_DMA);

	return status < 0 ? status : !status;
}

struct migration scenario_migration(struct scenario *s)
{
	return (struct migration){
		.from = &s->vms[s->here],
		.to = &s->vms[!s->here],
	};
}

void scenario_moved(struct scenario *s)
{
	vm_stop(scenario_vm(s));
	s->here = !s->here;
}

int scenario_moved_alive(struct scenario *s)
{
	scenario_moved(s);
	return guest_wait(&scenario_vm(s)->guest, ARRIVAL_MS);
}

int scenario_set_running(struct scenario *s, bool running)
{
	int err = qmp_command(&scenario_vm(s)->qmp, running ? "cont" : "stop",
			      NULL, NULL);

	return err ? err : migcap_wait(scenario_vf(s), "state",
				       running ? "running" : "stop", STATE_MS);
}

int scenario_save(struct scenario *s, const char *path)
{
	struct migration migration = scenario_migration(s);
	int err = scenario_quiesce(s);

	if (!err)
		err = migration_save(&migration, path);
	return err ? err : migration_wait_status(&migration, "completed",
						 SAVE_MS);
}

int scenario_restore(struct scenario *s, const char *path)
{
	int err = scenario_start_destination(s);

	if (!err)
		err = migration_restore(scenario_migration(s).to, path,
					MIGRATE_MS);
	if (err)
		return err;
	scenario_quiet(s);
	scenario_moved(s);
	return 0;
}

int scenario_quiesce(struct scenario *s)
{
	if (s->needs_quiesce < 0)
		s->needs_quiesce = migration_needs_quiesce(scenario_vm(s));
	if (s->needs_quiesce < 0)
		return -EIO;
	return s->needs_quiesce ? migcap_quiesce(scenario_vf(s), QUIESCE_MS) : 0;
}

int scenario_migrate(struct scenario *s, struct migration *migration)
{
	int err;

	err = scenario_start_destination(s);
	*migration = scenario_migration(s);
	if (!err)
		err = scenario_quiesce(s);
	if (!err)
		err = migration_begin(migration);
	return err ? err : scenario_arrive(s, migration);
}

int scenario_arrive(struct scenario *s, struct migration *migration)
{
	int err = migration_finish(migration, MIGRATE_MS);

	return err ? err : scenario_moved_alive(s);
}

int scenario_network_works(struct scenario *s)
{
	int err;

	if (s->vmm.no_nic)
		return 0;
	err = probe_wait(s->probe, now_ns(), PROBES_WANTED, NETWORK_MS);
	return err ? err : stream_wait(s->stream, SIGN_OF_LIFE, NETWORK_MS);
}

/* What the guest attribute reads as long as nothing is asked. */
static const char *wanted_guest(const struct scenario *s)
{
	return s->kind == GUEST_WITHOUT_AGENT ? "absent" : "present";
}

static int settled(struct scenario *s)
{
	struct host *host = s->hosts[s->here];

	if (host)
		return host_settled(host, scenario_vf(s), wanted_guest(s),
				    SETTLE_MS);
	return migcap_settled(scenario_vf(s), wanted_guest(s), SETTLE_MS);
}

int scenario_healthy(struct scenario *s)
{
	char line[256];
	int err;

	err = scenario_network_works(s);
	if (!err && can_migrate())
		err = settled(s);
	if (!err)
		err = vm_trouble(scenario_vm(s));
	if (!err && trouble_in_kernel(s->kernel_log, line, sizeof(line)))
		err = failure(-EIO, "this machine's kernel: %s", line);
	return err;
}
