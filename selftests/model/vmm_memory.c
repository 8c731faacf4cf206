// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM and memory: the driver's log, the container, and the end of a
 * migration.
 *
 * Owns when a migration begins, which of the reports it rests on, and what must
 * be true at its end.  A VMM that stops its log in the middle, or its
 * container's tracking, has no claim any more.
 */
#include <errno.h>

#include "model.h"
#include "vf.h"

#define TIB		0x10000000000ULL
#define SCATTERED	4200

struct session session;

void session_end(void)
{
	session = (struct session){};
}

/* All memory is sent from now on. */
void session_begin(enum session_kind kind)
{
	static const char * const names[] = {
		"nothing", "PRE_COPY", "the log", "the container",
		"a query while stopped",
	};

	session = (struct session){ .kind = kind, .covered = VF_ALL_PAGES };
	if (kind == SESSION_LOG || (kind == SESSION_PRE_COPY &&
				    vmm.logging && one_in(2)))
		session.by_log = true;
	if (session.by_log)
		session.covered = vmm.log_pages;
	else if (kind != SESSION_PRE_COPY || vf_traits.logs_dma)
		session.covered = vmm.tracking ? vf_traits.container_pages : 0;
	memory.stale = 0;
	story_tell("VMM begins to send memory: %s", names[kind], 0, 0, 0);
}

/* One query of the log. */
static void query_log(uint64_t iova, uint64_t length, uint64_t page_size)
{
	struct vf_range query = { iova, length };
	uint64_t period = memory.periods, pages;
	struct story_line *line;
	int ret;

	line = story_tell("VMM queries the log%s: %#lx, %#lx bytes, unit %#lx",
			  "", iova, length, page_size);
	if (vmm.state == STOP && vmm.logging) {
		vmm.migrates_stopped = true;
		/* One that logs asks no container. */
		if (!session.by_log)
			session.collected = false;
	}
	ret = vf_log_report(&query, page_size, &pages);
	story_result(line, ret ? ret : __builtin_popcountll(pages));
	if (ret != (vmm.logging ? 0 : -EINVAL) && length &&
	    page_size >= VF_PAGE_SIZE && iova + length > iova)
		model_fail("a query of the log gave %d", ret);
	if (ret)
		return;
	memory_copied(pages);
	/* Else bits of two pages may make up a third that is not due. */
	if (page_size == VF_PAGE_SIZE && iova % VF_PAGE_SIZE == 0)
		memory_reported(pages, period);
}

/* Pages from @first on, in one query or two. */
static void query_pages(unsigned int first, unsigned int count)
{
	unsigned int cut = one_in(3) ? pick(count) : 0;
	uint64_t iova = memory_iova(first);

	if (cut)
		query_log(iova, cut * VF_PAGE_SIZE, VF_PAGE_SIZE);
	query_log(iova + cut * VF_PAGE_SIZE, (count - cut) * VF_PAGE_SIZE,
		  VF_PAGE_SIZE);
}

static void query_all(void)
{
	query_pages(0, 32);
	query_pages(32, 16);
	query_pages(48, 16);
}

static void query_container(void)
{
	struct story_line *line = story_tell("VMM queries the container%s", "",
					     0, 0, 0);
	uint64_t pages = 0;
	int ret = vf_container_report(&pages);

	story_result(line, ret ? ret : __builtin_popcountll(pages));
	if (!ret)
		memory_copied(pages);
}

/* More pieces than the log remembers: it may report twice, but lose nothing. */
static void query_scattered(void)
{
	struct vf_range query = { TIB, VF_PAGE_SIZE };
	uint64_t pages;
	int i;

	story_tell("VMM queries the log%s: %ld pages, each on its own", "",
		   SCATTERED, 0, 0);
	for (i = 0; i < SCATTERED; i++) {
		vf_log_report(&query, VF_PAGE_SIZE, &pages);
		query.iova += 2 * VF_PAGE_SIZE;
	}
	memory.scattered_in = memory.periods + 1;
	query_pages(VF_PAGES - 1 - pick(8), 1);
}

/* All reports that this migration rests on. */
void vmm_collect(void)
{
	if (session.by_log && !vmm.runs && vf_traits.exact && one_in(500))
		query_scattered();
	if (session.by_log)
		query_all();
	else if (vmm.tracking)
		query_container();
	if (vmm.state == STOP || vmm.state == STOP_COPY)
		session.collected = true;
}

/* Any part, of any alignment; what is covered in part is reported again. */
static void query_anything(void)
{
	unsigned int page = pick(VF_PAGES);
	uint64_t iova = memory_iova(page), length = 1;

	if (vf_traits.exact && vmm.logging && one_in(1000))
		query_scattered();

	switch (pick(20)) {
	case 0:
		query_log(0, 20 * TIB, vf_traits.exact && one_in(2) ?
			  VF_PAGE_SIZE : TIB >> 10);
		break;
	case 1:
		query_log(-VF_PAGE_SIZE, VF_PAGE_SIZE - 1, VF_PAGE_SIZE);
		break;
	case 2 ... 6:
		iova += pick(2 * VF_PAGE_SIZE);
		length += pick(8 * VF_PAGE_SIZE);
		query_log(iova, length, VF_PAGE_SIZE << pick(3));
		break;
	default:
		query_pages(page, 1 + pick(8));
		break;
	}
}

