/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on demand in the system calls of this thread: the n-th allocation or
 * copy between kernel and user memory fails.
 *
 * Owns the switches of the kernel's fault injection, which it sets once and
 * leaves so; they concern only threads that ask for a fault.  Knows nothing of
 * what is called.
 */
#ifndef MIGCAP_TEST_FAULT_H
#define MIGCAP_TEST_FAULT_H

#include <stdbool.h>

/* 0, or -errno with a reason: -EOPNOTSUPP where the kernel cannot inject faults. */
int fault_enable(void);

/* From here on, the @nth point that can fail does. */
int fault_arm(unsigned int nth);

/* No more faults; true if the one that was armed has come. */
bool fault_disarm(void);

#endif /* MIGCAP_TEST_FAULT_H */
