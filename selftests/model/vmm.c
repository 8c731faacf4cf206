// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM: the device's states.
 *
 * Owns its view of the device, and what of a migration each change ends.
 */
#include <linux/migcap_regs.h>
#include <linux/vfio.h>

#include "model.h"
#include "vf.h"

struct vmm vmm;

bool vmm_saves(uint32_t state)
{
	return state == PRE_COPY || state == PRE_COPY_P2P ||
	       state == STOP_COPY;
}

bool vmm_in_precopy(uint32_t state)
{
	return state == PRE_COPY || state == PRE_COPY_P2P;
}

/* A migration that only this driver's word was good for. */
void session_lose(void)
{
	if (session.kind == SESSION_PRE_COPY ||
	    session.kind == SESSION_STOPPED ||
	    (session.kind == SESSION_CONTAINER && !vf_traits.logs_dma))
		session_end();
}

/* The device runs: what was collected before is of no worth any more. */
static void device_runs(void)
{
	vmm.arriving = false;
	vmm.cut = false;
	session.collected = false;
}

static void begin_life(void)
{
	vmm.is_open = true;
	vmm.runs = true;
	vmm.state = RUNNING;
	device_runs();
	vmm.logging = false;
	vmm.was_in_precopy = false;
	guest_restart();
	guest.knows_bus_master = true;
	memory_forget_reports();
	rules_new_life();
}

void vmm_open(void)
{
	story_result(story_tell("VMM opens the device%s", "", 0, 0, 0),
		     vf_open());
	begin_life();
}

void vmm_close(void)
{
	story_tell("VMM closes the device%s", "", 0, 0, 0);
	rules_life_ends();
	vf_close();
	vmm.is_open = false;
	if (session.by_log)
		session_end();
	session_lose();
	if (vf_bus_master())
		model_fail("Bus Master Enable is set in a closed device");
}

void vmm_rebind(void)
{
	story_tell("VMM goes away%s, another one gets the device", "", 0, 0, 0);
	session_end();
	rules_life_ends();
	story_result(story_tell("device%s is bound anew", "", 0, 0, 0),
		     vf_rebind());
	vmm.tracking = false;
	begin_life();
	rules_new_driver();
	operator_choose();
}

void vmm_reset(void)
{
	rules_life_ends();
	story_result(story_tell("VMM resets the device%s", "", 0, 0, 0),
		     vf_reset());
	device_runs();
	vmm.was_in_precopy = false;
	vmm.state = vf_get_state();
	vmm.runs = true;
	if (vmm.state != RUNNING)
		model_fail("after a reset the device is in %s",
			   mig_state_name(vmm.state));
	guest.knows_bus_master = false;
	guest.works = true;
	memory_forget_reports();
	session_lose();
	rules_new_life();
}

/* All memory is sent from now on, or was since the log began. */
static void enter_precopy(uint8_t ctrl, bool undisturbed)
{
	uint8_t now = guest_register(MIGCAP_CTRL);

	vmm.was_in_precopy = true;
	question_renew();
	vmm.file_error = 0;
	vmm.file_ended = false;
	vmm.initial_bytes = ~0ULL;
	vmm.must_fail = false;
	vmm.must_go_on = false;
	vmm.stream_size = 0;
	vmm.tracked = now & MIGCAP_CTRL_DMA_TRACKED;
	/* A promise that came and went meanwhile may have been seen, or not. */
	vmm.still = !vf_traits.logs_dma &&
		    !(undisturbed && ctrl & MIGCAP_CTRL_DMA_TRACKED);
	if (!vf_traits.logs_dma || session.kind == SESSION_NONE || one_in(2))
		session_begin(SESSION_PRE_COPY);
}

static void enter_stop_copy(void)
{
	question_renew();
	vmm.file_error = 0;
	vmm.file_ended = false;
	vmm.must_fail = false;
	vmm.must_go_on = false;
	vmm.stream_size = 0;
}

static bool is_stopped(uint32_t state)
{
	return state == STOP || state == STOP_COPY || state == RESUMING;
}

/* The path leads out of STOP, or through RUNNING. */
static bool lets_device_run(uint32_t from, uint32_t to)
{
	return (is_stopped(from) && !is_stopped(to)) || to == RUNNING ||
	       (to == PRE_COPY && !vmm_in_precopy(from)) ||
	       (from == PRE_COPY && !vmm_saves(to));
}

static void follow_state(uint32_t from, uint32_t to, uint8_t ctrl,
			 bool undisturbed)
{
	if (lets_device_run(from, to))
		device_runs();
	if (to == STOP)
		vmm.migrates_stopped = false;
	if (to == STOP_COPY)
		vmm.acts_at_stop = guest.acts;
	if (vmm_saves(from) && !vmm_saves(to)) {
		vmm.file_ended = false;
		vmm.was_in_precopy = false;
		session_lose();
	}
	if (vmm_in_precopy(to) && !vmm_saves(from))
		enter_precopy(ctrl, undisturbed);
	if (to == STOP_COPY && !vmm_saves(from))
		enter_stop_copy();
	if (to == RESUMING && from != RESUMING) {
		vmm.arriving = true;
		vmm.cut = false;
		vmm.load_is_intact = true;
		vmm.stream_size = 0;
		session_end();
	}
	if (from == RESUMING && to != RESUMING) {
		model.ends[MODEL_END_ARRIVED]++;
		guest.knows_bus_master = false;
		memory_forget_reports();
		rules_new_life();
		rules_reset_is_due(vmm.load_is_intact ? vmm.good_reset_due :
						       RESET_MAY_BE_DUE);
	}
	if (to == RUNNING || to == PRE_COPY)
		vmm.runs = true;
}

void vmm_set_state(uint32_t state)
{
	uint64_t acts = guest.acts;
	uint8_t ctrl = guest_register(MIGCAP_CTRL);
	uint32_t from = vmm.state;
	struct story_line *line;
	int ret;

	if (state == STOP || state == STOP_COPY || state == RESUMING)
		vmm.runs = false;
	line = story_tell("VMM sets the state: %s", mig_state_name(state),
			  0, 0, 0);
	ret = vf_set_state(state);
	story_result(line, ret);
	vmm.state = vf_get_state();
	/* A VMM that is refused gives the migration up. */
	if (ret && state == STOP_COPY)
		session_lose();
	if (!ret && vmm.state != state)
		model_fail("state %s was set, and is %s", mig_state_name(state),
			   mig_state_name(vmm.state));
	if (vmm.state != from)
		follow_state(from, vmm.state, ctrl,
			     acts == guest.acts && from != RESUMING);
	if (vmm.state == RUNNING || vmm.state == PRE_COPY)
		vmm.runs = true;
}
