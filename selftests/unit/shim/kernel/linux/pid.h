/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: all of it is in one place. */
#include <sim_kernel.h>
