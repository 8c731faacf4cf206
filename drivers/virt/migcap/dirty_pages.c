// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pages devices may write to now, and to which they could lately.
 *
 * The state of a page is one byte: how often it is mapped for a device to
 * write, and whether it was unmapped in either of two generations.  It changes
 * by compare and exchange alone, so an unmap moves a page from one account to
 * the other in one step, and no pass can find it in neither.  A count that has
 * reached its maximum stays there: that page is taken for mapped from then on.
 *
 * A pass clears the state of an idle page first and writes to the page then.
 * Should a device get hold of the page in between, the unmap after that sets
 * the state again.
 *
 * Bytes come in blocks of one page, looked up under RCU and never freed while
 * the module is there.  Those for the memory present are allocated before the
 * first device is tracked, those for memory added later when it is mapped.
 *
 * pass_lock: a pass does not end before each page that another pass has cleared
 * meanwhile is written.
 * age_lock: one ageing at a time.
 */
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/memory_hotplug.h>
#include <linux/mmzone.h>
#include <linux/mutex.h>
#include <linux/pfn.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/xarray.h>

#include "dirty_pages.h"
#include "redirty.h"

#define BLOCK_PAGES	PAGE_SIZE

/*
 * What is written in one go.  A write may take as long as the hypervisor takes
 * to note it, and others want to run in between.
 */
#define CHUNK_PAGES	64

#define STATE_COUNT	GENMASK(5, 0)
#define STATE_EVEN	BIT(6)		/* unmapped in an even generation */
#define STATE_ODD	BIT(7)		/* unmapped in an odd one */
#define STATE_RECENT	(STATE_EVEN | STATE_ODD)

static DEFINE_XARRAY_FLAGS(blocks, XA_FLAGS_LOCK_IRQ);
static atomic_long_t block_count;
static DEFINE_MUTEX(pass_lock);
static DEFINE_MUTEX(age_lock);

/* STATE_EVEN or STATE_ODD; who reads it is done by the end of an RCU section. */
static u8 generation = STATE_EVEN;
static unsigned long generation_cookie;

/* For tests that want to see what is lost without any of this. */
static bool skip_writing;

