/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing to a page without changing it.
 *
 * Owns: which pages may be written to, and the instruction that does it.  Does
 * not own: which pages need it (pages.c).
 */
#ifndef _MIGCAP_GUEST_TOUCH_H
#define _MIGCAP_GUEST_TOUCH_H

/**
 * enum migcap_touch - what became of a page
 * @MIGCAP_TOUCH_WRITTEN:	the hypervisor knows that it was written to
 * @MIGCAP_TOUCH_GONE:		it is offline, poisoned or no memory any more:
 *				there is nothing to lose
 * @MIGCAP_TOUCH_FOREIGN:	it is memory that is not the system's RAM
 */
enum migcap_touch {
	MIGCAP_TOUCH_WRITTEN,
	MIGCAP_TOUCH_GONE,
	MIGCAP_TOUCH_FOREIGN,
};

enum migcap_touch migcap_touch_pfn(unsigned long pfn);

#endif /* _MIGCAP_GUEST_TOUCH_H */
