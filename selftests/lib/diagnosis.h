/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What became of a VM with which a step has failed.  Steps do not explain their
 * failures: the end of a test, or of a program, does so once, before it stops the VM.
 * All that is found is added to the failure reason, behind what is there.
 */
#ifndef MIGCAP_TEST_DIAGNOSIS_H
#define MIGCAP_TEST_DIAGNOSIS_H

#include "vm.h"

/* Whether QEMU died, the guest's kernel complained, or the lab is to blame. */
void diagnose_machine(struct vm *vm);

/* The same, and a look into the guest, which is left beside its logs: autopsy.h. */
void diagnose_guest(struct vm *vm);

#endif /* MIGCAP_TEST_DIAGNOSIS_H */
