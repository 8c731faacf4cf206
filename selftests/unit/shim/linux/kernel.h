/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in, for building the pure parts of the drivers. */
#include <linux/array_size.h>
#include <linux/minmax.h>
#include <linux/types.h>
