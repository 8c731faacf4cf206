// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mailbox.
 *
 * Owns a copy of the eventfds that the VMM attached to the device's vectors,
 * and raises one of them.  Does not own the interrupts themselves: vfio-pci
 * core sets those up from the same ioctl.  Core and this file read the
 * caller's array one after the other and a caller may change it in between:
 * then the guest misses an interrupt or gets one too many, and nothing else.
 *
 * Lock: trigger->lock, innermost.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "irq_trigger.h"
#include "stats.h"
#include "trace.h"

/* As many as an MSI-X table can have. */
#define MIGCAP_MAX_VECTORS	2048

/**
 * migcap_vfio_irq_trigger_init() - begin without any vector
 * @trigger: the mailbox
 * @stats: counts what is raised
 */
void migcap_vfio_irq_trigger_init(struct migcap_vfio_irq_trigger *trigger,
				  struct migcap_vfio_stats *stats)
{
	trigger->stats = stats;
	mutex_init(&trigger->lock);
}

static void migcap_vfio_irq_trigger_put_vectors(struct eventfd_ctx **vectors,
						u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (vectors[i])
			eventfd_ctx_put(vectors[i]);
	}
	kfree(vectors);
}

static void
migcap_vfio_irq_trigger_clear_locked(struct migcap_vfio_irq_trigger *trigger)
{
	lockdep_assert_held(&trigger->lock);

	migcap_vfio_irq_trigger_put_vectors(trigger->vectors,
					    trigger->nr_vectors);
	trigger->vectors = NULL;
	trigger->nr_vectors = 0;
}

/**
 * migcap_vfio_irq_trigger_clear() - forget all vectors
 * @trigger: the mailbox
 *
 * Context: process, takes the mailbox's lock.
 */
void migcap_vfio_irq_trigger_clear(struct migcap_vfio_irq_trigger *trigger)
{
	mutex_lock(&trigger->lock);
	migcap_vfio_irq_trigger_clear_locked(trigger);
	mutex_unlock(&trigger->lock);
}

/**
 * migcap_vfio_irq_trigger_raise() - raise the vector that the guest chose
 * @trigger: the mailbox
 * @vector: its number
 *
 * A vector that does not exist or that has no eventfd is counted and traced.
 *
 * Context: process, takes the mailbox's lock.
 */
void migcap_vfio_irq_trigger_raise(struct migcap_vfio_irq_trigger *trigger,
				   u8 vector)
{
	bool raised;

	mutex_lock(&trigger->lock);
	raised = vector < trigger->nr_vectors && trigger->vectors[vector];
	if (raised)
		eventfd_signal(trigger->vectors[vector]);
	mutex_unlock(&trigger->lock);

	migcap_vfio_count(trigger->stats, raised ? MIGCAP_COUNT_IRQ_RAISED :
					    MIGCAP_COUNT_IRQ_MISSED);
	trace_migcap_mailbox(trigger->stats->dev, vector, raised);
}

