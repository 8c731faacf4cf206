// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must hold on one host before a migration: a table of checks.
 *
 * A check says what is, and if that is not good, what to do.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "checks.h"
#include "qemu.h"
#include "tool.h"

struct finding {
	char text[VERDICT_TEXT_SIZE];
};

__printf(3, 4)
static enum verdict found(struct finding *f, enum verdict which,
			  const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, args);
	va_end(args);
	return which;
}

static enum verdict check_driver(const struct subject *s, struct finding *f)
{
	if (s->bound)
		return found(f, VERDICT_OK, VF_DRIVER);
	return found(f, VERDICT_NO,
		     "%s: needs " VF_DRIVER ", by driver_override in %s",
		     s->vf.driver[0] ? s->vf.driver : "none", s->vf.dir);
}

static int count_group(const struct vf *vf)
{
	char path[ATTR_PATH_MAX];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/iommu_group/devices", vf->dir);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static enum verdict check_group(const struct subject *s, struct finding *f)
{
	int count = count_group(&s->vf);

	if (!count)
		return found(f, VERDICT_NO,
			     "none: switch the IOMMU on (firmware, intel_iommu=on)");
	if (count > 1)
		return found(f, VERDICT_NOTE,
			     "%d has %d devices, they can go to one guest only",
			     s->vf.group, count);
	return found(f, VERDICT_OK, "%d", s->vf.group);
}

/* A stopped VM's device writes no more once it is cut off. */
static bool is_stopped_and_forced(const struct status *status)
{
	return !strcmp(status->state, "stop") &&
	       strcmp(status->on_timeout, "abort");
}

static enum verdict check_state(const struct subject *s, struct finding *f)
{
	const char *state = s->status.state;

	if (!strcmp(state, "closed"))
		return found(f, VERDICT_OK, "closed, a guest can come here");
	if (!strcmp(state, "running"))
		return found(f, VERDICT_OK, "running");
	if (is_stopped_and_forced(&s->status))
		return found(f, VERDICT_OK, "stop, and on_timeout is %s",
			     s->status.on_timeout);
	if (!strcmp(state, "stop"))
		return found(f, VERDICT_NOTE,
			     "stop: it can be migrated if quiesced before, or by on_timeout");
	if (!strcmp(state, "error"))
		return found(f, VERDICT_NO, "error: reset the device, restart the VM");
	return found(f, VERDICT_NO,
		     "%s: a migration is under way, wait for its end", state);
}

static bool is_forced_whoever_is_there(const struct status *status)
{
	return !strcmp(status->on_timeout, "force-lost");
}

static enum verdict check_guest(const struct subject *s, struct finding *f)
{
	if (strcmp(s->status.guest, "absent"))
		return found(f, VERDICT_OK, "%s", s->status.guest);
	if (is_forced_whoever_is_there(&s->status))
		return found(f, VERDICT_NOTE,
			     "absent: on_timeout is force-lost, the guest loses the device");
	return found(f, VERDICT_NO,
		     "absent: load migcap_guest there, read migcap_agent/reason");
}

/* The code that logs is compiled in with CONFIG_IOMMUFD_DRIVER alone. */
static bool look_for_log(void)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	bool found = false;
	char line[512];

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, " iova_bitmap_alloc");
	if (file)
		fclose(file);
	return found;
}

/* Symbols are many: they are read once, and only if it matters. */
static bool kernel_logs(void)
{
	static bool known, logs;

	if (!known)
		logs = look_for_log();
	known = true;
	return logs;
}

static bool is_quiet(const struct status *status)
{
	return !strcmp(status->guest, "bme_off") ||
	       !strcmp(status->guest, "standing") ||
	       !strcmp(status->guest, "ready");
}

static enum verdict check_account(const struct subject *s, struct finding *f)
{
	if (status_is_tracked(&s->status))
		return found(f, VERDICT_OK, "the guest tracks what the device writes");
	if (is_quiet(&s->status))
		return found(f, VERDICT_OK, "the device does not write now");
	if (is_stopped_and_forced(&s->status))
		return found(f, VERDICT_OK, "the device is going to be cut off");
	if (kernel_logs())
		return found(f, VERDICT_OK, "the kernel logs what the device writes");
	return found(f, VERDICT_NO,
		     "nobody tracks its DMA: migcap quiesce %s --wait, or have migcap_guest load ahead of the VF driver",
		     s->vf.bdf);
}

static enum verdict check_vmm(const struct subject *s, struct finding *f)
{
	char holder[HOLDER_TEXT_SIZE];

