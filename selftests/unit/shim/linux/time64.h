/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in, for building the pure parts of the drivers. */
#define NSEC_PER_MSEC	1000000L
#define NSEC_PER_SEC	1000000000L
typedef long long time64_t;
