// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be true after each step.
 *
 * Owns the expectations on registers, gate, deadlines and counters, each as the
 * documentation has it, and what was seen at the step before.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/migcap_regs.h>
#include <linux/pci_regs.h>

#include "model.h"
#include "vf.h"

#define ASKED_BY_OPERATOR	1
#define ASKED_BY_VMM		2
#define COUNTERS		32
#define FORCE_LOST		2
#define NONE_JUDGED		-1
#define NOT_TO_BE_JUDGED	-2

/* A START as it is seen from outside. */
struct question {
	bool stands;
	int told;	/* what vf_asker() said */
	int asker;	/* 0 if that is not clear */
	uint64_t deadline;
	uint64_t limit;
	uint64_t yield;
	uint64_t quiesced_at;
	uint64_t kept_since;	/* READY, and another device is not */
	bool ahead;	/* quiesced since before START */
	bool unclear;	/* the operator has changed his mind about it */
	long timeouts;	/* the counter before it */
};

static struct {
	bool valid;
	bool wanted;	/* somebody wants the guest to track */
	uint8_t regs[MIGCAP_LENGTH_VALUE];
	struct question question;
	bool operator_asked;
	unsigned int policy;
	uint64_t timeout_ms;
	uint64_t limit_ms;
	long given_back;	/* the counters of that, when PRE_COPY began */
	enum reset_due reset_due;
	int judged;	/* EPOCH up to which each END was looked at, or below */
	long timeouts;
	long long counters[COUNTERS];
} seen;

void rules_new_life(void)
{
	seen.valid = false;
	seen.operator_asked = false;
	seen.question = (struct question){};
	seen.reset_due = RESET_IS_NOT_DUE;
	seen.judged = NONE_JUDGED;
	memory.periods++;
}

void rules_life_ends(void)
{
	seen.judged = NOT_TO_BE_JUDGED;
}

void rules_new_driver(void)
{
	memset(seen.counters, 0, sizeof(seen.counters));
	seen.timeouts = 0;
}

static long counter(const char *name)
{
	const char *line = strstr(vf_attr("counters"), name);

	return line ? strtol(line + strlen(name), NULL, 10) : -1;
}

static long given_back(void)
{
	return counter("\nlimits ") + counter("\nyields ");
}

void rules_new_question(void)
{
	seen.given_back = given_back();
	if (seen.question.told < 0)
		seen.question.asker = 0;
	else if (seen.question.asker != ASKED_BY_OPERATOR)
		seen.question = (struct question){};
}

void rules_operator_asked(void)
{
	seen.operator_asked = true;
}

