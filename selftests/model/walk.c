// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk.
 *
 * Owns who acts next, the operator, time, and the faults of device and host.
 */
#include <stdarg.h>
#include <stdio.h>

#include "model.h"
#include "vf.h"

struct model model;

static bool guest_is_acting;

static const char * const end_names[] = {
	[MODEL_END_LOG] = "by a log alone",
	[MODEL_END_LOG_PRE_COPY] = "by a log, with PRE_COPY",
	[MODEL_END_CONTAINER] = "by a container alone",
	[MODEL_END_CONTAINER_PRE_COPY] = "by a container, with PRE_COPY",
	[MODEL_END_STILL] = "quiesced ahead",
	[MODEL_END_TRACKED] = "tracked by the guest",
	[MODEL_END_STOPPED] = "of a stopped VM",
	[MODEL_END_FORCED] = "without the guest's consent",
	[MODEL_END_ARRIVED] = "arrived",
	[MODEL_END_TIMEOUT] = "timed out",
};

void model_fail(const char *format, ...)
{
	va_list args;

	if (model.failed)
		return;
	va_start(args, format);
	vsnprintf(model.failure, sizeof(model.failure), format, args);
	va_end(args);
	model.failed = true;
	story_tell("*** %s", model.failure, 0, 0, 0);
}

bool model_fault(enum model_fault fault)
{
	static const uint32_t chances[] = {
		[MODEL_FAULT_WORK_IS_LATE] = 8,
		[MODEL_FAULT_TRANSACTIONS_PEND] = 100,
		[MODEL_FAULT_CANNOT_PIN] = 64,
	};
	static const char * const names[] = {
		[MODEL_FAULT_WORK_IS_LATE] = "the kernel's thread is late",
		[MODEL_FAULT_TRANSACTIONS_PEND] = "transactions stay pending",
		[MODEL_FAULT_CANNOT_PIN] = "a page cannot be pinned",
	};

	if (model.calm || !one_in(chances[fault]))
		return false;
	model.acts++;
	if (fault == MODEL_FAULT_TRANSACTIONS_PEND)
		model.pended = true;
	story_tell("   fault: %s", names[fault], 0, 0, 0);
	return true;
}

static void let_guest_act(void)
{
	guest_is_acting = true;
	guest_act();
	guest_is_acting = false;
}

void model_meanwhile(void)
{
	model_device_may_have_written();
	if (model.calm || guest_is_acting || !vmm.runs || !one_in(40))
		return;
	story_indent(1);
	model.depth++;
	let_guest_act();
	model.depth--;
	story_indent(-1);
}

void model_vmm_meanwhile(void)
{
	if (model.calm || !guest_is_acting || !vmm.runs || !one_in(12))
		return;
	story_indent(1);
	model.depth++;
	vmm_meanwhile();
	model.depth--;
	story_indent(-1);
}

static void set_number(const char *name, unsigned int ms)
{
	char text[16];

	snprintf(text, sizeof(text), "%u\n", ms);
	story_tell("operator sets %s to %ld", name, ms, 0, 0);
	vf_attr_write(name, text);
}

static void set_timeout(void)
{
	static const unsigned int choice[] = { 1, 20, 100, 1000, 10000 };
	unsigned int ms = choice[pick(5)];

	set_number("ready_timeout_ms", ms);
	question_set_timeout(ms);
}

static void set_limit(void)
{
	static const unsigned int choice[] = { 0, 30, 300, 30000 };
	unsigned int ms = choice[pick(4)];

	set_number("quiesced_limit_ms", ms);
	question_set_limit(ms);
}

static void set_policy(void)
{
	static const char * const names[] = { "abort", "force", "force-lost" };
	unsigned int policy = pick(3);

	story_tell("operator sets on_timeout to %s", names[policy], 0, 0, 0);
	vf_attr_write("on_timeout", names[policy]);
	question_set_policy(policy);
}

