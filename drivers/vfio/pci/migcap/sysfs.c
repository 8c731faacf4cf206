// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sysfs directory migcap/ of a device.
 *
 * Owns the files' names and formats, see Documentation/ABI.  Does not own what
 * they show: each file asks the piece that does.
 */
#include <linux/kstrtox.h>
#include <linux/pm_runtime.h>
#include <linux/sysfs.h>

#include <linux/migcap_regs.h>

#include "migration.h"
#include "migcap.h"
#include "on_timeout.h"
#include "operator.h"
#include "sysfs.h"

static struct migcap_vfio_device *migcap_vfio_sysfs_from_dev(struct device *dev)
{
	return container_of(dev_get_drvdata(dev), struct migcap_vfio_device,
			    core);
}

static const char * const state_names[] = {
	[VFIO_DEVICE_STATE_ERROR] = "error",
	[VFIO_DEVICE_STATE_STOP] = "stop",
	[VFIO_DEVICE_STATE_RUNNING] = "running",
	[VFIO_DEVICE_STATE_STOP_COPY] = "stop_copy",
	[VFIO_DEVICE_STATE_RESUMING] = "resuming",
	[VFIO_DEVICE_STATE_RUNNING_P2P] = "running_p2p",
	[VFIO_DEVICE_STATE_PRE_COPY] = "pre_copy",
	[VFIO_DEVICE_STATE_PRE_COPY_P2P] = "pre_copy_p2p",
};

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_sysfs_from_dev(dev);
	const char *name = "closed";

	migcap_vfio_migration_lock(mvdev);
	if (mvdev->is_open)
		name = state_names[mvdev->state];
	migcap_vfio_migration_unlock(mvdev);
	return sysfs_emit(buf, "%s\n", name);
}
static DEVICE_ATTR_RO(state);

static const char * const guest_names[] = {
	[MIGCAP_GUEST_ABSENT] = "absent",
	[MIGCAP_GUEST_BME_OFF] = "bme_off",
	[MIGCAP_GUEST_PRESENT] = "present",
	[MIGCAP_GUEST_READY] = "ready",
	[MIGCAP_GUEST_STANDING] = "standing",
};

static ssize_t guest_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct migcap_vfio_guest_view view;

	migcap_vfio_guest_snapshot(&migcap_vfio_sysfs_from_dev(dev)->guest, &view);
	return sysfs_emit(buf, "%s\n", guest_names[view.state]);
}
static DEVICE_ATTR_RO(guest);

static ssize_t epoch_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct migcap_vfio_guest_view view;

	migcap_vfio_guest_snapshot(&migcap_vfio_sysfs_from_dev(dev)->guest, &view);
	return sysfs_emit(buf, "%u\n", view.regs.epoch);
}
static DEVICE_ATTR_RO(epoch);

static const char * const source_names[] = {
	[MIGCAP_PLACE_NONE] = "none",
	[MIGCAP_PLACE_TABLE] = "table",
	[MIGCAP_PLACE_SEARCH] = "search",
	[MIGCAP_PLACE_OVERRIDE] = "override",
};

static ssize_t capability_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_sysfs_from_dev(dev);
	struct migcap_vfio_guest_view view;
	struct migcap_vfio_cap_place place;

	migcap_vfio_migration_lock(mvdev);
	place = mvdev->place;
	migcap_vfio_migration_unlock(mvdev);
	migcap_vfio_guest_snapshot(&mvdev->guest, &view);
	return sysfs_emit(buf,
			  "offset=%#x\nsize=%#x\nsource=%s\n"
			  "ctrl=%#x\nvmm_status=%#x\nvf_status=%#x\n"
			  "irq=%#x\nepoch=%#x\nevent=%#x\n",
			  place.offset, MIGCAP_LENGTH_VALUE,
			  source_names[place.source],
			  view.regs.ctrl, view.regs.vmm_status,
			  view.regs.vf_status, view.regs.irq, view.regs.epoch,
			  view.regs.event);
}
static DEVICE_ATTR_RO(capability);

static ssize_t quiesce_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct migcap_vfio_guest_view view;
	const char *name = "idle";

	migcap_vfio_guest_snapshot(&migcap_vfio_sysfs_from_dev(dev)->guest, &view);
	if (view.cut)
		name = "forced";
	else if (view.asker != MIGCAP_ASKED_BY_NONE)
		name = view.quiesced ? "quiesced" : "asked";
	else if (view.timed_out)
		name = "timeout";
	return sysfs_emit(buf, "%s\n", name);
}

static ssize_t quiesce_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	bool quiesce;
	int ret;

	ret = kstrtobool(buf, &quiesce);
	if (ret)
		return ret;
	/* The gate touches the hardware. */
	ret = pm_runtime_resume_and_get(dev);
	if (ret)
		return ret;
	ret = migcap_vfio_operator_quiesce(migcap_vfio_sysfs_from_dev(dev),
					   quiesce);
	pm_runtime_put(dev);
	return ret ?: count;
}
static DEVICE_ATTR_RW(quiesce);

static ssize_t ready_timeout_ms_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(migcap_vfio_sysfs_from_dev(dev)
					    ->guest.timeout_ms));
}

static ssize_t ready_timeout_ms_store(struct device *dev,
				      struct device_attribute *attr,
				      const char *buf, size_t count)
{
	u32 ms;
	int ret;

	ret = kstrtou32(buf, 0, &ms);
	if (ret)
		return ret;
	if (ms < MIGCAP_READY_TIMEOUT_MIN_MS ||
	    ms > MIGCAP_READY_TIMEOUT_MAX_MS)
		return -EINVAL;
	WRITE_ONCE(migcap_vfio_sysfs_from_dev(dev)->guest.timeout_ms, ms);
	return count;
}
static DEVICE_ATTR_RW(ready_timeout_ms);

