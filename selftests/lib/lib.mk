# SPDX-License-Identifier: GPL-2.0-only
# How programs that use this library are built; include it after OUT is set.
# The including Makefile is one directory beside this one.

CFLAGS ?= -O2 -g
ifeq ($(origin CC),default)
CC := gcc
endif

LIB_OBJS := $(patsubst ../lib/%.c,$(OUT)/obj/%.o,$(addprefix ../lib/,\
	scenario.c wire.c migrate.c migcap.c vm.c vfio.c vfio_mig.c autopsy.c emulator.c \
	guest.c qmp.c probe.c gaps.c stream.c flood.c hoard.c uplink.c command.c \
	watch.c arp.c signals.c timeline.c nl.c pci.c sysfs.c trouble.c failure.c))

CPPFLAGS += -I../../include/uapi -I/usr/include/libnl3
LDLIBS += -lnl-route-3 -lnl-3 -ljansson -lpthread
CC_CMD = $(CC) -std=gnu11 -Wall -Wextra $(CFLAGS) $(CPPFLAGS)

$(OUT)/obj/%.o: ../lib/%.c $(wildcard ../lib/*.h)
	@mkdir -p $(@D)
	$(CC_CMD) -c -o $@ $<
