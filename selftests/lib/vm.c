// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU as a process.  The command line is built here and nowhere else; source and
 * destination of a migration differ in the VF's address, the log names, -incoming
 * and, on different hosts, the sockets alone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "command.h"
#include "failure.h"
#include "sysfs.h"
#include "trouble.h"
#include "vm.h"

#define RUN_DIR		"/run/migcap"
#define FIRST_PORT	7780	/* on other hosts, by enum vm_socket */
#define ARGS_MAX	64
/*
 * A full log takes half a minute, each character is an exit out of the guest;
 * so do not let it complain about the TSC after each migration.
 */
#define GUEST_CMDLINE	"console=ttyS0 loglevel=5 mitigations=off " \
			"no_timer_check tsc=nowatchdog " \
			"unknown_nmi_panic panic=0"
/*
 * KVM of 7.3 gives up ("internal error, suberror 3") on an access to a device's
 * memory that it must emulate if the guest took a fault since its last exit and
 * the processor left the fault's type behind, marked invalid.  Emulated
 * processors do.  A program that writes to the control port was just faulted in.
 * Accesses to ports are safe.
 */
#define NO_MMIO		",disable-modern=on,disable-legacy=off"
/*
 * Linux has better timers.  The one of QEMU's HPET that it uses until it has found
 * those goes on ticking unheard, at the cost of a tenth of an emulated processor.
 */
#define MACHINE		"q35,hpet=off"
#define USUAL_MEMORY_MB	256
#define START_MS	30000
#define STOP_MS		5000
#define DYING_MS	500

struct args {
	char *v[ARGS_MAX + 1];
	int count;
};

static const char *setting(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return value && *value ? value : fallback;
}

const char *vm_log_dir(void)
{
	return setting("MIGCAP_LOG", RUN_DIR "/log");
}

/* One option and its value. */
__printf(3, 4)
static void add(struct args *args, const char *option, const char *fmt, ...)
{
	va_list list;

	if (args->count + 2 > ARGS_MAX)
		return;
	args->v[args->count++] = strdup(option);
	if (!fmt)
		return;
	va_start(list, fmt);
	if (vasprintf(&args->v[args->count], fmt, list) >= 0)
		args->count++;
	va_end(list);
}

static void free_args(struct args *args)
{
	while (args->count)
		free(args->v[--args->count]);
}

static void add_machine(struct args *args, const struct vm_spec *spec)
{
	add(args, setting("MIGCAP_QEMU", "qemu-system-x86_64"), NULL);
	add(args, "-name", "%s", spec->name);
	add(args, "-nodefaults", NULL);
	add(args, "-no-user-config", NULL);
	add(args, "-machine", "%s,accel=kvm",
	    setting("MIGCAP_L2_MACHINE", MACHINE));
	add(args, "-cpu", "%s", setting("MIGCAP_L2_CPU", "host"));
	add(args, "-m", "%d", spec->memory_mb ? : USUAL_MEMORY_MB);
	add(args, "-display", "none");
}

static int want_image(const char *file)
{
	char path[SYSFS_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/%s", setting("MIGCAP_L2", "/out/l2"),
		 setting("MIGCAP_SUITE", "trixie"), file);
	return access(path, R_OK) ?
		failure(-ENODEV, "no guest image %s: MIGCAP_L2, MIGCAP_SUITE",
			path) : 0;
}

int vm_can_start(void)
{
	const char *qemu = setting("MIGCAP_QEMU", "qemu-system-x86_64");
	int err = want_image("vmlinuz");

	if (!err)
		err = want_image("initrd");
	if (!err && access("/dev/kvm", R_OK | W_OK))
		err = failure(-ENODEV, "no /dev/kvm");
	if (!err && command("command -v '%s' >/dev/null", qemu))
		err = failure(-ENODEV, "no %s: MIGCAP_QEMU", qemu);
	return err;
}

static bool control_is_serial(void)
{
	return !strcmp(setting("MIGCAP_L2_CONTROL", "virtio"), "serial");
}

