// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM: what it does next.
 *
 * Migrations of several kinds are begun, left half-way and begun again.  What
 * kind of VMM this is changes from time to time.
 */
#include <linux/migcap_regs.h>
#include <linux/vfio.h>

#include "model.h"
#include "vf.h"

static bool is_answered(void)
{
	return guest_register(MIGCAP_VF_STATUS) == MIGCAP_VF_READY;
}

static void begin_migration(void)
{
	if (vf_traits.logs_dma && !vmm.logging && !one_in(4))
		vmm_log_start();
	if (!vmm.tracking && !one_in(3))
		vmm_container_track(true);
	vmm_set_state(one_in(8) ? PRE_COPY_P2P : PRE_COPY);
}

/* A destination: the stream first, then configuration space, then it runs. */
static void arrive(void)
{
	vmm_set_state(RESUMING);
	vmm_load();
	if (one_in(4))
		guest_write_command(one_in(2));
	vmm_set_state(STOP);
	if (vmm.state == RESUMING && !one_in(4))
		vmm_reset();
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
		if (vmm.good_size && !vmm.arriving)
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

/* A VMM without PRE_COPY depends on an operator. */
static void run_alone(unsigned int what)
{
	if (what < 6)
		operator_asks(true);
	else if (what < 10)
		vmm_set_state(STOP);
	else if (what < 12)
		vmm_report_some();
	else if (vf_traits.logs_dma && one_in(2))
		vmm_log_start();
	else
		vmm_container_track(true);
}

static void run(unsigned int what)
{
	if (model.mood == MOOD_ALONE || model.mood == MOOD_STOPPED)
		run_alone(what);
	else if (what < 8 || model.mood == MOOD_PRE_COPY)
		begin_migration();
	else if (what < 12)
		vmm_set_state(STOP);
	else
		vmm_query();
}

static void precopy(unsigned int what)
{
	if (what < 7)
		vmm_query();
	else if (what < 13)
		vmm_read();
	else if (what < 14)
		vmm_precopy_info();
	else if (model.mood == MOOD_ANY && one_in(3))
		vmm_set_state(RUNNING);
	else if (model.mood != MOOD_PRE_COPY || is_answered())
		vmm_set_state(STOP_COPY);
}

static void stop(unsigned int what)
{
	if (what < 5 && model.mood != MOOD_ALONE)
		vmm_query();
	else if (what < 7)
		vmm_collect();
	else
		vmm_set_state(what < 12 ? STOP_COPY : RUNNING);
}

static void stop_copy(unsigned int what)
{
	if (what < 12 && !vmm.file_error && !vmm.file_ended)
		vmm_read();
	else if (what < 14)
		vmm_report_some();
	else if (vmm.good_size && one_in(4))
		arrive();
	else
		vmm_set_state(one_in(4) ? STOP : RUNNING);
}

static void act_in_state(void)
{
	unsigned int what = pick(16);

	switch (vmm.state) {
	case PRE_COPY:
		precopy(what);
		break;
	case STOP:
		stop(what);
		break;
	case STOP_COPY:
		stop_copy(what);
		break;
	case RESUMING:
		if (what < 4)
			vmm_load();
		else if (what < 8)
			vmm_set_state(STOP);
		else
			vmm_reset();
		break;
	case RUNNING:
		run(what);
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

	if (what < (model.mood == MOOD_ANY ? 2 : 1))
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
