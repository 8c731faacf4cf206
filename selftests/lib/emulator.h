/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fault of the lab itself.  Where this machine's KVM runs on processors that
 * are emulated, a VMRUN now and then enters the guest with the page tables of
 * the guest, but at the VMRUN instruction of this machine's kernel.  Such a guest
 * hangs there, or is reset by the triple fault that follows.
 */
#ifndef MIGCAP_TEST_EMULATOR_H
#define MIGCAP_TEST_EMULATOR_H

#include "vm.h"

/*
 * What says that this has happened to the guest, or NULL: where it is, or that it
 * was reset since vm_expect_reset() and nobody asked for that.  It is also written
 * to the file lab-fault beside the logs, for who runs the tests.
 */
const char *emulator_lost_guest(struct vm *vm);

#endif /* MIGCAP_TEST_EMULATOR_H */