static bool migcap_vfio_irq_trigger_follows(const struct vfio_irq_set *hdr)
{
	if (hdr->index != VFIO_PCI_MSI_IRQ_INDEX &&
	    hdr->index != VFIO_PCI_MSIX_IRQ_INDEX)
		return false;
	if (!(hdr->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return false;
	if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return hdr->count;
	/* No vectors and no data: all are taken away. */
	return (hdr->flags & VFIO_IRQ_SET_DATA_NONE) && !hdr->count;
}

static int
migcap_vfio_irq_trigger_get_vectors(struct migcap_vfio_irq_trigger_update
					    *update,
				    const struct vfio_irq_set __user *arg)
{
	u32 start = update->hdr.start, count = update->hdr.count;
	s32 *fds;
	u32 i;

	fds = memdup_array_user(arg->data, count, sizeof(*fds));
	if (IS_ERR(fds))
		return PTR_ERR(fds);
	update->vectors = kcalloc(start + count, sizeof(*update->vectors),
				  GFP_KERNEL_ACCOUNT);
	if (!update->vectors) {
		kfree(fds);
		return -ENOMEM;
	}
	update->nr_vectors = start + count;
	for (i = 0; i < count; i++) {
		struct eventfd_ctx *ctx;

		if (fds[i] < 0)
			continue;
		ctx = eventfd_ctx_fdget(fds[i]);
		if (IS_ERR(ctx))
			update->error = PTR_ERR(ctx);
		else
			update->vectors[start + i] = ctx;
	}
	kfree(fds);
	return 0;
}

/**
 * migcap_vfio_irq_trigger_prepare() - read what a VFIO_DEVICE_SET_IRQS asks for
 * @hdr: the request
 * @arg: the ioctl's argument, which it is from
 *
 * To be followed by migcap_vfio_irq_trigger_commit() if core accepted the same request,
 * else by migcap_vfio_irq_trigger_abort().  A request that is none of the mailbox's
 * business, or that core is going to refuse, gives NULL.
 *
 * Context: process.
 * Return: the request, NULL, or an ERR_PTR: -EFAULT, -ENOMEM.
 */
struct migcap_vfio_irq_trigger_update *
migcap_vfio_irq_trigger_prepare(const struct vfio_irq_set *hdr,
				const struct vfio_irq_set __user *arg)
{
	struct migcap_vfio_irq_trigger_update *update;
	int ret;

	if (!migcap_vfio_irq_trigger_follows(hdr) ||
	    hdr->start > MIGCAP_MAX_VECTORS ||
	    hdr->count > MIGCAP_MAX_VECTORS - hdr->start)
		return NULL;

	update = kzalloc_obj(*update, GFP_KERNEL_ACCOUNT);
	if (!update)
		return ERR_PTR(-ENOMEM);
	update->hdr = *hdr;
	if (hdr->count) {
		ret = migcap_vfio_irq_trigger_get_vectors(update, arg);
		if (ret) {
			kfree(update);
			return ERR_PTR(ret);
		}
	}
	return update;
}

/*
 * Nothing is allocated here, so nothing can fail after core has accepted the
 * request: the longer of the two tables goes on.  What is replaced is left in
 * the other one.
 */
static void
migcap_vfio_irq_trigger_merge_locked(struct migcap_vfio_irq_trigger *trigger,
				     struct migcap_vfio_irq_trigger_update
					     *update)
{
	u32 i = update->hdr.start, end = i + update->hdr.count;

	lockdep_assert_held(&trigger->lock);

	if (update->nr_vectors > trigger->nr_vectors) {
		swap(trigger->vectors, update->vectors);
		swap(trigger->nr_vectors, update->nr_vectors);
		/* Those ahead of the request stay. */
		end = min(i, update->nr_vectors);
		i = 0;
	}
	for (; i < end; i++)
		swap(trigger->vectors[i], update->vectors[i]);
}

/**
 * migcap_vfio_irq_trigger_commit() - follow a VFIO_DEVICE_SET_IRQS that core accepted
 * @trigger: the mailbox
 * @update: from migcap_vfio_irq_trigger_prepare(), or NULL; used up
 *
 * Context: process, takes the mailbox's lock.
 * Return: 0, or what is wrong with a descriptor that core has not seen.
 */
int migcap_vfio_irq_trigger_commit(struct migcap_vfio_irq_trigger *trigger,
				   struct migcap_vfio_irq_trigger_update *update)
{
	int ret;

	if (!update)
		return 0;
	ret = update->error;
	if (ret)
		goto abort;

	mutex_lock(&trigger->lock);
	if (!update->hdr.count || update->hdr.index != trigger->index)
		migcap_vfio_irq_trigger_clear_locked(trigger);
	trigger->index = update->hdr.index;
	if (update->hdr.count)
		migcap_vfio_irq_trigger_merge_locked(trigger, update);
	mutex_unlock(&trigger->lock);
abort:
	migcap_vfio_irq_trigger_abort(update);
	return ret;
}

/**
 * migcap_vfio_irq_trigger_abort() - drop a request
 * @update: from migcap_vfio_irq_trigger_prepare(), or NULL; used up
 */
void migcap_vfio_irq_trigger_abort(struct migcap_vfio_irq_trigger_update *update)
{
	if (!update)
		return;
	migcap_vfio_irq_trigger_put_vectors(update->vectors,
					    update->nr_vectors);
	kfree(update);
}