static void add_kernel(struct args *args, const struct vm_spec *spec)
{
	const char *images = setting("MIGCAP_L2", "/out/l2");
	const char *suite = setting("MIGCAP_SUITE", "trixie");

	add(args, "-kernel", "%s/%s/vmlinuz", images, suite);
	add(args, "-initrd", "%s/%s/initrd", images, suite);
	add(args, "-append", GUEST_CMDLINE "%s %s",
	    control_is_serial() ? " migcap.control=ttyS1" : "",
	    spec->append ? : "");
}

const char *vm_socket(const struct vm *vm, enum vm_socket socket, char *where)
{
	static const char *const names[] = { "qmp", "ctl", "migration" };
	const struct host *host = vm->process.host;

	if (host)
		snprintf(where, VM_PATH_SIZE, "tcp:%s:%d", host->address,
			 FIRST_PORT + socket);
	else
		snprintf(where, VM_PATH_SIZE, "unix:" RUN_DIR "/%s.%s",
			 vm->name, names[socket]);
	return where;
}

static void add_control(struct args *args, const struct vm *vm)
{
	const struct host *host = vm->process.host;

	if (host)
		add(args, "-chardev",
		    "socket,id=ctl,host=%s,port=%d,server=on,wait=off",
		    host->address, FIRST_PORT + VM_CONTROL);
	else
		add(args, "-chardev",
		    "socket,id=ctl,path=" RUN_DIR "/%s.ctl,server=on,wait=off",
		    vm->name);
	if (control_is_serial()) {
		add(args, "-device", "isa-serial,chardev=ctl,index=1");
		return;
	}
	add(args, "-device", "virtio-serial-pci,id=serial0" NO_MMIO);
	add(args, "-device", "virtserialport,chardev=ctl,name="
	    GUEST_PORT_NAME);
}

static void add_channels(struct args *args, const struct vm *vm)
{
	char where[VM_PATH_SIZE];

	add(args, "-serial", "file:%s", vm->serial_log);
	add(args, "-qmp", "%s,server=on,wait=off",
	    vm_socket(vm, VM_QMP, where));
	add_control(args, vm);
}

static void add_vf(struct args *args, const struct vm_spec *spec, int slot,
		   const char *vf)
{
	add(args, "-device", "vfio-pci,id=vf%d,bus=slot%d,host=%s%s%s", slot,
	    slot, vf,
	    spec->vfio == VM_VFIO_IOMMUFD ? ",iommufd=iommufd0" : "",
	    spec->vf_options ? : "");
}

static void add_slot(struct args *args, int slot)
{
	add(args, "-device", "pcie-root-port,id=slot%d,chassis=%d", slot,
	    slot + 1);
}

static void add_vfs(struct args *args, const struct vm_spec *spec)
{
	int i;

	if (spec->vfio == VM_VFIO_IOMMUFD)
		add(args, "-object", "iommufd,id=iommufd0");
	add_vf(args, spec, 0, spec->vf);
	for (i = 0; i < VM_MORE_VFS && spec->more_vfs[i]; i++) {
		add_slot(args, i + 1);
		add_vf(args, spec, i + 1, spec->more_vfs[i]);
	}
}

static void add_devices(struct args *args, const struct vm_spec *spec)
{
	const char *const *extra;

	add_slot(args, 0);
	if (spec->vf)
		add_vfs(args, spec);
	for (extra = spec->extra; extra && *extra; extra++)
		add(args, *extra, NULL);
	if (spec->incoming)
		add(args, "-incoming", "defer");
}