static ssize_t quiesced_limit_ms_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_sysfs_from_dev(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(mvdev->guest.limit_ms));
}

/* It counts from the next START on. */
static ssize_t quiesced_limit_ms_store(struct device *dev,
				       struct device_attribute *attr,
				       const char *buf, size_t count)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_sysfs_from_dev(dev);
	u32 ms;
	int ret;

	ret = kstrtou32(buf, 0, &ms);
	if (ret)
		return ret;
	if (ms > MIGCAP_QUIESCED_LIMIT_MAX_MS)
		return -EINVAL;
	WRITE_ONCE(mvdev->guest.limit_ms, ms);
	return count;
}
static DEVICE_ATTR_RW(quiesced_limit_ms);

static ssize_t on_timeout_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_sysfs_from_dev(dev);

	return sysfs_emit(buf, "%s\n",
			  migcap_vfio_on_timeout_name(READ_ONCE(mvdev->guest.on_timeout)));
}

static ssize_t on_timeout_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_sysfs_from_dev(dev);
	int policy = migcap_vfio_on_timeout_parse(buf);

	if (policy < 0)
		return policy;
	WRITE_ONCE(mvdev->guest.on_timeout, policy);
	return count;
}
static DEVICE_ATTR_RW(on_timeout);

static ssize_t cap_offset_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	u16 offset = READ_ONCE(migcap_vfio_sysfs_from_dev(dev)->cap_offset);

	if (offset == MIGCAP_PLACE_AUTO)
		return sysfs_emit(buf, "auto\n");
	return sysfs_emit(buf, "%#x\n", offset);
}

static ssize_t cap_offset_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct migcap_vfio_device *mvdev = migcap_vfio_sysfs_from_dev(dev);
	u16 offset = MIGCAP_PLACE_AUTO;
	int ret = 0;

	if (!sysfs_streq(buf, "auto")) {
		ret = kstrtou16(buf, 16, &offset);
		if (ret)
			return ret;
		if (offset % 4 || offset < PCI_STD_HEADER_SIZEOF ||
		    offset > PCI_CFG_SPACE_SIZE - MIGCAP_LENGTH_VALUE)
			return -EINVAL;
	}
	migcap_vfio_migration_lock(mvdev);
	if (mvdev->is_open)
		ret = -EBUSY;
	else
		WRITE_ONCE(mvdev->cap_offset, offset);
	migcap_vfio_migration_unlock(mvdev);
	return ret ?: count;
}
static DEVICE_ATTR_RW(cap_offset);

static ssize_t counters_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return migcap_vfio_stats_counters(&migcap_vfio_sysfs_from_dev(dev)
						   ->stats,
					  buf);
}
static DEVICE_ATTR_RO(counters);

static ssize_t last_error_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return migcap_vfio_stats_error(&migcap_vfio_sysfs_from_dev(dev)->stats,
				       buf);
}
static DEVICE_ATTR_RO(last_error);

static struct attribute *migcap_vfio_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_guest.attr,
	&dev_attr_epoch.attr,
	&dev_attr_capability.attr,
	&dev_attr_quiesce.attr,
	&dev_attr_ready_timeout_ms.attr,
	&dev_attr_quiesced_limit_ms.attr,
	&dev_attr_on_timeout.attr,
	&dev_attr_cap_offset.attr,
	&dev_attr_counters.attr,
	&dev_attr_last_error.attr,
	NULL
};

static const struct attribute_group migcap_vfio_group = {
	.name = "migcap",
	.attrs = migcap_vfio_attrs,
};

static const char * const node_names[] = {
	[MIGCAP_NODE_STATE] = "state",
	[MIGCAP_NODE_GUEST] = "guest",
	[MIGCAP_NODE_EPOCH] = "epoch",
	[MIGCAP_NODE_QUIESCE] = "quiesce",
	[MIGCAP_NODE_LAST_ERROR] = "last_error",
};

/**
 * migcap_vfio_sysfs_create() - make the directory
 * @mvdev: the device, not yet registered
 *
 * Return: 0 or an errno.
 */
int migcap_vfio_sysfs_create(struct migcap_vfio_device *mvdev)
{
	struct kobject *kobj = &mvdev->core.pdev->dev.kobj;
	struct kernfs_node *dir;
	int ret, i;

	ret = sysfs_create_group(kobj, &migcap_vfio_group);
	if (ret)
		return ret;
	dir = sysfs_get_dirent(kobj->sd, migcap_vfio_group.name);
	for (i = 0; i < MIGCAP_NR_NODES; i++)
		mvdev->stats.nodes[i] = sysfs_get_dirent(dir, node_names[i]);
	sysfs_put(dir);
	return 0;
}

/**
 * migcap_vfio_sysfs_remove() - remove the directory
 * @mvdev: the device, no longer registered
 */
void migcap_vfio_sysfs_remove(struct migcap_vfio_device *mvdev)
{
	int i;

	/* Whoever reads or writes a file may notify: wait for them first. */
	sysfs_remove_group(&mvdev->core.pdev->dev.kobj, &migcap_vfio_group);
	for (i = 0; i < MIGCAP_NR_NODES; i++) {
		sysfs_put(mvdev->stats.nodes[i]);
		mvdev->stats.nodes[i] = NULL;
	}
}
