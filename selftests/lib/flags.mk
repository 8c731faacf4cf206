# SPDX-License-Identifier: GPL-2.0-only
# How programs of the host under test are compiled, from one directory beside lib.

CFLAGS ?= -O2 -g
ifeq ($(origin CC),default)
CC := gcc
endif

# For files with tests: the harness looks at a variable behind a longjmp() that is not
# volatile.  An optimizing gcc loses it, and no fixture is torn down after an ASSERT.
HARNESS_CFLAGS := -O0

CPPFLAGS += -I../../include/uapi -I/usr/include/libnl3
CC_CMD = $(CC) -std=gnu11 -Wall -Wextra $(CFLAGS) $(CPPFLAGS)