/* What becomes of a question that has been asked already is not clear. */
void rules_set_policy(unsigned int policy)
{
	seen.policy = policy;
	seen.question.unclear = true;
	vmm.must_fail = false;
	vmm.must_go_on = false;
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

void rules_set_timeout(uint64_t ms)
{
	seen.timeout_ms = ms;
}

void rules_set_limit(uint64_t ms)
{
	seen.limit_ms = ms;
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
	if (!seen.policy)
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

/* Where nobody tells, a START of before may have been taken over since. */
static int guess_asker(void)
{
	if (!vmm_saves(vmm.state))
		return seen.operator_asked ? ASKED_BY_OPERATOR : ASKED_BY_VMM;
	return seen.operator_asked ? 0 : ASKED_BY_VMM;
}

/* A guest gives way once in a migration, if at all. */
static uint64_t yield_ms(void)
{
	if (vmm.still || given_back() != seen.given_back)
		return 0;
	return (seen.timeout_ms + 9) / 10;
}

static void see_question(struct question *q, const uint8_t *regs)
{
	bool start = regs[MIGCAP_VMM_STATUS] == MIGCAP_VMM_START;
	bool fresh = regs[MIGCAP_EPOCH] != seen.regs[MIGCAP_EPOCH];
	int told = start ? vf_asker() : 0;

	if (start && (!q->stands || fresh || told != q->told)) {
		*q = (struct question){
			.told = told,
			.asker = told < 0 ? guess_asker() : told,
			.deadline = vf_now() + seen.timeout_ms,
			.limit = vmm.still ? 0 : seen.limit_ms,
			.yield = yield_ms(),
			.ahead = !strcmp(vf_attr("quiesce"), "quiesced"),
		};
		if (vmm.arriving)
			q->deadline = ~0ULL;
		/* That of the step before: it may be late already. */
		q->timeouts = seen.timeouts;
	}
	q->stands = start;
}

/* Whether a deadline has passed, and nothing comes of it. */
static bool is_overdue(const struct question *q, uint64_t deadline,
		       const char *quiesce)
{
	uint64_t end = vf_now() + vf_traits.late_ms;

	if (vf_now() <= deadline)
		return false;
	while (!vf_traits.exact && !strcmp(vf_attr("quiesce"), quiesce) &&
	       counter("\ntimeouts ") == q->timeouts) {
		if (vf_now() > end)
			return true;
		vf_sleep(2);
	}
	return vf_traits.exact;
}

static void vmm_is_late(const struct question *q)
{
	if (vmm.must_fail || vmm.must_go_on || q->unclear ||
	    !vmm_saves(vmm.state))
		return;
	/* Whether somebody is there to be forced changes all the time. */
	vmm.must_fail = !seen.policy || !vf_traits.logs_dma;
	vmm.must_go_on = seen.policy == FORCE_LOST && vf_traits.logs_dma;
	vmm.read_since_late = 0;
}

/* An operator's START has ended; a VMM's next read must say so. */
static void check_deadline(const struct question *q)
{
	bool overdue;

	if (vf_now() <= q->deadline)
		return;
	overdue = is_overdue(q, q->deadline, "asked");
	if (q->asker == ASKED_BY_OPERATOR && overdue)
		model_fail("an operator's START stands for too long");
	else if (q->asker == ASKED_BY_VMM && vf_traits.exact)
		vmm_is_late(q);
	else if (q->asker == ASKED_BY_VMM && overdue)
		model_fail("a VMM's START stands for too long");
	else if (q->asker == ASKED_BY_VMM &&
		 counter("\ntimeouts ") != q->timeouts)
		vmm_is_late(q);
}

static void check_yield(struct question *q, bool quiesced)
{
	if (!quiesced || !model.other_awaited)
		q->kept_since = 0;
	else if (!q->kept_since)
		q->kept_since = vf_now();
	if (q->asker == ASKED_BY_VMM && q->yield && q->kept_since && !q->ahead &&
	    (vmm.state == PRE_COPY || vmm.state == PRE_COPY_P2P) &&
	    counter("\ntimeouts ") == q->timeouts &&
	    vf_now() > q->kept_since + q->yield)
		model_fail("the guest is kept READY for another device");
}

static void check_question(const uint8_t *regs)
{
	struct question *q = &seen.question;
	const char *quiesce;

	see_question(q, regs);
	if (!q->stands) {
		seen.operator_asked = false;
		return;
	}
	quiesce = vf_attr("quiesce");
	if (!strcmp(quiesce, "idle") || !strcmp(quiesce, "timeout")) {
		/* Its time may have come since the registers were read. */
		if (guest_register(MIGCAP_VMM_STATUS) == MIGCAP_VMM_START)
			model_fail("START stands, and quiesce reads %s",
				   quiesce);
		return;
	}
	if (!strcmp(quiesce, "asked"))
		check_deadline(q);
	if (strcmp(quiesce, "quiesced"))
		q->ahead = false;
	else if (!q->ahead && !q->quiesced_at)
		q->quiesced_at = vf_now();
	if (q->asker == ASKED_BY_VMM && q->limit && q->quiesced_at &&
	    (vmm.state == PRE_COPY ||
	     vmm.state == PRE_COPY_P2P) &&
	    is_overdue(q, q->quiesced_at + q->limit, "quiesced"))
		model_fail("the guest has been READY for too long");
	check_yield(q, !strcmp(quiesce, "quiesced"));
}

/* Nobody is left to wait for END once the device runs, but an operator. */
static void check_end(const uint8_t *regs)
{
	if (vmm.state != RUNNING ||
	    regs[MIGCAP_VMM_STATUS] == MIGCAP_VMM_END)
		return;
	if (!seen.operator_asked)
		model_fail("the device runs, and START stands");
	if (seen.question.asker == ASKED_BY_VMM)
		model_fail("the device runs, and a VMM's START stands");
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
	check_question(regs);
	check_end(regs);
	check_tracking(regs);
	if (model.steps % 64 == 0) {
		check_counters();
		check_state();
	}
	if (!vf_traits.exact)
		seen.timeouts = counter("\ntimeouts ");
	memcpy(seen.regs, regs, sizeof(regs));
	seen.valid = true;
	model.calm = false;
}
