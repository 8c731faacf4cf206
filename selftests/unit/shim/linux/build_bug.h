/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in, for building the pure parts of the drivers. */
#ifndef SHIM_LINUX_BUILD_BUG_H
#define SHIM_LINUX_BUILD_BUG_H

#define SHIM_ASSERT(expr, ...)	_Static_assert(expr, #expr)
#define static_assert(...)	SHIM_ASSERT(__VA_ARGS__)
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)

#endif
