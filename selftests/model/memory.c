// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device wrote, and what the VMM knows of it.
 *
 * Owns the oracle's account: a page is stale from the moment on at which the
 * device may have written it until the VMM is told and copies it again.  The
 * VMM is assumed to copy at the worst moment: at once.
 *
 * The hardware's Bus Master Enable alone says whether the device can write.
 */
#include "model.h"
#include "vf.h"

#define GIB	0x40000000ULL
#define TIB	0x10000000000ULL

struct memory memory;

/* Low memory; some across a boundary of 4 GiB; some beyond 16 TiB. */
static const struct {
	unsigned int first;
	unsigned int pages;
	uint64_t iova;
} regions[] = {
	{ 0, 32, 0 },
	{ 32, 16, 4 * GIB - 8 * VF_PAGE_SIZE },
	{ 48, 16, 17 * TIB },
};

#define NR_REGIONS	(sizeof(regions) / sizeof(regions[0]))

void memory_init(void)
{
	memory = (struct memory){};
}

uint64_t memory_iova(unsigned int page)
{
	unsigned int i = NR_REGIONS;

	while (regions[--i].first > page)
		;
	return regions[i].iova + (page - regions[i].first) * VF_PAGE_SIZE;
}

static uint64_t bits(unsigned int first, unsigned int count)
{
	return count ? VF_ALL_PAGES >> (64 - count) << first : 0;
}

uint64_t memory_pages_in(uint64_t first, uint64_t last)
{
	uint64_t from = (first + VF_PAGE_SIZE - 1) / VF_PAGE_SIZE;
	uint64_t to = last / VF_PAGE_SIZE, pages = 0;
	unsigned int i;

	/* @to is the page after the last whole one. */
	if ((last + 1) % VF_PAGE_SIZE == 0)
		to++;
	for (i = 0; i < NR_REGIONS; i++) {
		uint64_t begin = regions[i].iova / VF_PAGE_SIZE;
		uint64_t end = begin + regions[i].pages;
		uint64_t a = from > begin ? from : begin;
		uint64_t b = to < end ? to : end;

		if (a < b)
			pages |= bits(regions[i].first + (a - begin), b - a);
	}
	return pages;
}

static uint64_t some_pages(void)
{
	uint64_t a = random_next(&model.rnd);

	if (a & 1)
		return 1ULL << pick(VF_PAGES);
	if (a & 2)
		return VF_ALL_PAGES;
	return (a << 32 | random_next(&model.rnd)) &
	       ((uint64_t)random_next(&model.rnd) << 32 |
		random_next(&model.rnd));
}

void model_device_may_have_written(void)
{
	uint64_t pages, now, left;

	if (!vf_bus_master())
		return;
	memory.periods++;
	if (!guest.works || pick(4))
		return;
	pages = some_pages();
	now = vf_now();
	memory.stale |= pages;
	model.acts++;
	for (left = pages; left; left &= left - 1)
		memory.wrote_at[__builtin_ctzll(left)] = now;
}

void memory_cpu_writes_since(uint64_t when)
{
	unsigned int page;

	for (page = 0; page < VF_PAGES; page++)
		if (memory.wrote_at[page] && memory.wrote_at[page] >= when)
			memory.stale &= ~(1ULL << page);
}

void memory_copied(uint64_t pages)
{
	memory.stale &= ~pages;
}

/* The device may have written in the middle of the query, that began in @period. */
void memory_reported(uint64_t pages, uint64_t period)
{
	bool undisturbed = memory.periods == period;
	uint64_t left;

	for (left = pages; left; left &= left - 1) {
		unsigned int page = __builtin_ctzll(left);

		if (undisturbed && memory.told_in[page] == period + 1 &&
		    memory.scattered_in != period + 1)
			model_fail("page %u is reported twice, without a write",
				   page);
		memory.told_in[page] = period + 1;
	}
}

void memory_forget_reports(void)
{
	unsigned int page;

	memory.scattered_in = 0;
	for (page = 0; page < VF_PAGES; page++)
		memory.told_in[page] = 0;
}
