// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices that one VMM has open.
 *
 * Owns who is whose sibling, and what they tell each other: whether START is due,
 * and whether a migration waits for an answer.  A VM is stopped when the last of
 * its guest's drivers has answered, so the time between the first answer and the
 * last is time without network or disk.  Does not own what follows from that:
 * handshake.c has when a guest gets its device back meanwhile, save.c when it is
 * asked.
 *
 * A VMM is the process that opened the device.  One that serves several VMs only
 * makes them wait for each other.
 *
 * Lock: siblings_lock, innermost.  It is taken only when something changes: a
 * guest that writes its registers all the time must not hold up those of others.
 */
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "siblings.h"

/**
 * struct migcap_vfio_siblings - the devices of one VMM
 * @node: its place among all VMMs
 * @vmm: the process
 * @members: the devices
 * @nr_due: how many of them are due; may be read without the lock
 * @nr_awaited: how many are awaited; likewise
 */
struct migcap_vfio_siblings {
	struct list_head node;
	struct pid *vmm;
	struct list_head members;
	unsigned int nr_due;
	unsigned int nr_awaited;
};

static DEFINE_SPINLOCK(siblings_lock);
static LIST_HEAD(siblings_all);

static struct migcap_vfio_siblings *
migcap_vfio_siblings_find_locked(const struct pid *vmm)
{
	struct migcap_vfio_siblings *of;

	lockdep_assert_held(&siblings_lock);

	list_for_each_entry(of, &siblings_all, node)
		if (of->vmm == vmm)
			return of;
	return NULL;
}

static void migcap_vfio_siblings_free(struct migcap_vfio_siblings *of)
{
	if (!of)
		return;
	put_pid(of->vmm);
	kfree(of);
}

/**
 * migcap_vfio_sibling_join() - the calling process has opened a device
 * @sibling: the device
 * @look: to be queued when another device of this process has changed
 *
 * Context: process, sleeps, takes siblings_lock.
 * Return: 0 or -ENOMEM.
 */
int migcap_vfio_sibling_join(struct migcap_vfio_sibling *sibling,
			     struct work_struct *look)
{
	struct migcap_vfio_siblings *of, *fresh;

	fresh = kzalloc_obj(*fresh, GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return -ENOMEM;
	fresh->vmm = get_task_pid(current, PIDTYPE_TGID);
	INIT_LIST_HEAD(&fresh->members);

	sibling->look = look;
	sibling->due = false;
	sibling->awaited = false;
	spin_lock(&siblings_lock);
	of = migcap_vfio_siblings_find_locked(fresh->vmm);
	if (!of) {
		of = fresh;
		list_add(&of->node, &siblings_all);
		fresh = NULL;
	}
	list_add(&sibling->node, &of->members);
	sibling->of = of;
	spin_unlock(&siblings_lock);
	migcap_vfio_siblings_free(fresh);
	return 0;
}

static void migcap_vfio_siblings_set_locked(struct migcap_vfio_sibling *sibling,
					    bool due, bool awaited)
{
	struct migcap_vfio_siblings *of = sibling->of;
	struct migcap_vfio_sibling *other;

	lockdep_assert_held(&siblings_lock);

	WRITE_ONCE(of->nr_due, of->nr_due + due - sibling->due);
	WRITE_ONCE(of->nr_awaited,
		   of->nr_awaited + awaited - sibling->awaited);
	sibling->due = due;
	sibling->awaited = awaited;
	list_for_each_entry(other, &of->members, node)
		if (other != sibling)
			schedule_work(other->look);
}

/**
 * migcap_vfio_sibling_leave() - the device is being closed
 * @sibling: the device; nothing happens to one that has not joined
 *
 * Its work is not queued any more.
 *
 * Context: any, takes siblings_lock.
 */
void migcap_vfio_sibling_leave(struct migcap_vfio_sibling *sibling)
{
	struct migcap_vfio_siblings *of = sibling->of;

	if (!of)
		return;
	spin_lock(&siblings_lock);
	migcap_vfio_siblings_set_locked(sibling, false, false);
	list_del(&sibling->node);
	sibling->of = NULL;
	if (list_empty(&of->members))
		list_del(&of->node);
	else
		of = NULL;
	spin_unlock(&siblings_lock);
	migcap_vfio_siblings_free(of);
}

/**
 * migcap_vfio_sibling_tell() - where the question to a device's guest stands
 * @sibling: the device
 * @due: the VMM has asked, since little memory is left to be sent
 * @awaited: a migration waits for the answer
 *
 * The others look again if that has changed.
 *
 * Context: any, takes siblings_lock.  The owner's lock is held.
 */
void migcap_vfio_sibling_tell(struct migcap_vfio_sibling *sibling, bool due,
			      bool awaited)
{
	if (!sibling->of ||
	    (due == sibling->due && awaited == sibling->awaited))
		return;
	spin_lock(&siblings_lock);
	migcap_vfio_siblings_set_locked(sibling, due, awaited);
	spin_unlock(&siblings_lock);
}

/**
 * migcap_vfio_sibling_others_due() - whether START is due for another device
 * @sibling: the device
 *
 * Context: any.  The owner's lock is held.
 * Return: true if the VMM has asked the guest for another one of its devices.
 */
bool
migcap_vfio_sibling_others_due(const struct migcap_vfio_sibling *sibling)
{
	return sibling->of &&
	       READ_ONCE(sibling->of->nr_due) > sibling->due;
}

/**
 * migcap_vfio_sibling_others_awaited() - whether a migration waits for another one
 * @sibling: the device
 *
 * Context: any.  The owner's lock is held.
 * Return: true if the guest has not answered for another device of this VMM.
 */
bool
migcap_vfio_sibling_others_awaited(const struct migcap_vfio_sibling *sibling)
{
	return sibling->of &&
	       READ_ONCE(sibling->of->nr_awaited) > sibling->awaited;
}
