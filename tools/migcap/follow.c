// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap follow: a PF's rules for a VF go with the VF's guest.
 *
 * Owns which rules are wanted, and brings those in force in line with the phase
 * (phase.h) whenever something may have changed, and once a second.
 *
 * A rule that somebody else has set while the guest is away is taken for wanted
 * and held back, unless the wanted ones were given as a file.  The address of a guest
 * that is here without a rule is its own, and is not kept for the VF's next guest.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "holder.h"
#include "keep.h"
#include "observer.h"
#include "pf.h"
#include "phase.h"
#include "qemu.h"
#include "status.h"
#include "tool.h"

#define TICK_MS		1000

struct follow {
	const char *rules_file;
	struct rules given;
	bool no_rights;		/* to change a rule */
};

/* What is known of one VF from look to look. */
struct followed {
	struct rules wanted;
	enum phase phase;
	bool known;		/* @phase is of a look before */
	bool was_open;
	bool incoming;
	long loads;		/* when the device was opened */
	bool failed;		/* the last change, which was said */
};

static void look_at_vmm(struct followed *followed, const struct vf *vf,
			const struct status *status)
{
	struct holder holder;

	if (!status_is_open(status)) {
		followed->loads = status->loads;
		followed->incoming = false;
		followed->was_open = false;
		return;
	}
	if (followed->was_open)
		return;
	followed->was_open = true;
	if (!holder_find(vf, &holder))
		followed->incoming = qemu_is_incoming(holder.args);
	holder_put(&holder);
}

static enum phase look(struct followed *followed, const struct vf *vf)
{
	struct status status = {};
	struct phase_view view = {
		.bound = vf_is_bound(vf),
		.driven = vf->driver[0] && !vf_is_bound(vf),
		.state = status.state,
		.guest = status.guest,
		.quiesce = status.quiesce,
	};

	if (view.bound) {
		/* Lost just now: its uevent is on the way. */
		if (status_read(vf, &status))
			return PHASE_KEEP;
		look_at_vmm(followed, vf, &status);
		view.incoming = followed->incoming;
		view.arrived = status.loads != followed->loads;
	}
	return phase_of(&view);
}

/* A PF shows an address that a VF has chosen as it does one of a rule. */
static bool is_guests_address(const struct followed *followed, enum phase phase)
{
	return followed->known && !rules_have_mac(&followed->wanted) &&
	       (phase == PHASE_PRESENT || followed->phase == PHASE_PRESENT);
}

/*
 * What is in force and was not set by us.  While no rule should be in force,
 * zeros are our own.
 */
static bool adopt(struct followed *followed, const struct rules *now,
		  enum phase phase)
{
	bool is_present = phase == PHASE_PRESENT && followed->known;
	struct rules before = followed->wanted;
	struct rules *wanted = &followed->wanted;

	if (rules_have_mac(now) && !is_guests_address(followed, phase))
		memcpy(wanted->mac, now->mac, ETH_ALEN);
	if (now->vlan || is_present) {
		wanted->vlan = now->vlan;
		wanted->qos = now->qos;
		wanted->proto = now->proto;
	}
	if (now->trust > 0 || is_present)
		wanted->trust = now->trust;
	wanted->spoofchk = now->spoofchk;
	return !rules_same(&before, wanted);
}

static struct rules rules_in(enum phase phase, const struct rules *wanted)
{
	struct rules rules = *wanted;

	if (phase != PHASE_PRESENT)
		memset(rules.mac, 0, ETH_ALEN);
	if (phase == PHASE_ABSENT) {
		rules.vlan = 0;
		rules.qos = 0;
		rules.proto = ETH_P_8021Q;
		if (rules.trust != RULES_UNKNOWN)
			rules.trust = 0;
	}
	return rules;
}

static bool differs(int wanted, int now)
{
	return wanted != RULES_UNKNOWN && wanted != now;
}

/*
 * A change that failed is no wish of somebody else.  What is found when the guest
 * comes back is either ours, or an address that its driver has chosen.
 */
static bool may_adopt(const struct follow *follow,
		      const struct followed *followed, enum phase phase,
		      bool entered)
{
	if (follow->rules_file || followed->failed)
		return false;
	return phase != PHASE_PRESENT || !entered || !followed->known;
}

/* @clear: zeros are written even where they are shown, filters may be left. */
static int apply(const struct vf *vf, const struct rules *target,
		 const struct rules *now, bool clear)
{
	int ret = 0, err;

	if (!rules_same_mac(target, now) || (clear && !rules_have_mac(target)))
		ret = pf_set_mac(vf->pf, vf->index, target);
	if (target->vlan != now->vlan || target->qos != now->qos ||
	    (target->vlan && target->proto != now->proto)) {
		err = pf_set_vlan(vf->pf, vf->index, target);
		ret = ret ? ret : err;
	}
	if (differs(target->trust, now->trust)) {
		err = pf_set_trust(vf->pf, vf->index, target);
		ret = ret ? ret : err;
	}
	if (differs(target->spoofchk, now->spoofchk)) {
		err = pf_set_spoofchk(vf->pf, vf->index, target);
		ret = ret ? ret : err;
	}
	return ret;
}

