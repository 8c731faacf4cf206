/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can still be learned of a guest that did not do in time what it should:
 * written to <name>.autopsy beside the other logs.
 */
#ifndef MIGCAP_TEST_AUTOPSY_H
#define MIGCAP_TEST_AUTOPSY_H

#include "vm.h"

/*
 * Look at the guest from inside if it answers, at its processor from outside
 * if not; a guest that does not answer is stopped by an NMI, whose stack trace
 * then is in its serial log.
 */
void autopsy_write(struct vm *vm);

#endif /* MIGCAP_TEST_AUTOPSY_H */
