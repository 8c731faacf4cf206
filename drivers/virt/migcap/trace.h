/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints of the guest agent: one for each thing that the host says, that
 * is answered, or that fails.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM migcap_guest

#if !defined(_MIGCAP_GUEST_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MIGCAP_GUEST_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

DECLARE_EVENT_CLASS(migcap_guest_host,
		    TP_PROTO(struct device *dev, u8 epoch),
		    TP_ARGS(dev, epoch),
		    TP_STRUCT__entry(__string(dev, dev_name(dev))
				     __field(u8, epoch)
		    ),
		    TP_fast_assign(migcap_compat_assign_str(dev, dev_name(dev));
				   __entry->epoch = epoch;
		    ),
		    TP_printk("%s epoch=%u", __get_str(dev), __entry->epoch)
);

DEFINE_EVENT(migcap_guest_host, migcap_guest_start,
	     TP_PROTO(struct device *dev, u8 epoch),
	     TP_ARGS(dev, epoch)
);

DEFINE_EVENT(migcap_guest_host, migcap_guest_end,
	     TP_PROTO(struct device *dev, u8 epoch),
	     TP_ARGS(dev, epoch)
);

DECLARE_EVENT_CLASS(migcap_guest_answer,
		    TP_PROTO(struct device *dev, u8 epoch, s64 us),
		    TP_ARGS(dev, epoch, us),
		    TP_STRUCT__entry(__string(dev, dev_name(dev))
				     __field(u8, epoch)
				     __field(s64, us)
		    ),
		    TP_fast_assign(migcap_compat_assign_str(dev, dev_name(dev));
				   __entry->epoch = epoch;
				   __entry->us = us;
		    ),
		    TP_printk("%s epoch=%u us=%lld", __get_str(dev), __entry->epoch,
			      __entry->us)
);

/* The driver has let go of the device, us after START was noticed. */
DEFINE_EVENT(migcap_guest_answer, migcap_guest_quiesced,
	     TP_PROTO(struct device *dev, u8 epoch, s64 us),
	     TP_ARGS(dev, epoch, us)
);

/* READY is written, us after START was noticed. */
DEFINE_EVENT(migcap_guest_answer, migcap_guest_ready,
	     TP_PROTO(struct device *dev, u8 epoch, s64 us),
	     TP_ARGS(dev, epoch, us)
);

/* The driver works again, us after END was noticed, 0 if there was no END. */
DEFINE_EVENT(migcap_guest_answer, migcap_guest_resumed,
	     TP_PROTO(struct device *dev, u8 epoch, s64 us),
	     TP_ARGS(dev, epoch, us)
);

TRACE_EVENT(migcap_guest_state,
	    TP_PROTO(struct device *dev, const char *state, u8 epoch),
	    TP_ARGS(dev, state, epoch),
	    TP_STRUCT__entry(__string(dev, dev_name(dev))
			     __string(state, state)
			     __field(u8, epoch)
	    ),
	    TP_fast_assign(migcap_compat_assign_str(dev, dev_name(dev));
			   migcap_compat_assign_str(state, state);
			   __entry->epoch = epoch;
	    ),
	    TP_printk("%s state=%s epoch=%u", __get_str(dev), __get_str(state),
		      __entry->epoch)
);

TRACE_EVENT(migcap_guest_failure,
	    TP_PROTO(struct device *dev, const char *what, int error),
	    TP_ARGS(dev, what, error),
	    TP_STRUCT__entry(__string(dev, dev_name(dev))
			     __string(what, what)
			     __field(int, error)
	    ),
	    TP_fast_assign(migcap_compat_assign_str(dev, dev_name(dev));
			   migcap_compat_assign_str(what, what);
			   __entry->error = error;
	    ),
	    TP_printk("%s what=%s error=%d", __get_str(dev), __get_str(what),
		      __entry->error)
);

TRACE_EVENT(migcap_guest_promise,
	    TP_PROTO(struct device *dev, const char *what, const char *why),
	    TP_ARGS(dev, what, why),
	    TP_STRUCT__entry(__string(dev, dev_name(dev))
			     __string(what, what)
			     __string(why, why)
	    ),
	    TP_fast_assign(migcap_compat_assign_str(dev, dev_name(dev));
			   migcap_compat_assign_str(what, what);
			   migcap_compat_assign_str(why, why);
	    ),
	    TP_printk("%s %s: %s", __get_str(dev), __get_str(what),
		      __get_str(why))
);

/* Pages were written so that the hypervisor knows of the device's writes. */
TRACE_EVENT(migcap_guest_pass,
	    TP_PROTO(struct device *dev, bool down, unsigned long pages, s64 us),
	    TP_ARGS(dev, down, pages, us),
	    TP_STRUCT__entry(__string(dev, dev_name(dev))
			     __field(bool, down)
			     __field(unsigned long, pages)
			     __field(s64, us)
	    ),
	    TP_fast_assign(migcap_compat_assign_str(dev, dev_name(dev));
			   __entry->down = down;
			   __entry->pages = pages;
			   __entry->us = us;
	    ),
	    TP_printk("%s device=%s pages=%lu us=%lld", __get_str(dev),
		      __entry->down ? "down" : "up", __entry->pages,
		      __entry->us)
);

#endif /* _MIGCAP_GUEST_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
