// SPDX-License-Identifier: GPL-2.0-only
/*
 * The evidence is the guest's instruction pointer: an address of this machine's
 * kernel in the function that executes VMRUN.  A reset leaves none.  A VM in which
 * KVM gave up is stopped by QEMU.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator.h"

#define VMRUN	"__svm_vcpu_run"

struct symbol {
	unsigned long long begin, end;
};

/* In order there: the function, and what comes next. */
static bool find_symbol_there(struct host *host, const char *wanted,
			      struct symbol *symbol)
{
	return !guest_run(&host->shell, 60,
			  "sort /proc/kallsyms | grep -A 1 ' %s$' | cut -d ' ' -f 1",
			  wanted) &&
	       sscanf(host->shell.output, "%llx %llx", &symbol->begin,
		      &symbol->end) == 2;
}

/* The list is not in order: the end is the next address of all. */
static bool find_symbol_here(const char *wanted, struct symbol *symbol)
{
	FILE *list = fopen("/proc/kallsyms", "re");
	unsigned long long at;
	char name[256];

	if (!list)
		return false;
	symbol->begin = 0;
	while (fscanf(list, "%llx %*c %255s%*[^\n]", &at, name) == 2)
		if (!strcmp(name, wanted))
			symbol->begin = at;
	rewind(list);
	symbol->end = symbol->begin;
	while (fscanf(list, "%llx %*c %255s%*[^\n]", &at, name) == 2)
		if (at > symbol->begin &&
		    (symbol->end == symbol->begin || at < symbol->end))
			symbol->end = at;
	fclose(list);
	return symbol->begin;
}

static unsigned long long instruction_pointer(struct vm *vm)
{
	unsigned long long rip = 0;
	const char *registers;
	json_t *answer;

	if (qmp_command(&vm->qmp, "human-monitor-command",
			json_pack("{s:s}", "command-line", "info registers"),
			&answer))
		return 0;
	registers = strstr(json_string_value(answer), "RIP=");
	if (registers)
		rip = strtoull(registers + strlen("RIP="), NULL, 16);
	json_decref(answer);
	return rip;
}

static bool is_at_vmrun(struct vm *vm)
{
	unsigned long long rip = instruction_pointer(vm);
	struct host *host = vm->process.host;
	struct symbol vmrun;

	if (!rip || !(host ? find_symbol_there(host, VMRUN, &vmrun) :
			     find_symbol_here(VMRUN, &vmrun)))
		return false;
	return rip >= vmrun.begin && rip < vmrun.end;
}

static bool was_reset(struct vm *vm)
{
	return qmp_wait(&vm->qmp, "RESET", "reason", "guest-reset",
			vm->reset_expected, 0);
}

static bool kvm_gave_up(struct vm *vm)
{
	const char *status = NULL;
	json_t *answer;
	bool gave_up;

	if (qmp_command(&vm->qmp, "query-status", NULL, &answer))
		return false;
	json_unpack(answer, "{s:s}", "status", &status);
	gave_up = status && !strcmp(status, "internal-error");
	json_decref(answer);
	return gave_up;
}

static void report(struct vm *vm, const char *what)
{
	char path[VM_PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/lab-fault", vm_log_dir());
	file = fopen(path, "ae");
	if (!file)
		return;
	fprintf(file, "%s: %s\n", vm->name, what);
	fclose(file);
}

const char *emulator_lost_guest(struct vm *vm)
{
	const char *what = NULL;

	if (kvm_gave_up(vm))
		what = "KVM could not go on with the guest: internal error";
	else if (is_at_vmrun(vm))
		what = "the guest is at the VMRUN of this machine's kernel";
	else if (was_reset(vm))
		what = "the guest was reset without a reason of its own";
	if (what)
		report(vm, what);
	return what;
}
