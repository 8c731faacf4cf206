/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 6.10: the source of a string is told once
 * ("tracing/treewide: Remove second parameter of __assign_str()").
 */
#ifndef MIGCAP_COMPAT_TRACE_H
#define MIGCAP_COMPAT_TRACE_H

#ifdef MIGCAP_HAVE_ASSIGN_STR_1
#define migcap_compat_assign_str(field, source)	__assign_str(field)
#else
#define migcap_compat_assign_str(field, source)	__assign_str(field, source)
#endif

#endif /* MIGCAP_COMPAT_TRACE_H */
