// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest.
 *
 * Owns what it does to registers and device.  It may do anything, in any order,
 * but it keeps its promise: before READY, with CTRL.DMA_TRACKED set, its driver
 * has stopped the device, and the CPU has written each page that the device
 * wrote since EVENT.TRACKING was set, or MIGCAP_TRACKED_SECONDS before that.
 * It writes no page beyond those, which helps nobody.
 */
#include <string.h>
#include <linux/migcap_regs.h>
#include <linux/pci_regs.h>

#include "model.h"
#include "vf.h"

struct guest guest;

void guest_restart(void)
{
	guest = (struct guest){ .works = true, .acts = guest.acts };
}

uint8_t guest_register(unsigned int reg)
{
	uint8_t val = 0;

	vf_cfg_read(vf_capability() + reg, &val, 1);
	return val;
}

void guest_see_event(uint8_t event)
{
	if (!(event & MIGCAP_EVENT_TRACKING))
		guest.tracking_since = 0;
	else if (!guest.tracking_since)
		guest.tracking_since = vf_now();
}

static void keep_promise(void)
{
	uint64_t window = MIGCAP_TRACKED_SECONDS * 1000;

	guest.works = false;
	guest_see_event(guest_register(MIGCAP_EVENT));
	if (!guest.tracking_since)
		return;
	memory_cpu_writes_since(guest.tracking_since > window ?
				guest.tracking_since - window : 0);
}

static bool covers(unsigned int offset, size_t len, unsigned int reg)
{
	return offset <= reg && reg < offset + len;
}

/* A write of bytes that may hold anything. */
static void write_bytes(unsigned int offset, const uint8_t *bytes, size_t len)
{
	uint8_t ctrl = guest_register(MIGCAP_CTRL);
	uint32_t val = 0;
	bool knew = false;

	if (covers(offset, len, MIGCAP_CTRL))
		ctrl |= bytes[MIGCAP_CTRL - offset];
	if (covers(offset, len, MIGCAP_VF_STATUS) &&
	    bytes[MIGCAP_VF_STATUS - offset] == MIGCAP_VF_READY &&
	    guest_register(MIGCAP_VF_STATUS) == MIGCAP_VF_WAIT &&
	    ctrl & MIGCAP_CTRL_DMA_TRACKED)
		keep_promise();
	memcpy(&val, bytes, len < 4 ? len : 4);
	story_tell("guest writes %s%ld bytes at %#lx: %#lx",
		   "", len, offset, val);
	if (covers(offset, len, MIGCAP_VF_STATUS))
		knew = rules_guest_answers();
	vf_cfg_write(vf_capability() + offset, bytes, len);
	if (covers(offset, len, MIGCAP_VF_STATUS))
		rules_guest_answered(knew);
}

static void write_register(unsigned int reg, uint8_t val)
{
	write_bytes(reg, &val, 1);
}

void guest_write_command(bool bus_master)
{
	uint8_t command[4];
	size_t len = 1U << pick(2);

	vf_cfg_read(PCI_COMMAND, command, sizeof(command));
	command[0] &= ~PCI_COMMAND_MASTER;
	if (bus_master)
		command[0] |= PCI_COMMAND_MASTER;
	if (one_in(8))
		command[0] ^= PCI_COMMAND_SERR >> 8 | PCI_COMMAND_MEMORY;
	story_tell("%s writes Command: Bus Master Enable %ld, %ld bytes",
		   vmm.runs ? "guest" : "VMM", bus_master, len, 0);
	vf_cfg_write(PCI_COMMAND, command, len);
	/* It was set for a moment, at least. */
	if (bus_master)
		memory.periods++;
	guest.bus_master = bus_master;
	guest.knows_bus_master = !vmm.arriving;
}

static void use_device(void)
{
	write_register(MIGCAP_VF_STATUS, MIGCAP_VF_WAIT);
	guest_write_command(true);
	guest.works = true;
}

/* As an agent that polls. */
static void poll_registers(void)
{
	bool ready = guest_register(MIGCAP_VF_STATUS) == MIGCAP_VF_READY;

	if (guest_register(MIGCAP_VMM_STATUS) == MIGCAP_VMM_START) {
		if (!ready)
			write_register(MIGCAP_VF_STATUS, MIGCAP_VF_READY);
	} else if (ready || one_in(8) ||
		   guest_register(MIGCAP_EVENT) & MIGCAP_EVENT_DEVICE_RESET) {
		use_device();
	}
}

static void introduce(void)
{
	static const uint8_t ctrls[] = {
		MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED,
		MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED,
		MIGCAP_CTRL_DRIVER, MIGCAP_CTRL_IRQ_ENABLE,
		MIGCAP_CTRL_DMA_TRACKED, 0,
	};

	write_register(MIGCAP_CTRL, ctrls[pick(sizeof(ctrls))]);
	if (one_in(2))
		use_device();
}

/* As an agent whose driver is unbound, which may say so in any order. */
static void park(void)
{
	uint8_t ctrl = one_in(2) ? MIGCAP_CTRL_DMA_TRACKED : 0;

	if (one_in(2))
		write_register(MIGCAP_CTRL, ctrl);
	if (one_in(2))
		write_register(MIGCAP_VF_STATUS, MIGCAP_VF_WAIT);
	guest_write_command(false);
	if (one_in(2))
		write_register(MIGCAP_CTRL, ctrl);
}

static void write_anything(void)
{
	unsigned int offset = pick(MIGCAP_LENGTH_VALUE);
	size_t len = 1 + pick(MIGCAP_LENGTH_VALUE - offset);
	uint8_t bytes[MIGCAP_LENGTH_VALUE];
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = one_in(2) ? pick(2) : pick(256);
	write_bytes(offset, bytes, len);
}

static void reset_function(void)
{
	struct story_line *line;

	line = story_tell("guest%s starts a Function Level Reset", "", 0, 0, 0);
	story_result(line, vf_flr());
	guest.knows_bus_master = false;
}

static void change_power(void)
{
	bool on = one_in(2);

	story_tell("guest%s puts its device into D%ld", "", on ? 0 : 3, 0, 0);
	vf_power(on);
	guest.knows_bus_master = false;
}

void guest_act(void)
{
	unsigned int what = pick(100);

	model.acts++;
	guest.acts++;
	session.collected = false;
	if (what < (model.guest_is_tame ? 85 : 40))
		poll_registers();
	else if (what < 52)
		introduce();
	else if (what < 60)
		park();
	else if (what < 66)
		write_register(MIGCAP_VF_STATUS, MIGCAP_VF_READY);
	else if (what < 72)
		write_register(MIGCAP_VF_STATUS, MIGCAP_VF_WAIT);
	else if (what < 82)
		guest_write_command(one_in(2));
	else if (what < 88)
		guest.works = true;
	else if (what < 96)
		write_anything();
	else if (what < 98)
		reset_function();
	else
		change_power();
}
