// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pages devices may write to now, and to which they could lately.
 *
 * The state of a page is 16 bits: how often it is mapped for a device to write,
 * and whether it was unmapped in either of two generations.  It changes by
 * compare and exchange alone, so an unmap moves a page from one account to the
 * other in one step, and no walk can find it in neither.  A page that is mapped
 * more often than the count can tell is refused: the caller withdraws the
 * promise then.  A count that stays at its maximum would never come down again.
 *
 * States come in blocks of one page, looked up under RCU and never freed while
 * the module is there.  Those for the memory present are allocated before the
 * first device is tracked, those for memory added later when it is mapped.
 *
 * A block is marked BUSY while a state in it may be other than 0, so that a
 * walk does not have to read the states of all memory.  A mapper changes a
 * state first and looks at the mark then; a walk clears the mark first and
 * looks at the states once more then.  One of the two sees the other.
 *
 * walk_lock: one step of a walk at a time.  What a step does to a page is done
 * when the next step of any walk begins, and none sees a mark that has been
 * cleared and is about to be set again.
 * age_lock: one ageing at a time.
 */
#include <linux/gfp.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include "dirty_pages.h"

#define BLOCK_PAGES	(PAGE_SIZE / sizeof(u16))
#define WORD_PAGES	(sizeof(unsigned long) / sizeof(u16))
#define BUSY		XA_MARK_0

/*
 * How many pages are visited in one step.  A write to a page may take as long
 * as the hypervisor takes to note it, and others want to run in between.
 */
#define STEP_PAGES	64

static DEFINE_XARRAY_FLAGS(blocks, XA_FLAGS_LOCK_IRQ);
static atomic_long_t block_count;
static DEFINE_MUTEX(walk_lock);
static DEFINE_MUTEX(age_lock);

/* Readers of it are done by the end of an RCU section. */
static u16 generation = MIGCAP_STATE_EVEN;
static unsigned long generation_cookie;

static u16 *migcap_guest_block_add(unsigned long index, gfp_t gfp)
{
	u16 *block = (u16 *)get_zeroed_page(gfp | __GFP_NOWARN), *old;
	unsigned long flags;

	if (!block)
		return NULL;
	xa_lock_irqsave(&blocks, flags);
	old = __xa_cmpxchg(&blocks, index, NULL, block, GFP_ATOMIC);
	xa_unlock_irqrestore(&blocks, flags);
	if (!old) {
		atomic_long_inc(&block_count);
		return block;
	}
	free_page((unsigned long)block);
	return xa_is_err(old) ? NULL : old;
}

static u16 *migcap_guest_block_load(struct xa_state *xas)
{
	u16 *block;

	do {
		block = xas_load(xas);
	} while (xas_retry(xas, block));
	return block;
}

static void migcap_guest_block_mark(unsigned long index)
{
	unsigned long flags;

	xa_lock_irqsave(&blocks, flags);
	__xa_set_mark(&blocks, index, BUSY);
	xa_unlock_irqrestore(&blocks, flags);
}

static void migcap_guest_block_unmark(unsigned long index)
{
	unsigned long flags;

	xa_lock_irqsave(&blocks, flags);
	__xa_clear_mark(&blocks, index, BUSY);
	xa_unlock_irqrestore(&blocks, flags);
}

static bool migcap_guest_state_map(u16 *state)
{
	u16 old = READ_ONCE(*state);

	do {
		if ((old & MIGCAP_STATE_COUNT) == MIGCAP_STATE_COUNT)
			return false;
	} while (!try_cmpxchg(state, &old, old + 1));
	return true;
}

static bool migcap_guest_state_unmap(u16 *state, u16 recent)
{
	u16 old = READ_ONCE(*state);

	do {
		if (!(old & MIGCAP_STATE_COUNT))
			return false;
	} while (!try_cmpxchg(state, &old, (old | recent) - 1));
	return true;
}

/* Pages of one block, from @pfn to @last. */
static bool migcap_guest_block_map(unsigned long pfn, unsigned long last)
{
	XA_STATE(xas, &blocks, pfn / BLOCK_PAGES);
	u16 *block = migcap_guest_block_load(&xas);
	bool is_new = !block, counted = true;

	if (unlikely(is_new) && pfn_to_online_page(pfn))
		block = migcap_guest_block_add(xas.xa_index, GFP_ATOMIC);
	if (unlikely(!block))
		return false;
	for (; pfn <= last; pfn++)
		if (!migcap_guest_state_map(block + pfn % BLOCK_PAGES))
			counted = false;

	/* After the states: see the head of this file. */
	smp_mb__after_atomic();
	if (unlikely(is_new) || !xas_get_mark(&xas, BUSY))
		migcap_guest_block_mark(xas.xa_index);
	return counted;
}

