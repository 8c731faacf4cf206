/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in, for building the pure parts of the drivers. */
#ifndef SHIM_LINUX_BITFIELD_H
#define SHIM_LINUX_BITFIELD_H

#define SHIM_SHIFT(mask)	__builtin_ctzll(mask)
#define FIELD_GET(mask, reg)	(((reg) & (mask)) >> SHIM_SHIFT(mask))
#define FIELD_PREP(mask, val)	(((val) << SHIM_SHIFT(mask)) & (mask))

#endif
