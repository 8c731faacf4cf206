/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One virtual machine: a stock QEMU process with its control socket, the
 * channel into its guest, and its logs.  The environment says what to use:
 *
 *	MIGCAP_QEMU		the program, found in PATH
 *	MIGCAP_L2		directory with <suite>/vmlinuz and <suite>/initrd
 *	MIGCAP_SUITE		which of them
 *	MIGCAP_L2_CPU		what goes to -cpu
 *	MIGCAP_L2_MACHINE	what goes to -machine, without the accelerator
 *	MIGCAP_L2_CONTROL	`serial`: its control channel is a serial line, for
 *				QEMUs that do not take each other's virtio devices
 *	MIGCAP_LOG		directory for <name>.serial and <name>.qemu
 *
 * A VM may be on another host, one at a time on each.
 */
#ifndef MIGCAP_TEST_VM_H
#define MIGCAP_TEST_VM_H

#include <stdbool.h>

#include "guest.h"
#include "host.h"
#include "pci.h"
#include "process.h"
#include "qmp.h"

#define VM_PATH_SIZE	96
#define VM_MORE_VFS	2

/* How QEMU holds the VF. */
enum vm_vfio {
	VM_VFIO_CONTAINER,	/* its default: group and type1 container */
	VM_VFIO_IOMMUFD,	/* iommufd and the character device */
};

struct vm_spec {
	const char *name;
	struct host *host;		/* where it runs, NULL: here */
	const char *vf;			/* address of the VF, NULL: none */
	const char *more_vfs[VM_MORE_VFS];	/* of further ones, or NULL */
	const char *vf_options;		/* ",key=value..." for them, or NULL */
	enum vm_vfio vfio;
	const char *append;		/* more for the kernel command line */
	const char *const *extra;	/* more for QEMU, NULL terminated */
	int memory_mb;			/* 0: the usual size */
	bool incoming;			/* wait for a guest instead of booting */
};

struct vm {
	char name[32];
	char vf[PCI_BDF_SIZE];		/* "" when it has none */
	char serial_log[VM_PATH_SIZE];
	char qemu_log[VM_PATH_SIZE];
	struct process process;		/* QEMU */
	bool stopped;			/* by us */
	long long reset_expected;	/* the guest may have been reset before */
	struct qmp qmp;
	struct guest guest;
};

/* What QEMU listens at. */
enum vm_socket {
	VM_QMP,
	VM_CONTROL,
	VM_MIGRATION,
};

/* Where that is, see channel.h, filled into @where of VM_PATH_SIZE. */
const char *vm_socket(const struct vm *vm, enum vm_socket socket, char *where);

/* Whether a VM of that name has left logs. */
bool vm_has_logs(const char *name);

/* Whether there is what a VM needs: QEMU, KVM and an image.  -ENODEV if not. */
int vm_can_start(void);

/* Start QEMU and connect to it; on failure nothing is left running. */
int vm_start(struct vm *vm, const struct vm_spec *spec);

/* The guest has been told to reboot, and has done so. */
void vm_expect_reset(struct vm *vm);

/* Stop QEMU, by its PID.  Fine to call for what does not run. */
void vm_stop(struct vm *vm);

/* SIGKILL, as if the machine below had died. */
void vm_kill(struct vm *vm);

bool vm_alive(struct vm *vm);

/*
 * Whether something has happened to the machine itself: QEMU left although nobody
 * stopped it, or the guest's kernel complained.  -EIO if so.
 */
int vm_trouble(struct vm *vm);

/* Name of the directory where logs are kept. */
const char *vm_log_dir(void);

#endif /* MIGCAP_TEST_VM_H */
