// SPDX-License-Identifier: GPL-2.0-only
/*
 * A list of questions to the guest's shell and one of questions to QEMU.  It
 * decides nothing, and what fails here is not reported: something else failed
 * before.
 */
#include <stdio.h>
#include <string.h>

#include "autopsy.h"
#include "clock.h"

#define ANSWER_MS	5000
#define ANSWER_S	5
#define NMI_MS		3000

/* The first two tell whether time passes. */
static const char *const guest_questions[] = {
	"cat /proc/uptime",
	"sleep 1; cat /proc/uptime",
	"grep . /sys/bus/pci/devices/*/migcap_agent/*",
	"capreg",
	"cd /proc; for p in [0-9]*; do echo $(cat $p/comm $p/wchan); done",
	"cd /proc; for p in [0-9]*; do grep -q migcap $p/comm && cat $p/stack; done",
	"echo w >/proc/sysrq-trigger",
	"cat /proc/interrupts",
	"ip address show eth0; cat /proc/net/dev",
	"cat /proc/net/tcp",
	"grep -E '^(Ip|Tcp|Udp):' /proc/net/snmp; cat /proc/net/netstat",
	"head -n 60 /proc/timer_list",
	"dmesg | tail -n 30",
	"tail -n 30 /sys/kernel/tracing/trace",
	NULL
};

static const char *const monitor_questions[] = {
	"info status", "info registers", "info lapic", "info registers", NULL
};

/* The other end of its connections. */
static const char *const host_files[] = {
	"/proc/net/dev", "/proc/net/tcp", "/proc/net/snmp", "/proc/net/netstat",
	NULL
};

static void ask_host(FILE *report)
{
	const char *const *name;
	char line[4096];
	FILE *file;

	for (name = host_files; *name; name++) {
		file = fopen(*name, "re");
		if (!file)
			continue;
		fprintf(report, "host# %s\n", *name);
		while (fgets(line, sizeof(line), file))
			fputs(line, report);
		fprintf(report, "\n");
		fclose(file);
	}
}

static void ask_guest(struct vm *vm, FILE *report)
{
	const char *const *question;

	for (question = guest_questions; *question; question++) {
		guest_run(&vm->guest, ANSWER_S, "%s", *question);
		fprintf(report, "guest# %s\n%s\n\n", *question,
			vm->guest.output);
	}
}

static void ask_monitor(struct vm *vm, FILE *report)
{
	const char *const *question;
	json_t *answer;

	for (question = monitor_questions; *question; question++) {
		if (qmp_command(&vm->qmp, "human-monitor-command",
				json_pack("{s:s}", "command-line", *question),
				&answer))
			return;
		fprintf(report, "(qemu) %s\n%s\n\n", *question,
			json_string_value(answer));
		json_decref(answer);
	}
}

void autopsy_write(struct vm *vm)
{
	char path[VM_PATH_SIZE];
	FILE *report;

	if (!vm_alive(vm))
		return;
	snprintf(path, sizeof(path), "%s/%s.autopsy", vm_log_dir(), vm->name);
	report = fopen(path, "we");
	if (!report)
		return;
	ask_monitor(vm, report);
	ask_host(report);
	if (!guest_wait(&vm->guest, ANSWER_MS)) {
		ask_guest(vm, report);
	} else {
		fprintf(report, "the guest does not answer: NMI\n");
		qmp_command(&vm->qmp, "inject-nmi", NULL, NULL);
		sleep_ms(NMI_MS);
	}
	fclose(report);
}