static unsigned long migcap_guest_block_last(unsigned long pfn,
					     unsigned long last)
{
	return min(last, pfn | (BLOCK_PAGES - 1));
}

/**
 * migcap_guest_dirty_pages_map() - a device may write to memory from now on
 * @phys:	begin of the memory
 * @size:	its size in bytes, not 0
 *
 * Context: any.
 * Return: false if that cannot be accounted for: no RAM, none left for the
 * account, or mapped too often.
 */
bool migcap_guest_dirty_pages_map(phys_addr_t phys, size_t size)
{
	unsigned long pfn = PHYS_PFN(phys), last = PHYS_PFN(phys + size - 1);
	unsigned long end;

	guard(rcu)();
	for (; pfn <= last; pfn = end + 1) {
		end = migcap_guest_block_last(pfn, last);
		if (unlikely(!migcap_guest_block_map(pfn, end)))
			return false;
	}
	return true;
}

/* Pages of one block.  It stays busy: no state becomes 0 here. */
static bool migcap_guest_block_unmap(unsigned long pfn, unsigned long last,
				     u16 recent)
{
	u16 *block = xa_load(&blocks, pfn / BLOCK_PAGES);
	bool balanced = block;

	for (; block && pfn <= last; pfn++)
		if (unlikely(!migcap_guest_state_unmap(block +
						       pfn % BLOCK_PAGES,
						       recent)))
			balanced = false;
	return balanced;
}

/**
 * migcap_guest_dirty_pages_unmap() - the right given by
 * migcap_guest_dirty_pages_map() has ended
 * @phys:	begin of the memory
 * @size:	its size in bytes, not 0
 *
 * Context: any.
 * Return: false if it had not been given.
 */
bool migcap_guest_dirty_pages_unmap(phys_addr_t phys, size_t size)
{
	unsigned long pfn = PHYS_PFN(phys), last = PHYS_PFN(phys + size - 1);
	bool balanced = true;
	unsigned long end;
	u16 recent;

	guard(rcu)();
	recent = READ_ONCE(generation);
	for (; pfn <= last; pfn = end + 1) {
		end = migcap_guest_block_last(pfn, last);
		if (unlikely(!migcap_guest_block_unmap(pfn, end, recent)))
			balanced = false;
	}
	return balanced;
}

static bool migcap_guest_word_is_zero(const u16 *states)
{
	return !READ_ONCE(*(const unsigned long *)states);
}

static bool migcap_guest_block_is_empty(const u16 *block)
{
	unsigned int i;

	for (i = 0; i < BLOCK_PAGES; i += WORD_PAGES)
		if (!migcap_guest_word_is_zero(block + i))
			return false;
	return true;
}

/* Context: walk_lock held. */
static void migcap_guest_block_rest(unsigned long index, const u16 *block)
{
	if (!migcap_guest_block_is_empty(block))
		return;
	migcap_guest_block_unmark(index);
	/* Before the states are looked at again: see the head of this file. */
	smp_mb();
	if (!migcap_guest_block_is_empty(block))
		migcap_guest_block_mark(index);
}

/* Return: where to go on in the block, BLOCK_PAGES at its end. */
static unsigned int migcap_guest_block_visit(unsigned long index, u16 *block,
					     unsigned int at,
					     migcap_guest_visit_fn visit,
					     void *data)
{
	unsigned int left = STEP_PAGES;

	while (at < BLOCK_PAGES && left) {
		if (at % WORD_PAGES == 0 &&
		    migcap_guest_word_is_zero(block + at)) {
			at += WORD_PAGES;
			continue;
		}
		if (READ_ONCE(block[at])) {
			visit(index * BLOCK_PAGES + at, block + at, data);
			left--;
		}
		at++;
	}
	return at;
}

/**
 * struct migcap_guest_cursor - how far a walk has come
 * @index:	block
 * @at:		page in it
 */
struct migcap_guest_cursor {
	unsigned long index;
	unsigned int at;
};

/* Return: false at the end. */
static bool migcap_guest_step(struct migcap_guest_cursor *cursor,
			      migcap_guest_visit_fn visit, void *data)
{
	unsigned long index = cursor->index;
	u16 *block;

	guard(mutex)(&walk_lock);
	block = xa_find(&blocks, &index, ULONG_MAX, BUSY);
	if (!block)
		return false;
	if (index != cursor->index)
		*cursor = (struct migcap_guest_cursor){ .index = index };
	cursor->at = migcap_guest_block_visit(index, block, cursor->at, visit,
					      data);
	if (cursor->at == BLOCK_PAGES) {
		migcap_guest_block_rest(index, block);
		*cursor = (struct migcap_guest_cursor){ .index = index + 1 };
	}
	return true;
}

