// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the numbers come from: /proc here, and /proc in the guest.  It knows
 * nothing of migrations.  Anonymous inodes are counted by kind over all processes:
 * QEMU's eventfds and the files of VFIO and KVM are among them.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/nic.h"
#include "../lib/sysfs.h"
#include "footprint.h"

#define ANON		"anon_inode:"
#define FDINFO		"/proc/self/fdinfo"
#define QEMU		"qemu-system"
#define KTHREAD		"migcap"
#define LINE_SIZE	512
#define SETTLE_MS	1000
#define EVENTFDS	256		/* more than there may be gaps in the ids */

/*
 * What was freed is on its way for a moment, and caches come and go.  No process
 * but the shell may be there while files are counted.
 */
#define GUEST_TAKE \
	"sync; echo 3 >/proc/sys/vm/drop_caches; sleep 1; " \
	"set -- /proc/[0-9]*/fd/[0-9]*; echo files $#; " \
	"echo interrupts $(wc -l </proc/interrupts); " \
	"for module in migcap_guest " NIC_VF_DRIVER "; do " \
	"echo $module $(cat /sys/module/$module/refcnt); done; " \
	"cat /proc/meminfo"

/*
 * Amounts in KiB, and what each may grow by, here and in the guest: several times
 * what was seen over a hundred migrations.
 */
static const struct amount {
	const char *name;
	long here, guest;
} amounts[] = {
	{ "SUnreclaim", 512, 256 },
	{ "KernelStack", 128, 64 },
	{ "PageTables", 256, 256 },
	{ "SecPageTables", 64, 64 },
	{ "VmallocUsed", 128, 64 },
	{ "Percpu", 64, 32 },
};

static const char *const modules[] = { "vfio", "migcap", "iommu", "kvm",
					NIC_PF_DRIVER };

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static struct footprint_entry *find(struct footprint *footprint,
				    const char *name)
{
	int i;

	for (i = 0; i < footprint->count; i++)
		if (!strcmp(footprint->entries[i].name, name))
			return &footprint->entries[i];
	return NULL;
}

/* The same name again adds to it. */
__printf(4, 5)
static void add(struct footprint *footprint, long value, long slack,
		const char *fmt, ...)
{
	struct footprint_entry *entry;
	char name[sizeof(entry->name)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	entry = find(footprint, name);
	if (!entry && footprint->count < FOOTPRINT_MAX) {
		entry = &footprint->entries[footprint->count++];
		snprintf(entry->name, sizeof(entry->name), "%s", name);
		entry->slack = slack;
	}
	if (entry)
		entry->value += value;
}

static const struct amount *amount_of(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(amounts); i++)
		if (!strcmp(amounts[i].name, name))
			return &amounts[i];
	return NULL;
}

/* A line of /proc/meminfo. */
static void add_amount(struct footprint *footprint, const char *line,
		       bool guest)
{
	const struct amount *amount;
	char name[32];
	long value;

	if (sscanf(line, "%31[^:]: %ld kB", name, &value) != 2)
		return;
	amount = amount_of(name);
	if (amount)
		add(footprint, value, guest ? amount->guest : amount->here,
		    "%s%s KiB", guest ? "guest: " : "", name);
}

static bool concerns_vfs(const char *module)
{
	size_t i;

	for (i = 0; i < COUNT(modules); i++)
		if (strstr(module, modules[i]))
			return true;
	return false;
}

/* The lines of a file, each to @take. */
static int each_line(struct footprint *footprint, const char *path,
		     void (*take)(struct footprint *footprint, const char *line))
{
	FILE *file = fopen(path, "re");
	char line[LINE_SIZE];

	if (!file)
		return failure(-errno, "%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		take(footprint, line);
	fclose(file);
	return 0;
}

static void take_module(struct footprint *footprint, const char *line)
{
	char name[64];
	long references;

	if (sscanf(line, "%63s %*s %ld", name, &references) == 2 &&
	    concerns_vfs(name))
		add(footprint, references, 0, "references to %.40s", name);
}

static void take_meminfo(struct footprint *footprint, const char *line)
{
	add_amount(footprint, line, false);
}

static void take_interrupt(struct footprint *footprint, const char *line)
{
	add(footprint, !!strstr(line, "vfio"), 0, "interrupts of VFIO");
}

int footprint_modules(struct footprint *footprint)
{
	memset(footprint, 0, sizeof(*footprint));
	return each_line(footprint, "/proc/modules", take_module);
}

static void take_file(struct footprint *footprint, const char *process,
		      const char *path)
{
	char target[128];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0)
		return;
	target[len] = '\0';
	add(footprint, 1, 0, "files of %s", process);
	if (!strncmp(target, ANON, strlen(ANON)))
		add(footprint, 1, 0, "%.60s", target);
}

