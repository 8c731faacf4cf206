/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 5.16: confidential computing is asked for by attribute
 * ("arch/cc: Introduce a function to check for confidential computing features").
 */
#ifndef MIGCAP_MISSING_CC_PLATFORM_H
#define MIGCAP_MISSING_CC_PLATFORM_H

#include <linux/mem_encrypt.h>

enum cc_attr {
	CC_ATTR_MEM_ENCRYPT,
};

static inline bool cc_platform_has(enum cc_attr attr)
{
	return mem_encrypt_active();
}

#endif /* MIGCAP_MISSING_CC_PLATFORM_H */
