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

#include "diagnosis.h"
#include "failure.h"
#include "scenario.h"
#include "trouble.h"
#include "vfio_mig.h"

#define ARRIVAL_MS	60000
#define QUIESCE_MS	30000
#define MIGRATE_MS	120000
#define SAVE_MS		120000
#define STATE_MS	10000
#define SETTLE_MS	30000
/*
 * The guest is told what it is; that it belongs to the VF, QEMU does not know.
 * Why its notifications are not in memory: see vm.c.
 */
#define STANDBY		",failover=on,modern-pio-notify=on"

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
