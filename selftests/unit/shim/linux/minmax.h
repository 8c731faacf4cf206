/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in, for building the pure parts of the drivers. */
#ifndef SHIM_LINUX_MINMAX_H
#define SHIM_LINUX_MINMAX_H

#define SHIM_PICK(type, a, op, b)					\
	({ type _a = (a), _b = (b); _a op _b ? _a : _b; })
#define min(a, b)		SHIM_PICK(__typeof__(a), a, <, b)
#define max(a, b)		SHIM_PICK(__typeof__(a), a, >, b)
#define min_t(type, a, b)	SHIM_PICK(type, a, <, b)
#define max_t(type, a, b)	SHIM_PICK(type, a, >, b)

#endif