static u8 *migcap_guest_block_add(unsigned long index, gfp_t gfp)
{
	u8 *block = (u8 *)get_zeroed_page(gfp | __GFP_NOWARN), *old;
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

static u8 *migcap_guest_state_find(unsigned long pfn)
{
	u8 *block = xa_load(&blocks, pfn / BLOCK_PAGES);

	return block ? block + pfn % BLOCK_PAGES : NULL;
}

static u8 *migcap_guest_state_get(unsigned long pfn)
{
	u8 *state = migcap_guest_state_find(pfn);

	if (likely(state))
		return state;
	if (!pfn_to_online_page(pfn) ||
	    !migcap_guest_block_add(pfn / BLOCK_PAGES, GFP_ATOMIC))
		return NULL;
	return migcap_guest_state_find(pfn);
}

static void migcap_guest_state_map(u8 *state)
{
	u8 old = READ_ONCE(*state);

	do {
		if ((old & STATE_COUNT) == STATE_COUNT)
			return;
	} while (!try_cmpxchg(state, &old, old + 1));
}

static bool migcap_guest_state_unmap(u8 *state, u8 recent)
{
	u8 old = READ_ONCE(*state), new;

	do {
		if (!(old & STATE_COUNT))
			return false;
		new = old | recent;
		if ((old & STATE_COUNT) != STATE_COUNT)
			new--;
	} while (!try_cmpxchg(state, &old, new));
	return true;
}

/**
 * migcap_guest_dirty_pages_map() - a device may write to memory from now on
 * @phys:	begin of the memory
 * @size:	its size in bytes, not 0
 *
 * Context: any.
 * Return: false if that cannot be accounted for: no RAM, or none left.
 */
bool migcap_guest_dirty_pages_map(phys_addr_t phys, size_t size)
{
	unsigned long pfn, last = PHYS_PFN(phys + size - 1);
	u8 *state;

	guard(rcu)();
	for (pfn = PHYS_PFN(phys); pfn <= last; pfn++) {
		state = migcap_guest_state_get(pfn);
		if (unlikely(!state))
			return false;
		migcap_guest_state_map(state);
	}
	return true;
}

/**
 * migcap_guest_dirty_pages_unmap() - the right given by migcap_guest_dirty_pages_map() has ended
 * @phys:	begin of the memory
 * @size:	its size in bytes, not 0
 *
 * Context: any.
 * Return: false if it had not been given.
 */
bool migcap_guest_dirty_pages_unmap(phys_addr_t phys, size_t size)
{
	unsigned long pfn, last = PHYS_PFN(phys + size - 1);
	bool balanced = true;
	u8 *state, recent;

	guard(rcu)();
	recent = READ_ONCE(generation);
	for (pfn = PHYS_PFN(phys); pfn <= last; pfn++) {
		state = migcap_guest_state_find(pfn);
		if (unlikely(!state ||
			     !migcap_guest_state_unmap(state, recent)))
			balanced = false;
	}
	return balanced;
}

typedef void (*migcap_guest_visit_fn)(unsigned long pfn, u8 *state, void *data);

static void migcap_guest_visit(unsigned long pfn, u8 *states,
			       unsigned int count, migcap_guest_visit_fn visit,
			       void *data)
{
	unsigned long *word = (unsigned long *)states;
	unsigned int i, j;

	for (i = 0; i < count; i += sizeof(*word), word++) {
		if (!READ_ONCE(*word))
			continue;
		for (j = i; j < i + sizeof(*word); j++)
			if (READ_ONCE(states[j]))
				visit(pfn + j, states + j, data);
	}
}

static void migcap_guest_visit_block(unsigned long index, u8 *block,
				     migcap_guest_visit_fn visit, void *data)
{
	migcap_guest_visit(index * BLOCK_PAGES, block, BLOCK_PAGES, visit,
			   data);
}

static void
migcap_guest_tally_page(struct migcap_guest_dirty_pages_tally *tally,
			unsigned long pfn)
{
	if (READ_ONCE(skip_writing))
		return;
	switch (migcap_guest_redirty_pfn(pfn)) {
	case MIGCAP_TOUCH_WRITTEN:
		tally->written++;
		break;
	case MIGCAP_TOUCH_FOREIGN:
		tally->foreign++;
		break;
	case MIGCAP_TOUCH_GONE:
		break;
	}
}

static void migcap_guest_write_idle(unsigned long pfn, u8 *state, void *data)
{
	u8 old = READ_ONCE(*state);

	do {
		if (!old || old & STATE_COUNT)
			return;
	} while (!try_cmpxchg(state, &old, 0));
	migcap_guest_tally_page(data, pfn);
}

static void migcap_guest_write_any(unsigned long pfn, u8 *state, void *data)
{
	u8 old = READ_ONCE(*state);

	while (!try_cmpxchg(state, &old, old & STATE_COUNT))
		;
	if (old)
		migcap_guest_tally_page(data, pfn);
}

/* In use as before, so it has to be written again, but then without a fault. */
static void migcap_guest_write_mapped(unsigned long pfn, u8 *state, void *data)
{
	if (READ_ONCE(*state) & STATE_COUNT)
		migcap_guest_tally_page(data, pfn);
}

static const migcap_guest_visit_fn writers[] = {
	[MIGCAP_PAGES_IDLE]   = migcap_guest_write_idle,
	[MIGCAP_PAGES_MAPPED] = migcap_guest_write_mapped,
	[MIGCAP_PAGES_ALL]    = migcap_guest_write_any,
};

static void migcap_guest_note_any(unsigned long pfn, u8 *state, void *data)
{
	*(bool *)data = true;
}

static void
migcap_guest_write_chunk(unsigned long pfn, u8 *states,
			 migcap_guest_visit_fn write,
			 struct migcap_guest_dirty_pages_tally *tally)
{
	bool any = false;

	migcap_guest_visit(pfn, states, CHUNK_PAGES, migcap_guest_note_any,
			   &any);
	if (!any)
		return;
	scoped_guard(mutex, &pass_lock)
		migcap_guest_visit(pfn, states, CHUNK_PAGES, write, tally);
	cond_resched();
}

/**
 * migcap_guest_dirty_pages_write() - write to pages that devices may have written to
 * @which:	which ones
 * @tally:	what was done is added here
 *
 * A page that was written and is not mapped counts no more.
 *
 * Context: may sleep.
 */
void migcap_guest_dirty_pages_write(enum migcap_guest_dirty_pages_which which,
				    struct migcap_guest_dirty_pages_tally *tally)
{
	unsigned long index;
	unsigned int i;
	u8 *block;

	xa_for_each(&blocks, index, block) {
		for (i = 0; i < BLOCK_PAGES; i += CHUNK_PAGES)
			migcap_guest_write_chunk(index * BLOCK_PAGES + i,
						 block + i, writers[which],
						 tally);
		cond_resched();
	}
	/* Where another pass has cleared pages first, wait until it has written. */
	mutex_lock(&pass_lock);
	mutex_unlock(&pass_lock);
}

static void migcap_guest_forget(unsigned long pfn, u8 *state, void *data)
{
	u8 drop = *(u8 *)data, old = READ_ONCE(*state);

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
	u8 drop = generation ^ STATE_RECENT;
	unsigned long index;
	u8 *block;

	guard(mutex)(&age_lock);

	/* Whoever still uses that generation has read it before it was over. */
	cond_synchronize_rcu(generation_cookie);
	xa_for_each(&blocks, index, block) {
		migcap_guest_visit_block(index, block, migcap_guest_forget,
					 &drop);
		cond_resched();
	}
	WRITE_ONCE(generation, drop);
	generation_cookie = get_state_synchronize_rcu();
}

static void migcap_guest_retire(unsigned long pfn, u8 *state, void *data)
{
	u8 old = READ_ONCE(*state), new;

	do {
		if (!(old & STATE_COUNT))
			return;
		new = (old & STATE_RECENT) | READ_ONCE(generation);
	} while (!try_cmpxchg(state, &old, new));
}

/**
 * migcap_guest_dirty_pages_retire() - no device is tracked: what is mapped will not be
 * unmapped any more
 *
 * Context: may sleep.
 */
void migcap_guest_dirty_pages_retire(void)
{
	unsigned long index;
	u8 *block;

	guard(mutex)(&age_lock);
	xa_for_each(&blocks, index, block) {
		migcap_guest_visit_block(index, block, migcap_guest_retire,
					 NULL);
		cond_resched();
	}
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
 * migcap_guest_dirty_pages_populate() - allocate the accounts of all memory there is
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
 * migcap_guest_dirty_pages_memory() - what the accounts cost
 *
 * Return: bytes, the index not counted.
 */
size_t migcap_guest_dirty_pages_memory(void)
{
	return atomic_long_read(&block_count) * BLOCK_PAGES;
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
 * migcap_guest_dirty_pages_debug() - make the switch for tests
 * @dir:	directory in debugfs
 */
void migcap_guest_dirty_pages_debug(struct dentry *dir)
{
	debugfs_create_bool("skip_writing", 0600, dir, &skip_writing);
}

/**
 * migcap_guest_dirty_pages_exit() - free everything, nobody is left to use it
 */
void migcap_guest_dirty_pages_exit(void)
{
	unsigned long index;
	u8 *block;

	xa_for_each(&blocks, index, block)
		free_page((unsigned long)block);
	xa_destroy(&blocks);
}
