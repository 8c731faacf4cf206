/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of what guest, VMM, operator and device do with one VF, and of what
 * must be true then.
 *
 * A random walker takes steps.  The oracle knows when the device could write to
 * memory, since it looks at the hardware, and what the VMM has been told, since
 * it is the VMM.  It knows nothing of how the driver decides.
 *
 *	memory.c	what the device wrote, and what the VMM knows of it
 *	guest.c		the guest: it keeps its promise, whatever else it does
 *	vmm.c		states
 *	vmm_file.c	the migration file, and sizes
 *	vmm_act.c	what the VMM does next
 *	vmm_memory.c	logs, containers, and the end of a migration
 *	rules.c		what must be true after each step
 *	question.c	what must be true of a START
 *	walk.c		the steps, the operator, faults of device and host
 *	story.c		the last steps in plain words
 */
#ifndef SELFTESTS_MODEL_MODEL_H
#define SELFTESTS_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/vfio.h>

#include "../lib/mig_states.h"
#include "../unit/random.h"

enum model_fault {
	MODEL_FAULT_WORK_IS_LATE,
	MODEL_FAULT_TRANSACTIONS_PEND,
	MODEL_FAULT_CANNOT_PIN,
};

/* What has ended well: a walk must get there, or it has tested nothing. */
enum model_end {
	MODEL_END_LOG,
	MODEL_END_LOG_PRE_COPY,
	MODEL_END_CONTAINER,
	MODEL_END_CONTAINER_PRE_COPY,
	MODEL_END_STILL,
	MODEL_END_TRACKED,
	MODEL_END_STOPPED,
	MODEL_END_FORCED,
	MODEL_END_ARRIVED,
	MODEL_END_TIMEOUT,
	MODEL_NR_ENDS,
};

/* What the VMM is up to, for a while. */
enum model_mood {
	MOOD_ANY,
	MOOD_PRE_COPY,
	MOOD_ALONE,	/* a log or a container, without PRE_COPY */
	MOOD_STOPPED,	/* migrates a stopped VM */
	MODEL_NR_MOODS,
};

struct model {
	struct random rnd;
	enum model_mood mood;
	bool guest_is_tame;	/* it does as its agent would */
	uint64_t steps;
	bool failed;
	bool calm;	/* nobody interferes: guest and host stand still */
	bool pended;	/* in this step, transactions did not come to an end */
	bool other_awaited;	/* the VM has another device, which has not answered */
	int depth;	/* what is done is done in the middle of something */
	uint64_t acts;	/* of guests, devices and hosts that interfere */
	uint64_t ends[MODEL_NR_ENDS];
	char failure[256];
};

extern struct model model;

/* walk.c */
void model_init(uint64_t seed);
/* Walk; returns the number of steps until all or something failed. */
uint64_t model_walk(uint64_t steps);
void operator_choose(void);
void operator_asks(bool quiesce);
void model_print_ends(void);
bool model_got_everywhere(void);
void model_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
bool model_fault(enum model_fault fault);
/* What happens while the driver is at work: the guest, and the VMM. */
void model_meanwhile(void);
void model_vmm_meanwhile(void);

static inline uint32_t pick(uint32_t below)
{
	return random_below(&model.rnd, below);
}

static inline bool one_in(uint32_t chance)
{
	return !pick(chance);
}

/* memory.c */
struct memory {
	uint64_t stale;		/* written, and the VMM's copy is older */
	uint64_t periods;	/* goes up while the device may write */
	uint64_t wrote_at[64];
	uint64_t told_in[64];	/* the period, plus one, of the last report */
	uint64_t scattered_in;	/* the log may have run out of room in it */
};

extern struct memory memory;

void memory_init(void);
uint64_t memory_iova(unsigned int page);
/* Pages all of whose bytes lie between two, both included. */
uint64_t memory_pages_in(uint64_t first, uint64_t last);
void model_device_may_have_written(void);
/* The CPU writes pages that the device wrote at that time or later. */
void memory_cpu_writes_since(uint64_t when);
void memory_copied(uint64_t pages);
void memory_reported(uint64_t pages, uint64_t period);
void memory_forget_reports(void);

