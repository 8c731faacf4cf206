// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM: the migration file, and sizes.
 *
 * Owns what each read and each query may give.
 */
#include <errno.h>
#include <string.h>
#include <linux/vfio.h>

#include "model.h"
#include "vf.h"

#define MUCH		0x10000000000ULL	/* a terabyte */
#define RECORD_MAX	128

static void end_of_file(void)
{
	if (vmm.state != STOP_COPY)
		model_fail("end of the stream in %s",
			   mig_state_name(vmm.state));
	vmm.file_ended = true;
	if (vmm.stream_size < sizeof(vmm.stream)) {
		memcpy(vmm.good, vmm.stream, vmm.stream_size);
		vmm.good_size = vmm.stream_size;
		/* What was read before the guest acted says what was due then. */
		vmm.good_reset_due = guest.acts == vmm.acts_at_stop ?
					     rules_reset_due() :
					     RESET_MAY_BE_DUE;
	}
	session_complete();
}

static void file_failed(int error)
{
	if (error == -ETIMEDOUT && !vmm.file_error)
		model.ends[MODEL_END_TIMEOUT]++;
	vmm.file_error = error;
	session_lose();
}

static void judge_read(ssize_t ret)
{
	if (vmm.file_error && ret >= 0)
		model_fail("a file that had failed with %d goes on",
			   vmm.file_error);
	/* What is left of a record may be read still. */
	if (ret > 0)
		vmm.read_since_late += ret;
	if (vmm.must_go_on && ret == -ETIMEDOUT && !vmm.file_error)
		model_fail("the guest was late and could have been forced");
	if (vmm.must_fail && vmm_in_precopy(vmm.state) &&
	    (!ret || ret == -ENOMSG || vmm.read_since_late > RECORD_MAX))
		model_fail("the guest was late, and read() gives %zd", ret);
	if (ret == -ENOMSG && !vmm_in_precopy(vmm.state))
		model_fail("-ENOMSG in %s", mig_state_name(vmm.state));
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
				   mig_state_name(vmm.state));
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

/*
 * A VMM that is allowed to force reads on after the guest was late, and must be
 * told to stop the VM then.
 */
static void judge_size(uint64_t size)
{
	if (vmm.must_go_on && vmm.state == PRE_COPY && !vmm.file_error &&
	    vmm.read_since_late > RECORD_MAX && size >= MUCH)
		model_fail("the guest was late, and the VMM has to wait on");
}

/* A VMM was told that it may stop the VM: that must not have been in vain. */
static void stop_now(void)
{
	int left = 64;

	vmm_set_state(STOP_COPY);
	if (vmm.state != STOP_COPY) {
		model_fail("told to stop the VM, and refused");
		return;
	}
	while (left-- && !vmm.file_error && !vmm.file_ended)
		vmm_read();
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
	if (!ret && vmm.state == PRE_COPY)
		judge_size(size);
	/* It sends memory after that, or asks once more what is dirty. */
	if (state == STOP) {
		vmm.migrates_stopped = true;
		session.collected = false;
	}
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

void vmm_precopy_info(void)
{
	struct story_line *line = story_tell("VMM asks for initial_bytes%s", "",
					     0, 0, 0);
	uint64_t bytes = 0;
	int ret = vf_precopy_info(&bytes);

	story_result(line, ret ? ret : (long)bytes);
	if (!vmm_in_precopy(vmm.state)) {
		if (!ret)
			model_fail("PRECOPY_INFO in %s",
				   mig_state_name(vmm.state));
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

/* The stream of an earlier migration, whole or damaged. */
void vmm_load(void)
{
	struct story_line *line;
	uint8_t bytes[sizeof(vmm.good)];
	size_t len = vmm.good_size;

	memcpy(bytes, vmm.good, len);
	if (len && one_in(10)) {
		bytes[pick(len)] ^= 1 << pick(8);
		vmm.load_is_intact = false;
	}
	if (one_in(10))
		len = pick(len + 1);
	line = story_tell("VMM loads%s %ld bytes", "", len, 0, 0);
	story_result(line, vf_file_write(bytes, len));
}
