/* SPDX-License-Identifier: GPL-2.0-only */
/* 6.7: ARRAY_SIZE() has a header ("kernel.h: Move ARRAY_SIZE() to a separate header"). */
#include <linux/kernel.h>
