/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a test stream: each follows from its position alone, so that
 * both ends notice a byte that is lost, doubled, moved or changed.
 */
#ifndef MIGCAP_TEST_PATTERN_H
#define MIGCAP_TEST_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

static inline unsigned char pattern_byte(unsigned long long position)
{
	unsigned long long word = (position >> 3) * 0x9e3779b97f4a7c15ULL;

	return (word ^ word >> 32) >> (position & 7) * 8;
}

static inline void pattern_fill(unsigned char *data, size_t len,
				unsigned long long position)
{
	while (len--)
		*data++ = pattern_byte(position++);
}

static inline bool pattern_check(const unsigned char *data, size_t len,
				 unsigned long long position)
{
	while (len--)
		if (*data++ != pattern_byte(position++))
			return false;
	return true;
}

#endif /* MIGCAP_TEST_PATTERN_H */
