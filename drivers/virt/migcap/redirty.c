// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing to a page without changing it, on x86-64.
 *
 * A locked OR with 0 is a write to the processor and to the hypervisor, and
 * nothing to everybody else: it is atomic against plain stores of other
 * processors and against DMA, so none of them is lost.
 *
 * The write goes through the direct map.  Where that is read-only or has no
 * entry for the page, the fault is passed over: the CPU has written to such a
 * page, or cleared it, after the device did and before it took the right away.
 *
 * Owns: no state.
 */
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <asm/asm.h>

#include "redirty.h"

static void migcap_guest_redirty(u8 *byte)
{
	asm volatile("1:	lock orb $0, %0\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : "+m" (*byte) : : "cc", "memory");
}

/**
 * migcap_guest_redirty_pfn() - write to a page without changing it
 * @pfn:	the page's number
 *
 * Return: what became of it.
 */
enum migcap_guest_redirty migcap_guest_redirty_pfn(unsigned long pfn)
{
	struct page *page = pfn_to_online_page(pfn);

	if (!page)
		return pfn_valid(pfn) && is_zone_device_page(pfn_to_page(pfn)) ?
		       MIGCAP_TOUCH_FOREIGN : MIGCAP_TOUCH_GONE;
	if (PageOffline(page) || is_page_hwpoison(page))
		return MIGCAP_TOUCH_GONE;
	migcap_guest_redirty(page_address(page));
	return MIGCAP_TOUCH_WRITTEN;
}
