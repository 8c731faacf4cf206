// SPDX-License-Identifier: GPL-2.0-only
/* Instantiates the tracepoints of trace.h. */
#include <linux/pci.h>

#define CREATE_TRACE_POINTS
#include "trace.h"
