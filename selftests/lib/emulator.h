/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fault of the lab itself.  Where this machine's KVM runs on processors that
 * are emulated, a guest may be left with the registers of this machine's kernel,
 * behind its VMRUN instruction.  It hangs there, or is reset by the triple fault
 * that follows.  Or KVM misreads what such a processor leaves behind, and gives up.
 * see Documentation/lab.md.
 */
#ifndef MIGCAP_TEST_EMULATOR_H
#define MIGCAP_TEST_EMULATOR_H

#include "vm.h"

/*
 * What says that this has happened to the guest, or NULL: where it is, that KVM
 * gave up, or that it was reset since vm_expect_reset() and nobody asked for that.
 * It is also written to the file lab-fault beside the logs, for who runs the tests.
 */
const char *emulator_lost_guest(struct vm *vm);

#endif /* MIGCAP_TEST_EMULATOR_H */
