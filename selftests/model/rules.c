// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be true after each step.
 *
 * Owns the expectations on registers, gate and counters, each as the documentation
 * has it, and what was seen at the step before.  Those on START and its deadlines are
 * in question.c.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/migcap_regs.h>
#include <linux/pci_regs.h>

#include "model.h"
#include "vf.h"

#define COUNTERS		32
#define NONE_JUDGED		-1
#define NOT_TO_BE_JUDGED	-2

static struct {
	bool valid;
	bool wanted;	/* somebody wants the guest to track */
	uint8_t regs[MIGCAP_LENGTH_VALUE];
	enum reset_due reset_due;
	int judged;	/* EPOCH up to which each END was looked at, or below */
	long long counters[COUNTERS];
} seen;

void rules_new_life(void)
{
	seen.valid = false;
	seen.reset_due = RESET_IS_NOT_DUE;
	seen.judged = NONE_JUDGED;
	question_new_life();
	memory.periods++;
}

void rules_life_ends(void)
{
	seen.judged = NOT_TO_BE_JUDGED;
}

void rules_new_driver(void)
{
	memset(seen.counters, 0, sizeof(seen.counters));
	question_new_driver();
}

void rules_reset_is_due(enum reset_due due)
{
	seen.reset_due = due;
}

/* DEVICE_RESET comes with each END until the guest has answered, if it is due. */
static void judge_end(const uint8_t *regs)
{
	bool told = regs[MIGCAP_EVENT] & MIGCAP_EVENT_DEVICE_RESET;
	bool end = regs[MIGCAP_VMM_STATUS] == MIGCAP_VMM_END;

	if (seen.judged == NOT_TO_BE_JUDGED)
		return;
	if (told && !end)
		model_fail("EVENT.DEVICE_RESET goes along with START");
	if (seen.judged >= 0 && regs[MIGCAP_EPOCH] != seen.judged && end &&
	    seen.reset_due != RESET_MAY_BE_DUE && told != seen.reset_due)
		model_fail(told ? "the guest is told of a reset that was none" :
				  "the guest is not told that its device was reset");
	if (regs[MIGCAP_EPOCH] != seen.judged && end)
		seen.reset_due = told ? RESET_IS_DUE : RESET_IS_NOT_DUE;
	seen.judged = regs[MIGCAP_EPOCH];
}

static void read_registers(uint8_t *regs)
{
	vf_cfg_read(vf_capability(), regs, MIGCAP_LENGTH_VALUE);
}

bool rules_guest_answers(void)
{
	uint8_t regs[MIGCAP_LENGTH_VALUE];

	read_registers(regs);
	judge_end(regs);
	return regs[MIGCAP_EVENT] & MIGCAP_EVENT_DEVICE_RESET;
}

void rules_guest_answered(bool knew)
{
	if (vmm.arriving || vmm.cut)
		return;
	if (knew || guest_register(MIGCAP_VF_STATUS) == MIGCAP_VF_READY)
		seen.reset_due = RESET_IS_NOT_DUE;
}

static void check_registers(const uint8_t *regs)
{
	bool turned = (regs[MIGCAP_EPOCH] - seen.regs[MIGCAP_EPOCH]) & 1;
	bool turns = regs[MIGCAP_VMM_STATUS] != seen.regs[MIGCAP_VMM_STATUS];

	if (regs[MIGCAP_ID] != MIGCAP_ID_VALUE ||
	    regs[MIGCAP_LENGTH] != MIGCAP_LENGTH_VALUE ||
	    regs[MIGCAP_REVISION] != MIGCAP_REVISION_VALUE ||
	    memcmp(regs + MIGCAP_SIGNATURE, MIGCAP_SIGNATURE_VALUE, 4) ||
	    regs[MIGCAP_RESERVED] || regs[MIGCAP_RESERVED + 1])
		model_fail("a register that is constant has changed");
	if (regs[MIGCAP_CTRL] & ~7 || regs[MIGCAP_VMM_STATUS] > 1 ||
	    regs[MIGCAP_VF_STATUS] > 1)
		model_fail("a register has bits that nobody knows");
	if (seen.valid && turned != turns)
		model_fail("EPOCH went from %u to %u, VMM_STATUS from %u to %u",
			   seen.regs[MIGCAP_EPOCH], regs[MIGCAP_EPOCH],
			   seen.regs[MIGCAP_VMM_STATUS],
			   regs[MIGCAP_VMM_STATUS]);
}