void vmm_report_some(void)
{
	switch (pick(4)) {
	case 0:
		vmm_collect();
		break;
	case 1:
		if (vmm.tracking)
			query_container();
		break;
	default:
		if (vf_traits.logs_dma)
			query_anything();
		break;
	}
}

static unsigned int choose_ranges(struct vf_range *ranges, uint64_t *page_size)
{
	uint64_t half = 1 + pick(31);

	*page_size = VF_PAGE_SIZE;
	switch (pick(4)) {
	case 0:
		ranges[0] = (struct vf_range){ 0, 20 * TIB };
		*page_size <<= pick(20);
		return 1;
	case 1:
		/* Two that touch, and not in order. */
		ranges[0] = (struct vf_range){ half * VF_PAGE_SIZE, 17 * TIB };
		ranges[1] = (struct vf_range){ 0, half * VF_PAGE_SIZE };
		return 2;
	case 2:
		ranges[0] = (struct vf_range){ memory_iova(32),
					       16 * VF_PAGE_SIZE };
		ranges[1] = (struct vf_range){ 0, 32 * VF_PAGE_SIZE };
		ranges[2] = (struct vf_range){ memory_iova(48),
					       16 * VF_PAGE_SIZE };
		return 3;
	default:
		/* Nonsense, or overlapping, now and then. */
		ranges[0] = (struct vf_range){ half * VF_PAGE_SIZE,
					       pick(64) * VF_PAGE_SIZE };
		ranges[1] = (struct vf_range){ 40 * VF_PAGE_SIZE,
					       40 * VF_PAGE_SIZE };
		*page_size >>= one_in(8);
		return pick(3);
	}
}

void vmm_log_start(void)
{
	struct vf_range ranges[3];
	uint64_t page_size;
	unsigned int nr = choose_ranges(ranges, &page_size), i;
	struct story_line *line;
	int ret;

	line = story_tell("VMM starts its log%s of %ld ranges, unit %#lx", "",
			  nr, page_size, 0);
	ret = vf_log_start(ranges, nr, page_size);
	story_result(line, ret);
	if (ret)
		return;
	if (vmm.logging)
		model_fail("a log was started that was running");
	vmm.logging = true;
	vmm.log_pages = 0;
	for (i = 0; i < nr; i++)
		vmm.log_pages |= memory_pages_in(ranges[i].iova,
						 ranges[i].iova +
						 ranges[i].length - 1);
	memory_forget_reports();
	if (vmm.state != STOP_COPY && one_in(2))
		session_begin(SESSION_LOG);
}

void vmm_log_stop(void)
{
	story_result(story_tell("VMM stops its log%s", "", 0, 0, 0),
		     vf_log_stop());
	vmm.logging = false;
	if (session.by_log)
		session_end();
}

void vmm_container_track(bool on)
{
	story_result(story_tell("VMM has the container%s track: %ld", "", on,
				0, 0), vf_container_track(on));
	if (!on && vmm.tracking && !session.by_log &&
	    (vf_traits.logs_dma || session.kind != SESSION_PRE_COPY))
		session_end();
	if (on && !vmm.tracking && vmm.state != STOP_COPY &&
	    one_in(2)) {
		vmm.tracking = true;
		session_begin(SESSION_CONTAINER);
	}
	vmm.tracking = on;
}

static void count_end(void)
{
	enum model_end end = MODEL_END_STOPPED;

	if (session.kind == SESSION_PRE_COPY && !vf_traits.logs_dma)
		end = vmm.tracked ? MODEL_END_TRACKED : MODEL_END_STILL;
	else if (session.kind == SESSION_PRE_COPY)
		end = session.by_log ? MODEL_END_LOG_PRE_COPY :
				       MODEL_END_CONTAINER_PRE_COPY;
	else if (session.kind == SESSION_CONTAINER)
		end = MODEL_END_CONTAINER;
	else if (session.kind == SESSION_LOG)
		end = MODEL_END_LOG;
	model.ends[end]++;
	if (vmm.cut)
		model.ends[MODEL_END_FORCED]++;
}

/* The stream is complete: the VM runs elsewhere, with what was sent of it. */
void session_complete(void)
{
	uint64_t bad;

	if (session.kind == SESSION_NONE)
		return;
	if (!session.collected)
		vmm_collect();
	model_device_may_have_written();
	bad = memory.stale & session.covered;
	if (vf_bus_master())
		model_fail("migration is complete, and the device can write");
	if (bad)
		model_fail("migration is complete, stale pages %#llx of %#llx",
			   (unsigned long long)bad,
			   (unsigned long long)session.covered);
	count_end();
	session_end();
}