/* guest.c */
struct guest {
	bool works;	/* its driver lets the device write */
	bool bus_master;	/* what it has written there */
	bool knows_bus_master;
	uint64_t tracking_since;
	uint64_t acts;
};

extern struct guest guest;

void guest_restart(void);
void guest_act(void);
uint8_t guest_register(unsigned int reg);
void guest_see_event(uint8_t event);
void guest_write_command(bool bus_master);

/* vmm.c, vmm_file.c, vmm_act.c, vmm_memory.c */
enum session_kind {
	SESSION_NONE,
	SESSION_PRE_COPY,
	SESSION_LOG,
	SESSION_CONTAINER,
	SESSION_STOPPED,
};

/* A migration whose end must find no stale page in what it covers. */
struct session {
	enum session_kind kind;
	bool by_log;
	bool collected;	/* since guest and device were stopped */
	uint64_t covered;
};

/* Whether the guest has to be told that its device was reset. */
enum reset_due {
	RESET_IS_NOT_DUE,
	RESET_IS_DUE,
	RESET_MAY_BE_DUE,
};

struct vmm {
	bool is_open;
	bool runs;	/* vCPUs do */
	bool arriving;	/* from RESUMING until the device runs */
	bool cut;	/* the device was stopped without the guest's consent */
	bool migrates_stopped;	/* in STOP, it has asked for log or size */
	uint32_t state;
	bool logging;
	uint64_t log_pages;
	bool tracking;	/* the container does */
	bool was_in_precopy;	/* since the file was made, which lasts */
	bool still;	/* a migration that depends on a quiesced device */
	bool tracked;	/* or on the guest's promise */
	int file_error;
	uint64_t initial_bytes;
	bool must_fail;	/* the guest was late */
	bool must_go_on;	/* the guest was late, and need not be asked */
	size_t read_since_late;
	bool file_ended;
	uint8_t stream[1024];
	size_t stream_size;
	uint8_t good[1024];	/* the last one that was complete */
	size_t good_size;
	enum reset_due good_reset_due;
	uint64_t acts_at_stop;	/* of the guest, when STOP_COPY was entered */
	bool load_is_intact;
};

extern struct vmm vmm;
extern struct session session;

void vmm_open(void);
void vmm_close(void);
void vmm_reset(void);
void vmm_rebind(void);
void vmm_act(void);
void vmm_meanwhile(void);
void vmm_set_state(uint32_t state);
void vmm_read(void);
void vmm_query(void);
void vmm_precopy_info(void);
void vmm_load(void);
bool vmm_saves(uint32_t state);
bool vmm_in_precopy(uint32_t state);

void session_begin(enum session_kind kind);
void session_end(void);
/* One that depends on this driver, and is given up. */
void session_lose(void);
void session_complete(void);
void vmm_log_start(void);
void vmm_log_stop(void);
void vmm_container_track(bool on);
void vmm_collect(void);
void vmm_report_some(void);

/* rules.c */
void rules_check(void);
/* Registers, Command or the question have changed for good reason. */
void rules_new_life(void);
/* That is about to happen, and the guest may see it in the middle. */
void rules_life_ends(void);
/* Counters begin anew, and the operator's choices are lost. */
void rules_new_driver(void);
enum reset_due rules_reset_due(void);
void rules_reset_is_due(enum reset_due due);
/* The guest is about to write VF_STATUS: does it know of a reset?  It has. */
bool rules_guest_answers(void);
void rules_guest_answered(bool knew);

/* question.c */
/* @epoch is EPOCH at the step before. */
void question_check(const uint8_t *regs, uint8_t epoch);
void question_new_life(void);
void question_new_driver(void);
/* A START that stands may have been taken over, with new times. */
void question_renew(void);
void question_operator_asked(void);
void question_set_policy(unsigned int policy);
unsigned int question_policy(void);
void question_set_timeout(uint64_t ms);
void question_set_limit(uint64_t ms);

/* story.c */
struct story_line;

/* @format takes the word and the numbers, in this order. */
struct story_line *story_tell(const char *format, const char *word, long a,
			      long b, long c);
void story_result(struct story_line *line, long result);
void story_indent(int by);
void story_print(void);

#endif /* SELFTESTS_MODEL_MODEL_H */