static void say_once(struct follow *follow, struct followed *followed,
		     const struct vf *vf, int err)
{
	if (err && !followed->failed)
		tool_say_vf(vf->bdf, "%s", pf_error());
	followed->failed = err;
	follow->no_rights |= err == -EPERM;
}

static void say_phase(const struct followed *followed, const struct vf *vf)
{
	char mac[RULES_MAC_SIZE];

	printf("%s: %s (mac %s, vlan %u, trust %s)\n", vf->bdf,
	       phase_text(followed->phase), rules_mac(&followed->wanted, mac),
	       followed->wanted.vlan, rules_switch(followed->wanted.trust));
}

static void keep_wanted(const struct followed *followed, const struct vf *vf)
{
	int err = keep_write(vf, &followed->wanted);

	if (err)
		tool_say_vf(vf->bdf, "cannot keep its rules: %s",
			    strerror(-err));
}

static void reconcile(struct observer *observer, struct observer_vf *observed)
{
	struct follow *follow = observer->context;
	struct followed *followed = observed->context;
	const struct vf *vf = &observed->vf;
	enum phase phase = look(followed, vf);
	bool entered = !followed->known || phase != followed->phase;
	struct rules now, target;
	int err;

	if (phase == PHASE_KEEP)
		return;
	err = pf_read_rules(vf->pf, vf->index, &now);
	if (err)
		return say_once(follow, followed, vf, err);
	if (may_adopt(follow, followed, phase, entered) &&
	    adopt(followed, &now, phase))
		keep_wanted(followed, vf);
	target = rules_in(phase, &followed->wanted);
	if (phase == PHASE_PRESENT && !rules_have_mac(&target))
		memcpy(target.mac, now.mac, ETH_ALEN);
	/* A guest that is here, and has no rule, may just be setting its address. */
	err = apply(vf, &target, &now, entered && phase != PHASE_PRESENT);
	followed->phase = phase;
	followed->known = true;
	if (entered)
		say_phase(followed, vf);
	say_once(follow, followed, vf, err);
}

static int follow_one(struct observer *observer, const char *address)
{
	const struct follow *follow = observer->context;
	struct followed *followed;
	struct vf vf;
	int ret = vf_must_find(&vf, address);

	if (ret)
		return ret;
	if (!vf.pf[0] || vf.index < 0) {
		tool_say_vf(vf.bdf, "its PF has no network device, there are no rules");
		return TOOL_FAILED;
	}
	followed = calloc(1, sizeof(*followed));
	if (!followed || observer_add(observer, &vf)) {
		tool_say("no memory");
		free(followed);
		return TOOL_FAILED;
	}
	if (follow->rules_file)
		followed->wanted = follow->given;
	else
		keep_read(&vf, &followed->wanted);
	if (follow->rules_file)
		keep_wanted(followed, &vf);
	observer->vfs[observer->count - 1]->context = followed;
	return TOOL_OK;
}

static int loop(struct observer *observer)
{
	const struct follow *follow = observer->context;
	size_t i;
	int ret;

	do {
		for (i = 0; i < observer->count; i++)
			reconcile(observer, observer->vfs[i]);
		ret = observer_wait(observer, TICK_MS);
	} while (ret >= 0 && !follow->no_rights && !ferror(stdout));
	if (ret == -EINTR)
		return TOOL_OK;
	if (follow->no_rights)
		return TOOL_NO_RIGHTS;
	tool_say("%s", ret < 0 ? strerror(-ret) : "nobody reads my output");
	return TOOL_FAILED;
}

static int follow_all(struct follow *follow, char **names, int count)
{
	struct observer observer = {
		.extra = -1,
		.changed = reconcile,
		.context = follow,
	};
	int ret = TOOL_OK, err, i;
	size_t v;

	err = observer_open(&observer);
	if (err) {
		tool_say("cannot follow devices: %s", strerror(-err));
		return tool_exit_of(err);
	}
	for (i = 0; i < count && !ret; i++)
		ret = follow_one(&observer, names[i]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!ret)
		ret = loop(&observer);
	for (v = 0; v < observer.count; v++)
		free(observer.vfs[v]->context);
	observer_close(&observer);
	return ret;
}

static int run(int argc, char **argv)
{
	static const struct option names[] = {
		{ "rules", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct follow follow = {};
	int c;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		if (c == 'h')
			return tool_usage(&follow_command, NULL);
		if (c != 'r')
			return tool_usage(&follow_command, "see above");
		follow.rules_file = optarg;
	}
	if (optind == argc)
		return tool_usage(&follow_command, "follow wants a VF");
	if (follow.rules_file && argc - optind > 1)
		return tool_usage(&follow_command, "--rules are those of one VF");
	if (follow.rules_file && keep_load(follow.rules_file, &follow.given))
		return TOOL_FAILED;
	return follow_all(&follow, argv + optind, argc - optind);
}

const struct tool_command follow_command = {
	.name = "follow",
	.args = "[--rules FILE] VF...",
	.summary = "have the PF's rules for a VF go with the guest, until a signal",
	.run = run,
};