/**
 * migcap_guest_dirty_pages_walk() - visit all pages that have a state
 * @visit:	called for each, under a lock
 * @data:	passed to it
 * @stop:	says whether to leave off, or NULL
 * @stop_data:	passed to it
 *
 * Takes as long as there are such pages, not as there is memory.
 *
 * Context: may sleep.
 * Return: false if the walk was left before its end.
 */
bool migcap_guest_dirty_pages_walk(migcap_guest_visit_fn visit, void *data,
				   migcap_guest_stop_fn stop, void *stop_data)
{
	struct migcap_guest_cursor cursor = {};

	while (migcap_guest_step(&cursor, visit, data)) {
		cond_resched();
		if (stop && stop(stop_data))
			return false;
	}
	return true;
}

static void migcap_guest_forget(unsigned long pfn, u16 *state, void *data)
{
	u16 drop = *(u16 *)data, old = READ_ONCE(*state);

	do {
		if (!(old & drop))
			return;
	} while (!try_cmpxchg(state, &old, old & ~drop));
}

/**
 * migcap_guest_dirty_pages_age() - forget pages unmapped before the last call
 *
 * Context: may sleep.
 */
void migcap_guest_dirty_pages_age(void)
{
	u16 drop;

	guard(mutex)(&age_lock);

	/* Whoever still uses that generation has read it before it was over. */
	cond_synchronize_rcu(generation_cookie);
	drop = generation ^ MIGCAP_STATE_RECENT;
	migcap_guest_dirty_pages_walk(migcap_guest_forget, &drop, NULL, NULL);
	WRITE_ONCE(generation, drop);
	generation_cookie = get_state_synchronize_rcu();
}

static void migcap_guest_retire(unsigned long pfn, u16 *state, void *data)
{
	u16 old = READ_ONCE(*state), new;

	do {
		if (!(old & MIGCAP_STATE_COUNT))
			return;
		new = (old & MIGCAP_STATE_RECENT) | READ_ONCE(generation);
	} while (!try_cmpxchg(state, &old, new));
}

/**
 * migcap_guest_dirty_pages_retire() - what is mapped will not be unmapped
 *
 * Context: may sleep.  No device is tracked, and none will be before this has
 * returned.
 */
void migcap_guest_dirty_pages_retire(void)
{
	guard(mutex)(&age_lock);
	migcap_guest_dirty_pages_walk(migcap_guest_retire, NULL, NULL, NULL);
}

static unsigned long migcap_guest_end_pfn(void)
{
	unsigned long end = 0;
	int nid;

	for_each_online_node(nid)
		end = max(end, node_end_pfn(nid));
	return end;
}

/* The block may begin with a hole, sections do not. */
static bool migcap_guest_block_wanted(unsigned long index)
{
	unsigned long pfn = index * BLOCK_PAGES;

	return !xa_load(&blocks, index) &&
	       (pfn_to_online_page(pfn) ||
		pfn_to_online_page(pfn + BLOCK_PAGES - 1));
}

/**
 * migcap_guest_dirty_pages_populate() - allocate the states of all memory
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int migcap_guest_dirty_pages_populate(void)
{
	unsigned long index,
		end = DIV_ROUND_UP(migcap_guest_end_pfn(), BLOCK_PAGES);

	for (index = 0; index < end; index++) {
		if (migcap_guest_block_wanted(index) &&
		    !migcap_guest_block_add(index, GFP_KERNEL))
			return -ENOMEM;
		cond_resched();
	}
	return 0;
}

/**
 * migcap_guest_dirty_pages_memory() - what the states cost
 *
 * Return: bytes, the index not counted.
 */
size_t migcap_guest_dirty_pages_memory(void)
{
	return atomic_long_read(&block_count) * PAGE_SIZE;
}

/**
 * migcap_guest_dirty_pages_end() - where memory ends at present
 *
 * Return: the first address that is beyond all memory.
 */
phys_addr_t migcap_guest_dirty_pages_end(void)
{
	return PFN_PHYS(migcap_guest_end_pfn());
}

/**
 * migcap_guest_dirty_pages_exit() - free everything, nobody is left to use it
 */
void migcap_guest_dirty_pages_exit(void)
{
	unsigned long index;
	u16 *block;

	xa_for_each(&blocks, index, block)
		free_page((unsigned long)block);
	xa_destroy(&blocks);
}