/* Only what is counted must be there each time: other processes come and go. */
static void take_files(struct footprint *footprint, const char *pid,
		       const char *process)
{
	char dir[32], path[300];
	struct dirent *entry;
	DIR *files;

	snprintf(dir, sizeof(dir), "/proc/%.10s/fd", pid);
	files = opendir(dir);
	if (!files)
		return;
	while ((entry = readdir(files))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		take_file(footprint, process, path);
	}
	closedir(files);
}

static void take_process(struct footprint *footprint, const char *pid)
{
	char dir[32], name[32];

	snprintf(dir, sizeof(dir), "/proc/%.10s", pid);
	if (sysfs_read(dir, "comm", name, sizeof(name)))
		return;
	if (!strncmp(name, QEMU, strlen(QEMU))) {
		add(footprint, 1, 0, "QEMUs");
		take_files(footprint, pid, "QEMU");
	} else if (atoi(pid) == getpid()) {
		take_files(footprint, pid, "this program");
	} else if (strstr(name, KTHREAD)) {
		add(footprint, 1, 0, "threads of " KTHREAD);
	}
}

static int take_processes(struct footprint *footprint)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		return failure(-errno, "/proc: %s", strerror(errno));
	while ((entry = readdir(proc)))
		if (atoi(entry->d_name) > 0)
			take_process(footprint, entry->d_name);
	closedir(proc);
	return 0;
}

/* The id of an eventfd, the lowest that was free; -1: not told. */
static int new_eventfd(int *fd)
{
	char name[16], text[256], *found;

	*fd = eventfd(0, EFD_CLOEXEC);
	snprintf(name, sizeof(name), "%d", *fd);
	if (*fd < 0 || sysfs_read(FDINFO, name, text, sizeof(text)))
		return -1;
	found = strstr(text, "eventfd-id:");
	return found ? atoi(found + strlen("eventfd-id:")) : -1;
}

/*
 * Also those which nobody has open any more but which a driver still refers to:
 * with enough new ones no id is free below the highest.
 */
static void take_eventfds(struct footprint *footprint)
{
	int fds[EVENTFDS], i, id, highest = -1;

	for (i = 0; i < EVENTFDS; i++) {
		id = new_eventfd(&fds[i]);
		if (id > highest)
			highest = id;
	}
	while (i--)
		close(fds[i]);
	add(footprint, highest + 1 - EVENTFDS, 0, "eventfds");
}

static int take_guest(struct footprint *footprint, struct vm *vm)
{
	char *line, *rest = vm->guest.output, name[32];
	long value;
	int err = guest_must(&vm->guest, 60, GUEST_TAKE);

	if (err)
		return err;
	while ((line = strsep(&rest, "\n"))) {
		if (sscanf(line, "%31[a-z_] %ld", name, &value) == 2)
			add(footprint, value, 0, "guest: %s", name);
		else
			add_amount(footprint, line, true);
	}
	return 0;
}

int footprint_take(struct footprint *footprint, struct vm *vm)
{
	int err;

	err = footprint_modules(footprint);
	if (!err)
		err = take_guest(footprint, vm);
	sync();
	sysfs_write("/proc/sys/vm", "drop_caches", "3");
	sleep_ms(SETTLE_MS);
	take_eventfds(footprint);
	if (!err)
		err = take_processes(footprint);
	if (!err)
		err = each_line(footprint, "/proc/interrupts", take_interrupt);
	return err ? err : each_line(footprint, "/proc/meminfo", take_meminfo);
}

static long value_of(const struct footprint *footprint, const char *name)
{
	const struct footprint_entry *entry;

	entry = find((struct footprint *)footprint, name);
	return entry ? entry->value : 0;
}

static bool is_more(const struct footprint_entry *entry, long before, long after)
{
	return entry->slack ? after - before > entry->slack : after != before;
}

/* What there was none of before is only among what there is after. */
int footprint_compare(const struct footprint *before,
		      const struct footprint *after)
{
	const struct footprint *sides[] = { before, after };
	const struct footprint_entry *entry;
	int side, i, wrong = 0;
	long was, is;

	for (side = 0; side < 2; side++)
		for (i = 0; i < sides[side]->count; i++) {
			entry = &sides[side]->entries[i];
			if (side && find((struct footprint *)before, entry->name))
				continue;
			was = value_of(before, entry->name);
			is = value_of(after, entry->name);
			if (!is_more(entry, was, is))
				continue;
			printf("%s: %ld, %ld before\n", entry->name, is, was);
			wrong++;
		}
	return wrong;
}

void footprint_tell(const struct footprint *before,
		    const struct footprint *after)
{
	const struct footprint_entry *entry;
	int i;

	for (i = 0; i < after->count; i++) {
		entry = &after->entries[i];
		printf("%-36s %8ld %+6ld, may be %ld\n", entry->name,
		       entry->value,
		       entry->value - value_of(before, entry->name),
		       entry->slack);
	}
}
