// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM: states, files and sizes.
 *
 * Owns its own view of the device, and what each of its calls may give.
 * Migrations of several kinds are begun, left half-way and begun again.
 */
#include <errno.h>
#include <string.h>
#include <linux/migcap_regs.h>
#include <linux/vfio.h>

#include "model.h"
#include "vf.h"

#define MUCH		(1ULL << 40)
#define RECORD_MAX	128

enum {
	ERROR = VFIO_DEVICE_STATE_ERROR,
	STOP = VFIO_DEVICE_STATE_STOP,
	RUNNING = VFIO_DEVICE_STATE_RUNNING,
	STOP_COPY = VFIO_DEVICE_STATE_STOP_COPY,
	RESUMING = VFIO_DEVICE_STATE_RESUMING,
	RUNNING_P2P = VFIO_DEVICE_STATE_RUNNING_P2P,
	PRE_COPY = VFIO_DEVICE_STATE_PRE_COPY,
	PRE_COPY_P2P = VFIO_DEVICE_STATE_PRE_COPY_P2P,
};

struct vmm vmm;

const char *vmm_state_name(uint32_t state)
{
	static const char * const names[] = {
		"error", "stop", "running", "stop_copy", "resuming",
		"running_p2p", "pre_copy", "pre_copy_p2p",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "?";
}

bool vmm_saves(uint32_t state)
{
	return state == PRE_COPY || state == PRE_COPY_P2P ||
	       state == STOP_COPY;
}

static bool in_precopy(uint32_t state)
{
	return state == PRE_COPY || state == PRE_COPY_P2P;
}

/* A migration that only this driver's word was good for. */
static void lose_migration(void)
{
	if (session.kind == SESSION_PRE_COPY ||
	    session.kind == SESSION_STOPPED ||
	    (session.kind == SESSION_CONTAINER && !vf_traits.logs_dma))
		session_end();
}

void vmm_open(void)
{
	bool tracking = vmm.tracking;

	story_result(story_tell("VMM opens the device%s", "", 0, 0, 0),
		     vf_open());
	vmm = (struct vmm){
		.is_open = true,
		.runs = true,
		.state = RUNNING,
		.tracking = tracking,
	};
	guest_restart();
	guest.knows_bus_master = true;
	memory_forget_reports();
	rules_new_life();
}

static void vmm_close(void)
{
	story_tell("VMM closes the device%s", "", 0, 0, 0);
	vf_close();
	vmm.is_open = false;
	if (session.by_log)
		session_end();
	lose_migration();
	if (vf_bus_master())
		model_fail("Bus Master Enable is set in a closed device");
}

static void vmm_rebind(void)
{
	story_tell("VMM goes away%s, another one gets the device", "", 0, 0, 0);
	session_end();
	story_result(story_tell("device%s is bound anew", "", 0, 0, 0),
		     vf_rebind());
	vmm = (struct vmm){ .is_open = true, .runs = true, .state = RUNNING };
	guest_restart();
	guest.knows_bus_master = true;
	memory_forget_reports();
	rules_new_life();
	rules_new_driver();
	operator_choose();
}

static void vmm_reset(void)
{
	story_result(story_tell("VMM resets the device%s", "", 0, 0, 0),
		     vf_reset());
	vmm.arriving = false;
	vmm.was_in_precopy = false;
	vmm.state = vf_get_state();
	vmm.runs = true;
	if (vmm.state != RUNNING)
		model_fail("after a reset the device is in %s",
			   vmm_state_name(vmm.state));
	guest.knows_bus_master = false;
	guest.works = true;
	memory_forget_reports();
	lose_migration();
	rules_new_life();
}

/* All memory is sent from now on, or was since the log began. */
static void enter_precopy(uint8_t ctrl)
{
	uint8_t now = guest_register(MIGCAP_CTRL);

	vmm.was_in_precopy = true;
	rules_new_question();
	vmm.file_error = 0;
	vmm.initial_bytes = ~0ULL;
	vmm.must_fail = false;
	vmm.stream_size = 0;
	vmm.tracked = now & MIGCAP_CTRL_DMA_TRACKED;
	vmm.still = !vf_traits.logs_dma &&
		    !(ctrl & now & MIGCAP_CTRL_DMA_TRACKED);
	if (!vf_traits.logs_dma || session.kind == SESSION_NONE || one_in(2))
		session_begin(SESSION_PRE_COPY);
}

static void enter_stop_copy(void)
{
	vmm.file_error = 0;
	vmm.must_fail = false;
	vmm.stream_size = 0;
}

/* The path from RESUMING leads through RUNNING, or does not. */
static bool passes_running(uint32_t from, uint32_t to)
{
	return to == RUNNING || (to == PRE_COPY && !in_precopy(from)) ||
	       (from == PRE_COPY && !vmm_saves(to));
}

static void follow_state(uint32_t from, uint32_t to, uint8_t ctrl)
{
	if (passes_running(from, to))
		vmm.arriving = false;
	if (vmm_saves(from) && !vmm_saves(to)) {
		vmm.was_in_precopy = false;
		lose_migration();
	}
	if (in_precopy(to) && !vmm_saves(from))
		enter_precopy(ctrl);
	if (to == STOP_COPY && !vmm_saves(from))
		enter_stop_copy();
	if (to == RESUMING && from != RESUMING) {
		vmm.arriving = true;
		vmm.stream_size = 0;
		session_end();
	}
	if (from == RESUMING && to != RESUMING) {
		model.ends[MODEL_END_ARRIVED]++;
		guest.knows_bus_master = false;
		memory_forget_reports();
		rules_new_life();
	}
	if (to == RUNNING || to == PRE_COPY)
		vmm.runs = true;
}

void vmm_set_state(uint32_t state)
{
	uint8_t ctrl = guest_register(MIGCAP_CTRL);
	uint32_t from = vmm.state;
	struct story_line *line;
	int ret;

	if (state == STOP || state == STOP_COPY || state == RESUMING)
		vmm.runs = false;
	line = story_tell("VMM sets the state: %s", vmm_state_name(state),
			  0, 0, 0);
	ret = vf_set_state(state);
	story_result(line, ret);
	vmm.state = vf_get_state();
	/* A VMM that is refused gives the migration up. */
	if (ret && state == STOP_COPY)
		lose_migration();
	if (!ret && vmm.state != state)
		model_fail("state %s was set, and is %s", vmm_state_name(state),
			   vmm_state_name(vmm.state));
	if (vmm.state != from)
		follow_state(from, vmm.state, ctrl);
	if (vmm.state == RUNNING || vmm.state == PRE_COPY)
		vmm.runs = true;
}

static void end_of_file(void)
{
	if (vmm.state != STOP_COPY)
		model_fail("end of the stream in %s",
			   vmm_state_name(vmm.state));
	vmm.stream_complete = vmm.stream_size < sizeof(vmm.stream);
	session_complete();
}

static void file_failed(int error)
{
	vmm.file_error = error;
	if (error == -ETIMEDOUT)
		model.ends[MODEL_END_TIMEOUT]++;
	lose_migration();
}

static void judge_read(ssize_t ret)
{
	if (vmm.file_error && ret >= 0)
		model_fail("a file that had failed with %d goes on",
			   vmm.file_error);
	/* What is left of a record may be read still. */
	if (ret > 0)
		vmm.read_since_late += ret;
	if (vmm.must_fail && in_precopy(vmm.state) &&
	    (!ret || ret == -ENOMSG || vmm.read_since_late > RECORD_MAX))
		model_fail("the guest was late, and read() gives %zd", ret);
	if (ret == -ENOMSG && !in_precopy(vmm.state))
		model_fail("-ENOMSG in %s", vmm_state_name(vmm.state));
}

void vmm_read(void)
{
	bool must_fail = vmm.must_fail;
	uint8_t bytes[256];
	size_t len = one_in(4) ? 1 + pick(20) : sizeof(bytes);
	struct story_line *line = story_tell("VMM reads%s", "", 0, 0, 0);
	ssize_t ret = vf_file_read(bytes, len);

	story_result(line, ret);
	if (!vmm_saves(vmm.state)) {
		if (ret >= 0)
			model_fail("a file of %zd bytes in %s", ret,
				   vmm_state_name(vmm.state));
		return;
	}
	if (must_fail == vmm.must_fail)
		judge_read(ret);
	if (!ret)
		end_of_file();
	else if (ret < 0 && ret != -ENOMSG)
		file_failed(ret);
	if (ret <= 0)
		return;
	if (vmm.stream_size + ret > sizeof(vmm.stream))
		ret = sizeof(vmm.stream) - vmm.stream_size;
	memcpy(vmm.stream + vmm.stream_size, bytes, ret);
	vmm.stream_size += ret;
}

/* What a VMM does that was told to stop the VM: it must not have been in vain. */
static void stop_now(void)
{
	int left = 64;

	vmm_set_state(STOP_COPY);
	if (vmm.state != STOP_COPY) {
		model_fail("told to stop the VM, and refused");
		return;
	}
	while (left-- && !vmm.file_error) {
		uint64_t ended = vmm.stream_complete;

		vmm.stream_complete = false;
		vmm_read();
		if (vmm.stream_complete)
			return;
		vmm.stream_complete = ended;
	}
	if (vmm.file_error)
		model_fail("told to stop the VM, and then: %d", vmm.file_error);
}

void vmm_query(void)
{
	uint64_t acts = model.acts, size = 0, now = vf_now();
	struct story_line *line = story_tell("VMM queries the size%s", "",
					     0, 0, 0);
	uint32_t state = vmm.state;
	int ret = vf_data_size(&size);

	story_result(line, ret ? ret : (long)size);
	if (state == STOP && !vf_traits.logs_dma &&
	    (session.kind != SESSION_STOPPED || one_in(2)))
		session_begin(SESSION_STOPPED);
	if (state != PRE_COPY || ret || size >= MUCH || !vf_traits.exact ||
	    acts != model.acts || now != vf_now() || model.depth || !one_in(3))
		return;
	model.calm = true;
	stop_now();
	model.calm = false;
}

static void vmm_precopy_info(void)
{
	struct story_line *line = story_tell("VMM asks for initial_bytes%s", "",
					     0, 0, 0);
	uint64_t bytes = 0;
	int ret = vf_precopy_info(&bytes);

	story_result(line, ret ? ret : (long)bytes);
	if (!in_precopy(vmm.state)) {
		if (!ret)
			model_fail("PRECOPY_INFO in %s",
				   vmm_state_name(vmm.state));
		return;
	}
	if (ret)
		return;
	if (bytes > vmm.initial_bytes)
		model_fail("initial_bytes grew from %llu to %llu",
			   (unsigned long long)vmm.initial_bytes,
			   (unsigned long long)bytes);
	vmm.initial_bytes = bytes;
}

static void begin_migration(void)
{
	if (vf_traits.logs_dma && !vmm.logging && !one_in(4))
		vmm_log_start();
	if (!vmm.tracking && !one_in(3))
		vmm_container_track(true);
	vmm_set_state(one_in(8) ? PRE_COPY_P2P : PRE_COPY);
}

/* The stream of an earlier migration, whole or damaged. */
static void load(void)
{
	struct story_line *line = story_tell("VMM loads %s%ld bytes", "",
					     vmm.stream_size, 0, 0);
	uint8_t bytes[sizeof(vmm.stream)];
	size_t len = vmm.stream_size;

	memcpy(bytes, vmm.stream, len);
	if (len && one_in(10))
		bytes[pick(len)] ^= 1 << pick(8);
	if (one_in(10))
		len = pick(len + 1);
	story_result(line, vf_file_write(bytes, len));
}

/* A destination: the stream first, then configuration space, then it runs. */
static void arrive(void)
{
	uint8_t stream[sizeof(vmm.stream)];
	size_t size = vmm.stream_size;

	if (!vmm.stream_complete || vmm.arriving)
		return;
	memcpy(stream, vmm.stream, size);
	vmm_set_state(RESUMING);
	if (vmm.state != RESUMING)
		return;
	memcpy(vmm.stream, stream, size);
	vmm.stream_size = size;
	load();
	if (one_in(4))
		guest_write_command(one_in(2));
	vmm_set_state(STOP);
	if (vmm.state == STOP && !one_in(8))
		guest_write_command(one_in(2));
	if (one_in(2))
		vmm_set_state(RUNNING);
}

static void act_rarely(void)
{
	switch (pick(8)) {
	case 0:
		vmm_reset();
		break;
	case 1:
		vmm_close();
		vmm_open();
		break;
	case 2:
		if (one_in(4))
			vmm_rebind();
		break;
	case 3:
		arrive();
		break;
	case 4:
		if (!vmm.runs)
			break;
		story_tell("VMM has the device save power%s", "", 0, 0, 0);
		vf_low_power();
		guest.knows_bus_master = false;
		break;
	default:
		vmm_set_state(pick(VFIO_DEVICE_STATE_NR));
		break;
	}
}

/* Logs and containers, whatever else is going on. */
static void act_on_memory(void)
{
	unsigned int what = pick(20);

	if (what < 14)
		vmm_report_some();
	else if (what < 16)
		vmm_container_track(!one_in(3));
	else if (!vf_traits.logs_dma)
		return;
	else if (what < 19)
		vmm_log_start();
	else
		vmm_log_stop();
}

static void act_in_state(void)
{
	unsigned int what = pick(16);

	switch (vmm.state) {
	case PRE_COPY:
		if (what < 7)
			vmm_query();
		else if (what < 13)
			vmm_read();
		else if (what < 14)
			vmm_precopy_info();
		else
			vmm_set_state(one_in(3) ? RUNNING : STOP_COPY);
		break;
	case STOP:
		if (what < 5)
			vmm_query();
		else
			vmm_set_state(what < 11 ? STOP_COPY : RUNNING);
		break;
	case STOP_COPY:
		if (what < 14)
			vmm_read();
		else
			vmm_set_state(one_in(2) ? STOP : RUNNING);
		break;
	case RUNNING:
		if (what < 8)
			begin_migration();
		else if (what < 12)
			vmm_set_state(STOP);
		else
			vmm_query();
		break;
	default:
		vmm_set_state(one_in(4) ? pick(VFIO_DEVICE_STATE_NR) :
			      vmm_saves(vmm.state) ? STOP_COPY : RUNNING);
		break;
	}
}

void vmm_act(void)
{
	unsigned int what = pick(50);

	if (what < 2)
		act_rarely();
	else if (what < 16)
		act_on_memory();
	else
		act_in_state();
}

/* While a vCPU is in the middle of a write, other threads of the VMM run. */
void vmm_meanwhile(void)
{
	if (vmm.state != PRE_COPY && vmm.state != RUNNING)
		return;
	switch (pick(4)) {
	case 0:
		vmm_report_some();
		break;
	case 1:
		vmm_read();
		break;
	case 2:
		vmm_query();
		break;
	default:
		if (vmm.state == RUNNING)
			vmm_set_state(PRE_COPY);
		break;
	}
}
