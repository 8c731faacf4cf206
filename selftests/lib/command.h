/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of this machine, where a tool of the system does in a line what
 * would take a page of netlink.
 */
#ifndef MIGCAP_TEST_COMMAND_H
#define MIGCAP_TEST_COMMAND_H

#include "failure.h"

/* Run by the shell; -EIO with what it printed last if it does not succeed. */
__printf(1, 2) int command(const char *fmt, ...);

#endif /* MIGCAP_TEST_COMMAND_H */
