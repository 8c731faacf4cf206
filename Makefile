# SPDX-License-Identifier: GPL-2.0-only
#
# For operators: builds and installs both modules for one kernel, out of tree, and
# the tool.
# For developers: the lab (selftests/lab), which needs root and nothing else.
# What the modules consist of is in the Kbuild files.

KDIR ?= /lib/modules/$(shell uname -r)/build
KVER = $(shell $(MAKE) -s --no-print-directory -C $(KDIR) kernelrelease)
MODULE_DIR := updates/migcap
INSTALLED = $(INSTALL_MOD_PATH)/lib/modules/$(KVER)/$(MODULE_DIR)
DEPMOD = depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(KVER)

LAB := selftests/lab
SUITE ?=
TESTS ?=
QUICK ?=
N ?=

all: modules

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

install: modules
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_DIR=$(MODULE_DIR) modules_install
	$(DEPMOD)

uninstall:
	$(RM) -r $(INSTALLED)
	$(DEPMOD)

# Needs libnl-3, libnl-route-3 and jansson, the modules do not.
tools:
	$(MAKE) -C tools/migcap

tools-install:
	$(MAKE) -C tools/migcap install

# Needs what debian/control names as Build-Depends. With KSELFTEST, the directory
# tools/testing/selftests of a kernel's sources, there is a package of the tests, too.
VERSION = $(shell sed -n 's/.*MIGCAP_VERSION[[:space:]]*"\(.*\)".*/\1/p' \
	drivers/compat/version.h)
DEB := out/deb
DEB_SOURCES := Kbuild CHANGELOG LICENSE debian drivers include tools selftests
DEB_PROFILES := $(if $(KSELFTEST),-Ppkg.migcap.selftests)

deb:
	$(RM) -r $(DEB)
	mkdir -p $(DEB)/migcap-$(VERSION)
	cp -r $(DEB_SOURCES) $(DEB)/migcap-$(VERSION)
	cd $(DEB)/migcap-$(VERSION) && dpkg-buildpackage -b -us -uc $(DEB_PROFILES) $(DEB_FLAGS)
	@ls $(DEB)/*.deb

clean:
	$(MAKE) -C tools/migcap clean
	@if [ -d $(KDIR) ]; then $(MAKE) -C $(KDIR) M=$(CURDIR) clean; fi
	$(RM) -r out

demo:
	@$(LAB)/demo $(or $(SUITE),trixie)

demo-hosts:
	@$(LAB)/demo $(or $(SUITE),trixie) hosts

check:
	@$(LAB)/check --tests "$(TESTS)" $(SUITE)

check-all:
	@$(LAB)/check --tests "$(TESTS)" trixie trixie-backports \
		iommufd iommufd-backports

check-guests:
	@$(LAB)/check --tests "$(TESTS)" --stages guests

check-hosts:
	@$(LAB)/check --tests "$(TESTS)" --stages hosts $(SUITE)

check-debug:
	@$(LAB)/check --tests "$(TESTS)" debug debug-container

bench:
	@$(LAB)/bench $(or $(SUITE),iommufd) $(QUICK:%=quick)

soak:
	@$(LAB)/soak $(or $(SUITE),iommufd) $(or $(N),100)

lint unit:
	@$(LAB)/lint $@

check-packages:
	@$(LAB)/packages

check-series:
	@$(LAB)/series each

lab-shell:
	@$(LAB)/l1 --suite $(or $(SUITE),trixie)

guest-shell:
	@$(LAB)/guest-shell $(or $(SUITE),trixie)

help:
	@echo 'make              build both modules (KDIR=$(KDIR))'
	@echo 'make install      install them there, make uninstall removes them'
	@echo 'make tools        build the tool migcap; make tools-install installs it'
	@echo '                  (DESTDIR=, PREFIX=/usr/local)'
	@echo 'make deb          Debian packages, in out/deb (KSELFTEST=: also the tests)'
	@echo 'make clean        remove what was built (the cache of the lab stays)'
	@echo
	@echo 'make lint         style, shell scripts, headers and documents, as far as this'
	@echo '                  machine has the tools (KSRC=<kernel source>)'
	@echo 'make unit         tests of the pure parts (KSRC=<kernel source>)'
	@echo
	@echo 'As root, on any Debian machine, without KVM and without a NIC with SR-IOV:'
	@echo 'make demo         a VM with a VF is live-migrated before your eyes'
	@echo 'make demo-hosts   the same between two hosts, each with its own kernel and NIC'
	@echo 'make check        all tests on a Debian kernel, and those of the DMA log on a'
	@echo '                  kernel that has one, built once (10 min)'
	@echo '                  TESTS="word..." selects; SUITE= one of trixie,'
	@echo '                  trixie-backports, iommufd, iommufd-backports: there alone'
	@echo 'make check-all    all tests in all these suites'
	@echo 'make check-guests the agent in guests of older Debian releases'
	@echo 'make check-hosts  migrations between two hosts, and who reaches the guest'
	@echo 'make check-debug  all tests on kernels with KASAN, lockdep and injected faults,'
	@echo '                  one that logs DMA and one that cannot'
	@echo 'make check-packages  the Debian packages: built, and installed, upgraded and'
	@echo '                  purged in clean roots of three releases'
	@echo 'make bench        migcap measured against its peers (QUICK=1: 8 minutes)'
	@echo 'make soak         a guest migrated N=100 times with traffic, all of it checked,'
	@echo '                  and what is held before and after counted'
	@echo 'make check-series the drivers as patches to a kernel, built after each of them'
	@echo 'make lab-shell    a shell in L1, the virtual host'
	@echo 'make guest-shell  a shell in L2, a guest with a VF'

.PHONY: all modules install uninstall tools tools-install deb clean demo demo-hosts check \
	check-all check-debug check-guests check-hosts bench soak lint unit check-packages check-series lab-shell guest-shell help
