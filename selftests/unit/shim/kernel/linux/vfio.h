/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: the uAPI, and the kernel's part of it. */
#include_next <linux/vfio.h>
#include <sim_kernel.h>