/* A device in use may be cut off where an operator allows it, for a migration. */
static bool may_be_cut(void)
{
	if (!question_policy())
		return false;
	return vmm.state == STOP_COPY ||
	       (vmm.state == STOP && vmm.migrates_stopped);
}

/*
 * What the driver says of it, and when that may change.  On a device that runs, a
 * real one's gate tells: to ask takes time.
 */
static void check_cut(void)
{
	bool asks = vf_traits.exact || vmm.cut || vmm.state == STOP ||
		    vmm.state == STOP_COPY;
	bool forced = asks && !strcmp(vf_attr("quiesce"), "forced");

	if (vmm.cut && !forced)
		model_fail("a device that was cut off is so no more in %s",
			   mig_state_name(vmm.state));
	if (!vmm.cut && forced && !may_be_cut())
		model_fail("the device is cut off in %s",
			   mig_state_name(vmm.state));
	if (!vmm.cut && forced)
		seen.reset_due = RESET_IS_DUE;
	else if (model.pended && seen.reset_due == RESET_IS_NOT_DUE &&
		 may_be_cut())
		seen.reset_due = RESET_MAY_BE_DUE;
	model.pended = false;
	vmm.cut = forced;
}

enum reset_due rules_reset_due(void)
{
	check_cut();
	return seen.reset_due;
}

/*
 * The gate is closed while READY, on a device that arrives, and on one that was
 * cut off, and only then.
 */
static void check_gate(const uint8_t *regs)
{
	bool ready = regs[MIGCAP_VF_STATUS] == MIGCAP_VF_READY;
	bool hardware = vf_bus_master(), set;
	uint8_t command;

	vf_cfg_read(PCI_COMMAND, &command, 1);
	set = command & PCI_COMMAND_MASTER;
	if (hardware != (set && !ready && !vmm.arriving && !vmm.cut))
		model_fail("Bus Master Enable %d: guest's %d, READY %d, arriving %d, cut off %d",
			   hardware, set, ready, vmm.arriving, vmm.cut);
	if (guest.knows_bus_master && guest.bus_master != set)
		model_fail("guest wrote %d to Bus Master Enable, and reads %d",
			   guest.bus_master, set);
	guest.bus_master = set;
	guest.knows_bus_master = !vmm.arriving;
}

static void check_tracking(const uint8_t *regs)
{
	bool tracking = regs[MIGCAP_EVENT] & MIGCAP_EVENT_TRACKING;
	bool before = seen.regs[MIGCAP_EVENT] & MIGCAP_EVENT_TRACKING;
	bool wanted = vmm.logging || vmm.was_in_precopy;

	if (seen.valid && before && !tracking && wanted && seen.wanted)
		model_fail("EVENT.TRACKING was taken back");
	if (tracking && !wanted && !vmm.arriving)
		model_fail("EVENT.TRACKING stays, and nobody tracks");
	seen.wanted = wanted;
	guest_see_event(regs[MIGCAP_EVENT]);
}

static void check_counters(void)
{
	const char *text = vf_attr("counters");
	int i;

	for (i = 0; i < COUNTERS && *text; i++) {
		long long now;

		text = strchr(text, ' ');
		if (!text)
			break;
		now = strtoll(text, (char **)&text, 10);
		if (now < seen.counters[i])
			model_fail("counter %d fell from %lld to %lld", i,
				   seen.counters[i], now);
		seen.counters[i] = now;
	}
}

static void check_state(void)
{
	const char *state = vf_attr("state");

	if (strcmp(state, mig_state_name(vmm.state)))
		model_fail("the state is %s, and sysfs says %s",
			   mig_state_name(vmm.state), state);
}

void rules_check(void)
{
	uint8_t regs[MIGCAP_LENGTH_VALUE];

	model.calm = true;
	vf_cfg_read(vf_capability(), regs, sizeof(regs));
	check_registers(regs);
	judge_end(regs);
	check_cut();
	check_gate(regs);
	question_check(regs, seen.regs[MIGCAP_EPOCH]);
	check_tracking(regs);
	if (model.steps % 64 == 0) {
		check_counters();
		check_state();
	}
	memcpy(seen.regs, regs, sizeof(regs));
	seen.valid = true;
	model.calm = false;
}