	if (s->holder_err)
		return found(f, VERDICT_NOTE, "not seen: %s",
			     s->holder_err == -EACCES ? "run this as root" :
							strerror(-s->holder_err));
	holder_text(&s->holder, holder);
	switch (qemu_migration(s->holder.args, s->vf.bdf)) {
	case QEMU_MIGRATION_ON:
		return found(f, VERDICT_OK, "%s, enable-migration=on", holder);
	case QEMU_MIGRATION_OFF:
		return found(f, VERDICT_NO,
			     "%s has enable-migration=off: restart it with on",
			     holder);
	case QEMU_MIGRATION_AUTO:
		if (kernel_logs())
			return found(f, VERDICT_OK, "%s, enable-migration=auto",
				     holder);
		return found(f, VERDICT_NO,
			     "%s lacks enable-migration=on, needed with this kernel: restart it so",
			     holder);
	default:
		return found(f, VERDICT_NOTE,
			     "%s does not name this VF: QEMU needs -global vfio-pci.enable-migration=on",
			     holder);
	}
}

static enum verdict check_mac(const struct subject *s, struct finding *f)
{
	char mac[RULES_MAC_SIZE];

	if (s->rules_err)
		return found(f, VERDICT_NOTE, "not known: the PF has no network device");
	rules_mac(&s->kept, mac);
	if (!rules_have_mac(&s->kept))
		return found(f, VERDICT_NOTE,
			     "no rule: when its VF is reset the guest gets a random address");
	if (!rules_have_mac(&s->rules))
		return found(f, VERDICT_OK, "%s, held back by migcap follow", mac);
	if (!subject_is_held(s))
		return found(f, VERDICT_NOTE,
			     "%s keeps neighbours here from a guest elsewhere that has it: run migcap follow",
			     mac);
	return found(f, VERDICT_OK, "%s", mac);
}

/* -1 if no other VF of the PF has the address, else its number. */
static int find_twin(const struct subject *s)
{
	struct rules other;
	char path[ATTR_PATH_MAX];
	long total = 0;
	int i;

	snprintf(path, sizeof(path), "%s/physfn", s->vf.dir);
	attr_read_number(path, "sriov_numvfs", &total);
	for (i = 0; i < total; i++)
		if (i != s->vf.index && !pf_read_rules(s->vf.pf, i, &other) &&
		    rules_same_mac(&other, &s->kept))
			return i;
	return -1;
}

static enum verdict check_twin(const struct subject *s, struct finding *f)
{
	int twin;

	if (s->rules_err || !rules_have_mac(&s->kept))
		return found(f, VERDICT_OK, "nothing to compare");
	if (!s->link_err && !memcmp(s->link.mac, s->kept.mac, ETH_ALEN))
		return found(f, VERDICT_NO,
			     "the PF %s has the VF's address: give it another",
			     s->vf.pf);
	twin = find_twin(s);
	if (twin < 0)
		return found(f, VERDICT_OK, "no other function of %s has it",
			     s->vf.pf);
	return found(f, VERDICT_NO,
		     "VF %d of %s has it too: ip link set %s vf %d mac 00:00:00:00:00:00",
		     twin, s->vf.pf, s->vf.pf, twin);
}

static enum verdict check_link(const struct subject *s, struct finding *f)
{
	if (s->link_err)
		return found(f, VERDICT_NOTE, "not known: the PF has no network device");
	if (!s->link.up)
		return found(f, VERDICT_NO,
			     "%s is down or has no link: ip link set %s up, look at the cable",
			     s->vf.pf, s->vf.pf);
	return found(f, VERDICT_OK, "%s is up, mtu %u", s->vf.pf, s->link.mtu);
}

static enum verdict check_last(const struct subject *s, struct finding *f)
{
	if (!strcmp(s->status.quiesce, "timeout"))
		return found(f, VERDICT_NOTE,
			     "the guest has not answered in time: look at its load and log");
	if (strcmp(s->status.last_error, "none"))
		return found(f, VERDICT_NOTE, "the last refusal was: %s",
			     s->status.last_error);
	return found(f, VERDICT_OK, "nothing was refused");
}

enum when {
	ALWAYS,
	IF_BOUND,
	IF_HELD,
};

static const struct {
	const char *name;
	enum when when;
	enum verdict (*check)(const struct subject *s, struct finding *f);
} checks[] = {
	{ "driver", ALWAYS, check_driver },
	{ "group", ALWAYS, check_group },
	{ "state", IF_BOUND, check_state },
	{ "guest", IF_HELD, check_guest },
	{ "account", IF_HELD, check_account },
	{ "vmm", IF_HELD, check_vmm },
	{ "mac", ALWAYS, check_mac },
	{ "twin", ALWAYS, check_twin },
	{ "link", ALWAYS, check_link },
	{ "last", IF_BOUND, check_last },
};

static bool applies(const struct subject *s, enum when when)
{
	switch (when) {
	case IF_HELD:
		return subject_is_held(s);
	case IF_BOUND:
		return s->bound;
	default:
		return true;
	}
}

enum verdict checks_run(const struct subject *subject,
			const struct verdict_sink *sink)
{
	enum verdict worst = VERDICT_OK, verdict;
	struct finding finding;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		if (!applies(subject, checks[i].when))
			continue;
		verdict = checks[i].check(subject, &finding);
		sink->tell(sink->context, verdict, checks[i].name, finding.text);
		if (verdict > worst)
			worst = verdict;
	}
	return worst;
}