void operator_choose(void)
{
	set_policy();
	set_timeout();
	set_limit();
}

void operator_asks(bool quiesce)
{
	struct story_line *line;
	int ret;

	line = story_tell("operator sets quiesce%s to %ld", "", quiesce, 0, 0);
	ret = vf_attr_write("quiesce", quiesce ? "1" : "0");
	story_result(line, ret);
	if (!ret && quiesce)
		question_operator_asked();
	/* The guest has its device back, stopped or not, unless it arrives. */
	if (!ret && !quiesce && !vmm.arriving)
		vmm.cut = false;
}

static void operator_acts(void)
{
	unsigned int what = pick(12);

	if (what < 1)
		set_timeout();
	else if (what < 2)
		set_limit();
	else if (what < 4)
		set_policy();
	else
		operator_asks(what < 9);
}

static void time_passes(void)
{
	static const uint32_t scales[] = { 2, 10, 60, 500, 5000, 60000 };
	uint64_t ms = 1 + pick(scales[pick(6)]);

	if (ms > vf_traits.sleep_ms)
		ms = 1 + pick(vf_traits.sleep_ms);
	story_tell("%s%ld ms pass", "", ms, 0, 0);
	vf_sleep(ms);
}

/* Mostly there is none, or it has answered. */
static void other_device_acts(void)
{
	bool due = one_in(3), awaited = one_in(3);

	if (vf_other_device(due, awaited))
		return;
	model.other_awaited = awaited;
	story_tell("another device%s: due %ld, awaited %ld", "", due, awaited, 0);
}

/* vCPUs of a stopped VM do nothing, but its VMM may write for the guest. */
static bool guest_may_act(void)
{
	if (vmm.runs)
		return true;
	return (vmm.state == STOP ||
		vmm.state == STOP_COPY) && one_in(10);
}

static void change_mood(void)
{
	model.mood = pick(MODEL_NR_MOODS);
	model.guest_is_tame = one_in(2);
	/* A container that has been switched stays so. */
	if ((model.mood == MOOD_ALONE || model.mood == MOOD_STOPPED) &&
	    !vf_traits.logs_dma)
		vmm_rebind();
}

static void step(void)
{
	unsigned int what = pick(100);

	if (one_in(300))
		change_mood();

	if (what < 45) {
		if (guest_may_act())
			let_guest_act();
	} else if (what < 85) {
		vmm_act();
	} else if (what < 88) {
		operator_acts();
	} else if (what < 90) {
		other_device_acts();
	} else {
		time_passes();
	}
	model_device_may_have_written();
	rules_check();
}

void model_init(uint64_t seed)
{
	model = (struct model){ .rnd.state = seed };
	memory_init();
	vmm_open();
	operator_choose();
}

uint64_t model_walk(uint64_t steps)
{
	for (; model.steps < steps && !model.failed; model.steps++)
		step();
	if (model.failed)
		story_print();
	return model.steps;
}

void model_print_ends(void)
{
	int i;

	for (i = 0; i < MODEL_NR_ENDS; i++)
		if (model.ends[i])
			printf("# %10llu %s\n",
			       (unsigned long long)model.ends[i], end_names[i]);
}

bool model_got_everywhere(void)
{
	static const enum model_end logs[] = {
		MODEL_END_LOG, MODEL_END_LOG_PRE_COPY, MODEL_END_CONTAINER,
		MODEL_END_CONTAINER_PRE_COPY, MODEL_END_FORCED,
		MODEL_END_ARRIVED,
	};
	static const enum model_end none[] = {
		MODEL_END_STILL, MODEL_END_TRACKED, MODEL_END_STOPPED,
		MODEL_END_CONTAINER, MODEL_END_FORCED, MODEL_END_ARRIVED,
	};
	const enum model_end *ends = vf_traits.logs_dma ? logs : none;
	int i;

	for (i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
		if (!model.ends[ends[i]])
			return false;
	return true;
}
