// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which backend takes the bound driver down.
 *
 * What is known of a driver comes first: its row says which backends work with
 * it, and which one is best.  An unknown driver is held to the kernel's common
 * contracts, and the first backend is taken that it has the callbacks for.
 * Power management comes first: "freeze, then restore a device of which nothing
 * is known" is a migration to the letter, and it returns errors.  But it
 * assumes that user space stands still.  That does no harm to a network device,
 * which is detached, and costs a disk its requests.
 *
 * Owns: the table of backends and their order.
 */
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "quiesce.h"
#include "quirks.h"
#include "shield.h"

static const struct migcap_guest_quiesce_ops *const backends[] = {
	[MIGCAP_BACKEND_PM]	= &migcap_guest_quiesce_pm_ops,
	[MIGCAP_BACKEND_RESET]	= &migcap_guest_quiesce_reset_ops,
	[MIGCAP_BACKEND_AER]	= &migcap_guest_quiesce_aer_ops,
};

static_assert(ARRAY_SIZE(backends) == MIGCAP_BACKENDS);

#define ALL_BACKENDS	GENMASK(MIGCAP_BACKENDS - 1, 0)

#define WHY_UNFIT \
	"the driver lost its network device or did not come back whichever way it was taken down; unbind it to migrate, and bind it afterwards"
#define WHY_NOTHING \
	"the driver has no callbacks by which it could be taken down; unbind it to migrate"

/**
 * migcap_guest_quiesce_bit() - a backend in a set of them
 * @ops:	the backend, NULL for none
 *
 * Return: BIT(enum migcap_guest_backend), 0 for none.
 */
unsigned int
migcap_guest_quiesce_bit(const struct migcap_guest_quiesce_ops *ops)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(backends); i++)
		if (backends[i] == ops)
			return BIT(i);
	return 0;
}

/**
 * migcap_guest_quiesce_find() - look up a backend
 * @name:	its name in sysfs, a line feed may follow
 *
 * Return: the backend, or NULL.
 */
const struct migcap_guest_quiesce_ops *
migcap_guest_quiesce_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(backends); i++)
		if (sysfs_streq(name, backends[i]->name))
			return backends[i];
	return NULL;
}

static bool migcap_guest_quiesce_is_network(const struct pci_dev *pdev)
{
	return pdev->class >> 16 == PCI_BASE_CLASS_NETWORK;
}

/* The backends that may be tried without an operator who wants them. */
static unsigned int
migcap_guest_quiesce_allowed(struct pci_dev *pdev,
			     const struct migcap_guest_known_driver *known)
{
	bool network = migcap_guest_quiesce_is_network(pdev);
	unsigned int i, allowed = known ? known->works : ALL_BACKENDS;

	if (known && known->quirks & MIGCAP_QUIRK_ONLY_FORCED)
		return 0;
	for (i = 0; i < ARRAY_SIZE(backends); i++)
		if ((backends[i]->network_only && !network) ||
		    !backends[i]->supports(pdev))
			allowed &= ~BIT(i);
	return allowed;
}

static const char *
migcap_guest_quiesce_why_none(const struct migcap_guest_known_driver *known,
			      unsigned int unfit)
{
	if (unfit)
		return WHY_UNFIT;
	return known && known->note ? known->note : WHY_NOTHING;
}

static struct migcap_guest_quiesce_choice
migcap_guest_quiesce_forced(struct pci_dev *pdev,
			    const struct migcap_guest_quiesce_limits *limits)
{
	struct migcap_guest_quiesce_choice none = {
		.why = "the backend that is forced does not work with this driver",
	};

	if (limits->unfit & migcap_guest_quiesce_bit(limits->forced) ||
	    migcap_guest_quiesce_may_force(pdev, limits->forced))
		return none;
	return (struct migcap_guest_quiesce_choice){
		.ops = limits->forced, .why = "forced",
	};
}

/**
 * migcap_guest_quiesce_choose() - choose a backend for the driver that is bound
 * @pdev:	the device
 * @limits:	what else there is to consider
 *
 * Context: device_lock held.
 * Return: the choice.
 */
struct migcap_guest_quiesce_choice
migcap_guest_quiesce_choose(struct pci_dev *pdev,
			    const struct migcap_guest_quiesce_limits *limits)
{
	const struct migcap_guest_known_driver *known;
	unsigned int allowed;

	if (!migcap_guest_driver(pdev))
		return (struct migcap_guest_quiesce_choice){
			.why = "no driver is bound",
		};
	if (limits->forced)
		return migcap_guest_quiesce_forced(pdev, limits);

	known = migcap_guest_quirks_known(pdev);
	allowed = migcap_guest_quiesce_allowed(pdev, known) & ~limits->unfit;
	if (!allowed)
		return (struct migcap_guest_quiesce_choice){
			.why = migcap_guest_quiesce_why_none(known,
							     limits->unfit),
		};
	if (known && allowed & BIT(known->best))
		allowed = BIT(known->best);
	return (struct migcap_guest_quiesce_choice){
		.ops = backends[__ffs(allowed)],
		.why = known ? "known driver" : "first that the driver has",
	};
}

/**
 * migcap_guest_quiesce_after_reset() - choose what repairs a driver whose
 * device was reset or replaced while it was in use
 * @pdev:	the device
 * @limits:	as for the choice
 * @chosen:	the backend for migrations
 *
 * PCI error recovery is made for it: it asks nothing of the device until it
 * has been set up anew.  All others talk to the device first.
 *
 * Context: device_lock held, or the RTNL as for the backends.
 * Return: the backend.
 */
const struct migcap_guest_quiesce_ops *
migcap_guest_quiesce_after_reset(struct pci_dev *pdev,
				 const struct migcap_guest_quiesce_limits *limits,
				 const struct migcap_guest_quiesce_ops *chosen)
{
	const struct migcap_guest_known_driver *known;
	unsigned int allowed;

	if (limits->forced)
		return chosen;
	known = migcap_guest_quirks_known(pdev);
	allowed = migcap_guest_quiesce_allowed(pdev, known) & ~limits->unfit;
	return allowed & BIT(MIGCAP_BACKEND_AER) ?
	       backends[MIGCAP_BACKEND_AER] : chosen;
}

/**
 * migcap_guest_quiesce_may_force() - whether an operator may force a backend
 * @pdev:	the device
 * @ops:	the backend
 *
 * Context: device_lock held.
 * Return: 0; -EOPNOTSUPP if the driver that is bound lacks the callbacks;
 * -EPERM if it is known that they do not work.
 */
int migcap_guest_quiesce_may_force(struct pci_dev *pdev,
				   const struct migcap_guest_quiesce_ops *ops)
{
	const struct migcap_guest_known_driver *known;

	if (!migcap_guest_driver(pdev))
		return 0;
	if (!ops->supports(pdev))
		return -EOPNOTSUPP;
	known = migcap_guest_quirks_known(pdev);
	return !known || known->works & migcap_guest_quiesce_bit(ops) ? 0 :
								       -EPERM;
}
