/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing to a page without changing it.
 *
 * Owns: which pages may be written to, and the instruction that does it.  Does
 * not own: which pages need it (dirty_pages.c).
 */
#ifndef MIGCAP_GUEST_REDIRTY_H
#define MIGCAP_GUEST_REDIRTY_H

/**
 * enum migcap_guest_redirty - what became of a page
 * @MIGCAP_TOUCH_WRITTEN:	the hypervisor knows that it was written to
 * @MIGCAP_TOUCH_GONE:		it is offline, poisoned or no memory any more:
 *				there is nothing to lose
 * @MIGCAP_TOUCH_FOREIGN:	it is memory that is not the system's RAM
 */
enum migcap_guest_redirty {
	MIGCAP_TOUCH_WRITTEN,
	MIGCAP_TOUCH_GONE,
	MIGCAP_TOUCH_FOREIGN,
};

enum migcap_guest_redirty migcap_guest_redirty_pfn(unsigned long pfn);

#endif /* MIGCAP_GUEST_REDIRTY_H */
