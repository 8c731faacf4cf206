/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: trace events are empty functions, see sim_kernel.h. */