bool vm_has_logs(const char *name)
{
	char path[VM_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s.qemu", vm_log_dir(), name);
	return !access(path, F_OK);
}

static void unlink_socket(const struct vm *vm, enum vm_socket socket)
{
	char where[VM_PATH_SIZE];

	vm_socket(vm, socket, where);
	unlink(strchr(where, ':') + 1);
}

static void prepare_paths(struct vm *vm, const struct vm_spec *spec)
{
	memset(vm, 0, sizeof(*vm));
	vm->process.host = spec->host;
	vm->qmp.fd = -1;
	vm->guest.fd = -1;
	snprintf(vm->name, sizeof(vm->name), "%s", spec->name);
	snprintf(vm->vf, sizeof(vm->vf), "%s", spec->vf ? : "");
	mkdir(RUN_DIR, 0755);
	mkdir(vm_log_dir(), 0755);
	snprintf(vm->serial_log, sizeof(vm->serial_log), "%s/%s.serial",
		 vm_log_dir(), vm->name);
	snprintf(vm->qemu_log, sizeof(vm->qemu_log), "%s/%s.qemu",
		 vm_log_dir(), vm->name);
	if (spec->host)
		return;
	unlink_socket(vm, VM_QMP);
	unlink_socket(vm, VM_CONTROL);
}

static int spawn(struct vm *vm, const struct vm_spec *spec)
{
	struct args args = { .count = 0 };
	int err;

	add_machine(&args, spec);
	add_kernel(&args, spec);
	add_channels(&args, vm);
	add_devices(&args, spec);
	args.v[args.count] = NULL;
	err = process_start(&vm->process, spec->host, args.v, vm->qemu_log);
	free_args(&args);
	return err;
}

static int connect_to(struct vm *vm)
{
	const struct host *host = vm->process.host;
	char where[VM_PATH_SIZE];
	int err;

	err = qmp_connect(&vm->qmp, vm_socket(vm, VM_QMP, where), vm->name,
			  START_MS);
	if (!err && host)
		vm->qmp.offset = host->offset;
	return err ? err : guest_connect(&vm->guest,
					 vm_socket(vm, VM_CONTROL, where),
					 vm->name, START_MS);
}

int vm_start(struct vm *vm, const struct vm_spec *spec)
{
	int err;

	prepare_paths(vm, spec);
	err = spawn(vm, spec);
	if (!err)
		err = connect_to(vm);
	if (err) {
		vm_trouble(vm);
		vm_stop(vm);
	}
	return err;
}

void vm_expect_reset(struct vm *vm)
{
	vm->reset_expected = now_ns();
}

bool vm_alive(struct vm *vm)
{
	return process_is_alive(&vm->process);
}

void vm_kill(struct vm *vm)
{
	if (!vm_alive(vm))
		return;
	vm->stopped = true;
	process_kill(&vm->process);
}

void vm_stop(struct vm *vm)
{
	if (vm_alive(vm))
		vm->stopped = true;
	process_stop(&vm->process, STOP_MS);
	if (vm->qmp.buffer)
		qmp_close(&vm->qmp);
	if (vm->name[0])
		guest_close(&vm->guest);
}

static void last_line(const char *path, char *line, size_t size)
{
	FILE *log = fopen(path, "re");
	char next[256];

	line[0] = '\0';
	while (log && fgets(next, sizeof(next), log))
		snprintf(line, size, "%s", next);
	if (log)
		fclose(log);
	line[strcspn(line, "\n")] = '\0';
}

/* Its sockets close a moment before it is dead. */
static void wait_for_death(struct vm *vm)
{
	long long deadline = deadline_in(DYING_MS);

	while (qmp_is_closed(&vm->qmp) && vm_alive(vm) && ms_until(deadline))
		sleep_ms(10);
}

int vm_trouble(struct vm *vm)
{
	char line[256];
	int status;

	wait_for_death(vm);
	if (trouble_in_file(vm->serial_log, line, sizeof(line)))
		return failure(-EIO, "%s: guest kernel: %s", vm->name, line);
	if (vm_alive(vm) || vm->stopped || !vm->name[0])
		return 0;
	status = vm->process.exit_status;
	last_line(vm->qemu_log, line, sizeof(line));
	if (vm->process.host)
		return failure(-EIO, "%s: QEMU has left: %s", vm->name, line);
	if (WIFSIGNALED(status))
		return failure(-EIO, "%s: QEMU died of signal %d: %s", vm->name,
			       WTERMSIG(status), line);
	return failure(-EIO, "%s: QEMU left with status %d: %s", vm->name,
		       WEXITSTATUS(status), line);
}
