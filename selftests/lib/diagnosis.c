// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks those who can know: the VM, its VF's driver, the emulator's faults, the guest.
 * What fails on the way has reasons of its own, so the first one is kept aside.
 */
#include <stdio.h>
#include <string.h>

#include "autopsy.h"
#include "diagnosis.h"
#include "emulator.h"
#include "failure.h"
#include "migcap.h"

#define REASON_SIZE	1024

static void add(char *reason, const char *what)
{
	size_t used = strlen(reason);

	snprintf(reason + used, REASON_SIZE - used, "%s%s", used ? "; " : "",
		 what);
}

/* Under vfio-pci there is no such file. */
static int read_refusal(struct vm *vm, char *refusal)
{
	struct host *host = vm->process.host;
	int ret;

	if (!host)
		return migcap_read(vm->vf, "last_error", refusal,
				   SYSFS_VALUE_MAX);
	ret = guest_run(&host->shell, 5,
			"cat /sys/bus/pci/devices/%s/migcap/last_error",
			vm->vf);
	snprintf(refusal, SYSFS_VALUE_MAX, "%.*s", SYSFS_VALUE_MAX - 1,
		 host->shell.output);
	return ret;
}

static void examine_driver(struct vm *vm, char *reason)
{
	char refusal[SYSFS_VALUE_MAX], text[2 * SYSFS_VALUE_MAX];

	if (!vm->vf[0] || read_refusal(vm, refusal) || !strcmp(refusal, "none"))
		return;
	snprintf(text, sizeof(text), "%s: %s: %s", vm->name, vm->vf, refusal);
	add(reason, text);
}

static void examine_machine(struct vm *vm, char *reason)
{
	const char *lost = NULL;
	char text[256];

	if (vm_trouble(vm))
		add(reason, failure_reason());
	if (vm_alive(vm))
		lost = emulator_lost_guest(vm);
	if (!lost)
		return;
	snprintf(text, sizeof(text), "lab: %s: %s", vm->name, lost);
	add(reason, text);
}

static void diagnose(struct vm *vm, void (*look)(struct vm *vm))
{
	char reason[REASON_SIZE];

	if (!vm->name[0] || vm->stopped)
		return;
	snprintf(reason, sizeof(reason), "%s", failure_reason());
	examine_driver(vm, reason);
	examine_machine(vm, reason);
	if (look)
		look(vm);
	failure(0, "%s", reason);
}

void diagnose_machine(struct vm *vm)
{
	diagnose(vm, NULL);
}

void diagnose_guest(struct vm *vm)
{
	diagnose(vm, autopsy_write);
}
