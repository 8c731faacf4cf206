# SPDX-License-Identifier: GPL-2.0-only
# One program of the kselftest harness for each source of the including Makefile, which
# is one directory beside this one.
#	make -C selftests/<directory> OUT=<directory> [KSELFTEST=<directory>]
# KSELFTEST is where kselftest_harness.h is.

OUT ?= .
KSELFTEST ?= /usr/src/linux/tools/testing/selftests
STORIES := $(patsubst %.c,%,$(wildcard *.c))

all: $(STORIES:%=$(OUT)/%)

include ../lib/lib.mk

CPPFLAGS += -isystem $(KSELFTEST)

$(OUT)/%: %.c $(LIB)
	$(CC_CMD) $(HARNESS_CFLAGS) -o $@ $< $(LIB) $(LDLIBS)

clean:
	$(RM) -r $(STORIES:%=$(OUT)/%)

.PHONY: all clean
