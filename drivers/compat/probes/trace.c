// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of trace events: whether an event compiles whose string is assigned so.
 */
#if defined(MIGCAP_MUST_PASS)
#define PROBE_ASSIGN
#elif defined(MIGCAP_MUST_FAIL)
#define PROBE_ASSIGN	__assign_str_that_no_kernel_has(name)
#elif defined(MIGCAP_PROBE_ASSIGN_STR_1)
#define PROBE_ASSIGN	__assign_str(name)
#endif

#define CREATE_TRACE_POINTS
#include "trace_event.h"
