/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event that trace.c tries.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM migcap_probe

#if !defined(MIGCAP_PROBE_TRACE_EVENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define MIGCAP_PROBE_TRACE_EVENT_H

#include <linux/tracepoint.h>

TRACE_EVENT(migcap_probe,
	    TP_PROTO(const char *name),
	    TP_ARGS(name),
	    TP_STRUCT__entry(__string(name, name)),
	    TP_fast_assign(PROBE_ASSIGN;),
	    TP_printk("%s", __get_str(name))
);

#endif /* MIGCAP_PROBE_TRACE_EVENT_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace_event
#include <trace/define_trace.h>
