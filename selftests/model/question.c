// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be true of a START, from the step that raises it to the one that ends it.
 *
 * Owns the expectations on who has asked, on deadlines and on the guest's time
 * without its device.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/migcap_regs.h>

#include "model.h"
#include "vf.h"

#define ASKED_BY_OPERATOR	1
#define ASKED_BY_VMM		2
#define FORCE_LOST		2

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
	struct question question;
	bool operator_asked;
	unsigned int policy;
	uint64_t timeout_ms;
	uint64_t limit_ms;
	long given_back;	/* the counters of that, when PRE_COPY began */
	long yields;
	long timeouts;
} asked;

void question_new_life(void)
{
	asked.operator_asked = false;
	asked.question = (struct question){};
}

void question_new_driver(void)
{
	asked.timeouts = 0;
	asked.yields = 0;
}

unsigned int question_policy(void)
{
	return asked.policy;
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

/* A migration is over by now, unless none has begun. */
static void check_yields(void)
{
	long yields = counter("\nyields ");

	if (yields > asked.yields + 1)
		model_fail("the guest gave way %ld times in a migration",
			   yields - asked.yields);
	asked.yields = yields;
}

void question_renew(void)
{
	check_yields();
	asked.given_back = given_back();
	if (asked.question.told < 0)
		asked.question.asker = 0;
	else if (asked.question.asker != ASKED_BY_OPERATOR)
		asked.question = (struct question){};
}

void question_operator_asked(void)
{
	asked.operator_asked = true;
}

/* What becomes of a question that has been asked already is not clear. */
void question_set_policy(unsigned int policy)
{
	asked.policy = policy;
	asked.question.unclear = true;
	vmm.must_fail = false;
	vmm.must_go_on = false;
}

void question_set_timeout(uint64_t ms)
{
	asked.timeout_ms = ms;
}

void question_set_limit(uint64_t ms)
{
	asked.limit_ms = ms;
}

/* Where nobody tells, a START of before may have been taken over since. */
static int guess_asker(void)
{
	if (!vmm_saves(vmm.state))
		return asked.operator_asked ? ASKED_BY_OPERATOR : ASKED_BY_VMM;
	return asked.operator_asked ? 0 : ASKED_BY_VMM;
}

/* A guest gives way once in a migration, if at all. */
static uint64_t yield_ms(void)
{
	if (vmm.still || given_back() != asked.given_back)
		return 0;
	return (asked.timeout_ms + 9) / 10;
}

static void see_question(struct question *q, const uint8_t *regs, uint8_t epoch)
{
	bool start = regs[MIGCAP_VMM_STATUS] == MIGCAP_VMM_START;
	bool fresh = regs[MIGCAP_EPOCH] != epoch;
	int told = start ? vf_asker() : 0;

	if (start && (!q->stands || fresh || told != q->told)) {
		*q = (struct question){
			.told = told,
			.asker = told < 0 ? guess_asker() : told,
			.deadline = vf_now() + asked.timeout_ms,
			.limit = vmm.still ? 0 : asked.limit_ms,
			.yield = yield_ms(),
			.ahead = !strcmp(vf_attr("quiesce"), "quiesced"),
		};
		if (vmm.arriving)
			q->deadline = ~0ULL;
		/* That of the step before: it may be late already. */
		q->timeouts = asked.timeouts;
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
	vmm.must_fail = !asked.policy || !vf_traits.logs_dma;
	vmm.must_go_on = asked.policy == FORCE_LOST && vf_traits.logs_dma;
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

static void check_question(const uint8_t *regs, uint8_t epoch)
{
	struct question *q = &asked.question;
	const char *quiesce;

	see_question(q, regs, epoch);
	if (!q->stands) {
		asked.operator_asked = false;
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
	if (!asked.operator_asked)
		model_fail("the device runs, and START stands");
	if (asked.question.asker == ASKED_BY_VMM)
		model_fail("the device runs, and a VMM's START stands");
}

void question_check(const uint8_t *regs, uint8_t epoch)
{
	check_question(regs, epoch);
	check_end(regs);
	if (!vf_traits.exact)
		asked.timeouts = counter("\ntimeouts ");
}
