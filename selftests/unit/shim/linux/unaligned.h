/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in, for building the pure parts of the drivers. */
#ifndef SHIM_LINUX_UNALIGNED_H
#define SHIM_LINUX_UNALIGNED_H

#include <endian.h>
#include <string.h>
#include <linux/types.h>

#define cpu_to_le16(x)	htole16(x)
#define cpu_to_le32(x)	htole32(x)
#define cpu_to_le64(x)	htole64(x)
#define le16_to_cpu(x)	le16toh(x)
#define le32_to_cpu(x)	le32toh(x)
#define le64_to_cpu(x)	le64toh(x)

#define SHIM_UNALIGNED(bits)						\
static inline u##bits get_unaligned_le##bits(const void *from)		\
{									\
	u##bits raw;							\
									\
	memcpy(&raw, from, sizeof(raw));				\
	return le##bits##toh(raw);					\
}									\
									\
static inline void put_unaligned_le##bits(u##bits val, void *to)	\
{									\
	u##bits raw = htole##bits(val);					\
									\
	memcpy(to, &raw, sizeof(raw));					\
}

SHIM_UNALIGNED(16)
SHIM_UNALIGNED(32)
SHIM_UNALIGNED(64)

#endif
