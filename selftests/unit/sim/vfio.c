// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated VFIO: which state follows which, a type1 container, and the
 * bitmap that a log reports to.
 *
 * Owns the rules of the uAPI for states (enum vfio_device_mig_state), written
 * anew from its text: the shortest path, and no saving state within it.
 */
#include "../../model/model.h"
#include "../../model/vf.h"
#include "sim.h"

#define NR	VFIO_DEVICE_STATE_NR
#define ARC(from, to) \
	{ VFIO_DEVICE_STATE_##from, VFIO_DEVICE_STATE_##to }

static const u8 arcs[][2] = {
	ARC(RESUMING, STOP), ARC(STOP, RESUMING), ARC(STOP, STOP_COPY),
	ARC(STOP_COPY, STOP), ARC(RUNNING, RUNNING_P2P),
	ARC(RUNNING_P2P, RUNNING), ARC(RUNNING_P2P, STOP),
	ARC(STOP, RUNNING_P2P), ARC(PRE_COPY, RUNNING),
	ARC(PRE_COPY, PRE_COPY_P2P), ARC(PRE_COPY_P2P, PRE_COPY),
	ARC(PRE_COPY_P2P, RUNNING_P2P), ARC(PRE_COPY_P2P, STOP_COPY),
	ARC(RUNNING, PRE_COPY), ARC(RUNNING_P2P, PRE_COPY_P2P),
};

static bool sim_saves(unsigned int state)
{
	return state == VFIO_DEVICE_STATE_PRE_COPY ||
	       state == VFIO_DEVICE_STATE_PRE_COPY_P2P ||
	       state == VFIO_DEVICE_STATE_STOP_COPY;
}

/* States of one session may follow each other; else none lies within a path. */
static bool sim_may_pass(unsigned int from, unsigned int to, unsigned int state)
{
	return !sim_saves(state) || (sim_saves(from) && sim_saves(to));
}

/* Length of the shortest path from @at to @to, or a large number. */
static unsigned int sim_distance(unsigned int from, unsigned int at,
				 unsigned int to, unsigned int limit)
{
	unsigned int best = limit + 1, step, i;

	if (at == to || !limit)
		return at == to ? 0 : best;
	for (i = 0; i < ARRAY_SIZE(arcs); i++) {
		if (arcs[i][0] != at ||
		    (arcs[i][1] != to && !sim_may_pass(from, to, arcs[i][1])))
			continue;
		step = 1 + sim_distance(from, arcs[i][1], to, limit - 1);
		best = min(best, step);
	}
	return best;
}

/* A device that is in the middle of a path has left its first state behind. */
static int sim_first_step(unsigned int from, unsigned int to)
{
	unsigned int best = NR, step, i;
	int next = -EINVAL;

	if (from == VFIO_DEVICE_STATE_STOP_COPY &&
	    (to == VFIO_DEVICE_STATE_PRE_COPY ||
	     to == VFIO_DEVICE_STATE_PRE_COPY_P2P))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(arcs); i++) {
		if (arcs[i][0] != from ||
		    (arcs[i][1] != to && !sim_may_pass(from, to, arcs[i][1])))
			continue;
		step = 1 + sim_distance(from, arcs[i][1], to, 6);
		if (step < best) {
			best = step;
			next = arcs[i][1];
		}
	}
	return next;
}

int vfio_mig_get_next_state(struct vfio_device *vdev,
			    enum vfio_device_mig_state from,
			    enum vfio_device_mig_state to,
			    enum vfio_device_mig_state *next)
{
	static int steps[NR][NR];
	int *step = &steps[from][to];

	if (!*step)
		*step = sim_first_step(from, to);
	if (*step > 0)
		*next = *step;
	return min(*step, 0);
}

/* A page that a driver pins is dirty, and makes all others its business. */
int vfio_pin_pages(struct vfio_device *vdev, dma_addr_t iova, int npage,
		   int prot, struct page **pages)
{
	u64 page = memory_pages_in(iova, iova + VF_PAGE_SIZE - 1);

	sim_meanwhile();
	if (!page || model_fault(MODEL_FAULT_CANNOT_PIN))
		return -EINVAL;
	sim.pinned_scope = true;
	if (sim.tracks)
		sim.pinned_dirty |= page;
	return 1;
}

void vfio_unpin_pages(struct vfio_device *vdev, dma_addr_t iova, int npage)
{
	sim_meanwhile();
}

struct interval_tree_node *
interval_tree_iter_first(struct rb_root_cached *tree, unsigned long start,
			 unsigned long last)
{
	return tree->first;
}

struct interval_tree_node *
interval_tree_iter_next(struct interval_tree_node *node, unsigned long start,
			unsigned long last)
{
	return node->next;
}

void sim_iova_bitmap(struct iova_bitmap *bitmap, u64 iova, u64 length,
		     u64 page_size)
{
	*bitmap = (struct iova_bitmap){
		.iova = iova,
		.length = length,
		.page_size = page_size,
	};
}

/*
 * Bits stand for whole units of the query, counted from its first byte.  A page
 * has one, or two.  The kernel's may not come to an end if a range of several
 * bits ends amid one.
 */
void iova_bitmap_set(struct iova_bitmap *bitmap, unsigned long iova,
		     size_t length)
{
	u64 mask = bitmap->page_size - 1;
	u64 from = iova - bitmap->iova, last = from + length - 1;
	unsigned int page;

	sim_assert(length && iova >= bitmap->iova && last >= from &&
		   last < bitmap->length);
	sim_assert((from | mask) == (last | mask) || (last & mask) == mask);
	from &= ~mask;
	last = min(last | mask, bitmap->length - 1);
	for (page = 0; page < VF_PAGES; page++) {
		u64 first = memory_iova(page) - bitmap->iova;

		if (first >= from && first <= last)
			bitmap->first_bytes |= BIT_ULL(page);
		first += VF_PAGE_SIZE - 1;
		if (first >= from && first <= last)
			bitmap->last_bytes |= BIT_ULL(page);
	}
	model_device_may_have_written();
}
