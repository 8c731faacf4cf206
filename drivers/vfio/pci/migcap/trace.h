/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace events of migcap_vfio_pci.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM migcap

#if !defined(MIGCAP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MIGCAP_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>
#include <linux/vfio.h>

#include <linux/migcap_regs.h>

#include "cap_regs.h"

#ifndef MIGCAP_TRACE_NAMES
#define MIGCAP_TRACE_NAMES
#define migcap_show_state(state) __print_symbolic(state,		\
	{ VFIO_DEVICE_STATE_ERROR,		"error" },		\
	{ VFIO_DEVICE_STATE_STOP,		"stop" },		\
	{ VFIO_DEVICE_STATE_RUNNING,		"running" },		\
	{ VFIO_DEVICE_STATE_STOP_COPY,		"stop_copy" },		\
	{ VFIO_DEVICE_STATE_RESUMING,		"resuming" },		\
	{ VFIO_DEVICE_STATE_RUNNING_P2P,	"running_p2p" },	\
	{ VFIO_DEVICE_STATE_PRE_COPY,		"pre_copy" },		\
	{ VFIO_DEVICE_STATE_PRE_COPY_P2P,	"pre_copy_p2p" })

#define migcap_show_guest(guest) __print_symbolic(guest,		\
	{ MIGCAP_GUEST_ABSENT,		"absent" },			\
	{ MIGCAP_GUEST_BME_OFF,		"bme_off" },			\
	{ MIGCAP_GUEST_PRESENT,		"present" },			\
	{ MIGCAP_GUEST_READY,		"ready" },			\
	{ MIGCAP_GUEST_STANDING,	"standing" })
#endif

/* An arc of the migration states was taken, or refused if error is not 0. */
TRACE_EVENT(migcap_arc,
	TP_PROTO(struct device *dev, u32 from, u32 to, int error),
	TP_ARGS(dev, from, to, error),
	TP_STRUCT__entry(
		__string(name, dev_name(dev))
		__field(u32, from)
		__field(u32, to)
		__field(int, error)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->from = from;
		__entry->to = to;
		__entry->error = error;
	),
	TP_printk("%s %s -> %s error=%d", __get_str(name),
		  migcap_show_state(__entry->from),
		  migcap_show_state(__entry->to), __entry->error)
);

/* START, END or an event was raised; irq is on if the guest wants interrupts. */
TRACE_EVENT(migcap_notify,
	TP_PROTO(struct device *dev, const struct migcap_vfio_cap_regs *regs),
	TP_ARGS(dev, regs),
	TP_STRUCT__entry(
		__string(name, dev_name(dev))
		__field(u8, status)
		__field(u8, epoch)
		__field(u8, event)
		__field(bool, enabled)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->status = regs->vmm_status;
		__entry->epoch = regs->epoch;
		__entry->event = regs->event;
		__entry->enabled = regs->ctrl & MIGCAP_CTRL_IRQ_ENABLE;
	),
	TP_printk("%s %s epoch=%u event=%#x irq=%s", __get_str(name),
		  __entry->status ? "START" : "END", __entry->epoch,
		  __entry->event, __entry->enabled ? "on" : "off")
);

/* The mailbox vector: raised, or missed because the VMM set none up. */
TRACE_EVENT(migcap_mailbox,
	TP_PROTO(struct device *dev, u32 vector, bool raised),
	TP_ARGS(dev, vector, raised),
	TP_STRUCT__entry(
		__string(name, dev_name(dev))
		__field(u32, vector)
		__field(bool, raised)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->vector = vector;
		__entry->raised = raised;
	),
	TP_printk("%s vector=%u %s", __get_str(name), __entry->vector,
		  __entry->raised ? "raised" : "missed")
);

/* What the host may expect of the guest has changed. */
TRACE_EVENT(migcap_guest,
	TP_PROTO(struct device *dev, u32 before, u32 after),
	TP_ARGS(dev, before, after),
	TP_STRUCT__entry(
		__string(name, dev_name(dev))
		__field(u32, before)
		__field(u32, after)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->before = before;
		__entry->after = after;
	),
	TP_printk("%s %s -> %s", __get_str(name),
		  migcap_show_guest(__entry->before),
		  migcap_show_guest(__entry->after))
);

/* The hardware's Bus Master Enable is held clear, or the guest's again. */
TRACE_EVENT(migcap_gate,
	TP_PROTO(struct device *dev, bool closed, bool bus_master),
	TP_ARGS(dev, closed, bus_master),
	TP_STRUCT__entry(
		__string(name, dev_name(dev))
		__field(bool, closed)
		__field(bool, bus_master)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->closed = closed;
		__entry->bus_master = bus_master;
	),
	TP_printk("%s %s guest_bme=%d", __get_str(name),
		  __entry->closed ? "closed" : "open", __entry->bus_master)
);

/* Something was refused. */
TRACE_EVENT(migcap_refuse,
	TP_PROTO(struct device *dev, int error, const char *text),
	TP_ARGS(dev, error, text),
	TP_STRUCT__entry(
		__string(name, dev_name(dev))
		__field(int, error)
		__string(text, text)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->error = error;
		__assign_str(text);
	),
	TP_printk("%s %d %s", __get_str(name), __entry->error,
		  __get_str(text))
);

#endif /* MIGCAP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
