// SPDX-License-Identifier: GPL-2.0-only
/*
 * migcap_guest: answers the host's migration requests in the place of drivers
 * that know nothing of migration.
 *
 * Owns: module entry, discovery, and the notifiers that say when a device or
 * its driver comes and goes and when the whole guest stops.  Bus notifiers for
 * drivers come with the device_lock held, those for devices without.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "netdev.h"
#include "registry.h"

static void migcap_guest_driver_event(struct pci_dev *pdev, unsigned long event)
{
	struct migcap_guest_agent *agent = migcap_guest_registry_get(pdev);

	if (!agent)
		return;
	switch (event) {
	case BUS_NOTIFY_BIND_DRIVER:
		migcap_guest_dirty_track_bind(&agent->track);
		fallthrough;
	case BUS_NOTIFY_UNBIND_DRIVER:
		migcap_guest_agent_hold_locked(agent, MIGCAP_HOLD_BIND);
		break;
	case BUS_NOTIFY_BOUND_DRIVER:
	case BUS_NOTIFY_UNBOUND_DRIVER:
	case BUS_NOTIFY_DRIVER_NOT_BOUND:
		migcap_guest_agent_unhold(agent, MIGCAP_HOLD_BIND);
		break;
	}
	migcap_guest_registry_put(agent);
}

static int migcap_guest_bus_event(struct notifier_block *nb,
				  unsigned long event, void *data)
{
	struct pci_dev *pdev = to_pci_dev((struct device *)data);

	switch (event) {
	case BUS_NOTIFY_ADD_DEVICE:
		migcap_guest_registry_add(pdev, true);
		break;
	case BUS_NOTIFY_DEL_DEVICE:
		migcap_guest_registry_remove(pdev);
		break;
	default:
		migcap_guest_driver_event(pdev, event);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block migcap_guest_bus_notifier = {
	.notifier_call = migcap_guest_bus_event,
};

/* Drivers do not expect to be suspended while they are down. */
static int migcap_guest_pm_event(struct notifier_block *nb, unsigned long event,
				 void *unused)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
		migcap_guest_registry_hold(MIGCAP_HOLD_SUSPEND);
		break;
	case PM_POST_SUSPEND:
		migcap_guest_registry_unhold(MIGCAP_HOLD_SUSPEND);
		break;
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		migcap_guest_registry_hold(MIGCAP_HOLD_HIBERNATE);
		break;
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		migcap_guest_registry_unhold(MIGCAP_HOLD_HIBERNATE);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block migcap_guest_pm_notifier = {
	.notifier_call = migcap_guest_pm_event,
};

/* Nor do they expect to be shut down while they are. */
static int migcap_guest_reboot_event(struct notifier_block *nb,
				     unsigned long event, void *unused)
{
	migcap_guest_registry_hold(MIGCAP_HOLD_REBOOT);
	return NOTIFY_DONE;
}

static struct notifier_block migcap_guest_reboot_notifier = {
	.notifier_call = migcap_guest_reboot_event,
};

/* The notifiers are there before the first agent and until after the last. */
static int __init migcap_guest_init(void)
{
	struct pci_dev *pdev = NULL;
	int ret;

	migcap_guest_dirty_track_module_init();
	ret = bus_register_notifier(&pci_bus_type, &migcap_guest_bus_notifier);
	if (ret)
		goto exit_track;
	ret = migcap_guest_netdev_init();
	if (ret)
		goto close_registry;
	ret = register_pm_notifier(&migcap_guest_pm_notifier);
	if (ret)
		goto exit_netdev;
	ret = register_reboot_notifier(&migcap_guest_reboot_notifier);
	if (ret)
		goto unregister_pm;

	for_each_pci_dev(pdev)
		migcap_guest_registry_add(pdev, false);
	return 0;

unregister_pm:
	unregister_pm_notifier(&migcap_guest_pm_notifier);
exit_netdev:
	migcap_guest_registry_close();
	migcap_guest_netdev_exit();
close_registry:
	migcap_guest_registry_close();
	bus_unregister_notifier(&pci_bus_type, &migcap_guest_bus_notifier);
exit_track:
	migcap_guest_dirty_track_module_exit();
	return ret;
}
module_init(migcap_guest_init);

static void __exit migcap_guest_exit(void)
{
	migcap_guest_registry_close();
	unregister_reboot_notifier(&migcap_guest_reboot_notifier);
	unregister_pm_notifier(&migcap_guest_pm_notifier);
	migcap_guest_netdev_exit();
	bus_unregister_notifier(&pci_bus_type, &migcap_guest_bus_notifier);
	migcap_guest_dirty_track_module_exit();
}
module_exit(migcap_guest_exit);

MODULE_VERSION(MIGCAP_VERSION);
MODULE_AUTHOR("The migcap developers");
MODULE_DESCRIPTION("Guest agent for live migration of PCI functions with stock drivers");
MODULE_LICENSE("GPL");
