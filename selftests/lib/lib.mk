# SPDX-License-Identifier: GPL-2.0-only
# How programs that use this library are built; include it after OUT is set.
# The including Makefile is one directory beside this one.  The library is made
# in the directory lib beside OUT.

include ../lib/flags.mk

LIB_OUT ?= $(OUT)/../lib
LIB := $(LIB_OUT)/libmigcap-test.a
LDLIBS += -lnl-route-3 -lnl-3 -ljansson -lpthread

# By its own Makefile, which knows what it consists of.
$(LIB): FORCE
	@$(MAKE) --no-print-directory -C ../lib OUT=$(abspath $(LIB_OUT))

FORCE:
.PHONY: FORCE
