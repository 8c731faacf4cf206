/* SPDX-License-Identifier: GPL-2.0-only */
/* What a test and the program `hostile` in its guest agree on. */
#ifndef SELFTESTS_LIB_HOSTILE_GUEST_H
#define SELFTESTS_LIB_HOSTILE_GUEST_H

/* While this file exists in the guest, the program lets itself be migrated. */
#define HOSTILE_TAMED	"/tmp/tamed"

#endif
