// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/bus/pci/devices/<function>/migcap_agent/: what the agent is doing.
 *
 * Owns: the format of the files.  They are read without the agent's locks: a
 * value may be one step behind another, never torn.
 */
#include <linux/pci.h>
#include <linux/sysfs.h>

#include "quiesce.h"
#include "registry.h"

static ssize_t
migcap_guest_show(struct device *dev, char *buf,
		  int (*print)(const struct migcap_guest_agent *agent,
			       char *buf))
{
	struct migcap_guest_agent *agent =
		migcap_guest_registry_get(to_pci_dev(dev));
	ssize_t len;

	if (!agent)
		return -ENODEV;
	len = print(agent, buf);
	migcap_guest_registry_put(agent);
	return len;
}

#define MIGCAP_ATTR(_name)                                                    \
	static ssize_t _name##_show(struct device *dev,                       \
				    struct device_attribute *attr, char *buf) \
	{                                                                     \
		return migcap_guest_show(dev, buf,                            \
					 migcap_guest_print_##_name);         \
	}                                                                     \
	static DEVICE_ATTR_RO(_name)

static int migcap_guest_print_state(const struct migcap_guest_agent *agent,
				    char *buf)
{
	enum migcap_guest_state state = READ_ONCE(agent->state);

	return sysfs_emit(buf, "%s\n", migcap_guest_state_name(state));
}
MIGCAP_ATTR(state);

static int migcap_guest_print_notify(const struct migcap_guest_agent *agent,
				     char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  migcap_guest_irq_present(&agent->irq) ? "irq"
								: "poll");
}
MIGCAP_ATTR(notify);

static int migcap_guest_print_backend(const struct migcap_guest_agent *agent,
				      char *buf)
{
	const struct migcap_guest_quiesce_ops *ops =
		READ_ONCE(agent->backend.ops);

	return sysfs_emit(buf, "%s: %s\n", ops ? ops->name : "none",
			  READ_ONCE(agent->backend.why) ? : "not looked yet");
}

static ssize_t backend_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return migcap_guest_show(dev, buf, migcap_guest_print_backend);
}

static ssize_t backend_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct migcap_guest_agent *agent =
		migcap_guest_registry_get(to_pci_dev(dev));
	int ret;

	if (!agent)
		return -ENODEV;
	ret = migcap_guest_agent_force(agent, buf);
	migcap_guest_registry_put(agent);
	return ret ? : count;
}
static DEVICE_ATTR_RW(backend);

static int migcap_guest_print_reason(const struct migcap_guest_agent *agent,
				     char *buf)
{
	return sysfs_emit(buf, "%s\n", migcap_guest_agent_reason(agent));
}
MIGCAP_ATTR(reason);

static int migcap_guest_print_counters(const struct migcap_guest_agent *agent,
				       char *buf)
{
	const struct migcap_guest_counters *counters = &agent->counters;

	return sysfs_emit(buf,
			  "starts %lu\n"
			  "ends %lu\n"
			  "missed %lu\n"
			  "quiesced %lu\n"
			  "resumed %lu\n"
			  "recovered %lu\n"
			  "repeated %lu\n"
			  "resets_passed %lu\n"
			  "failures %lu\n"
			  "opens_refused %lu\n"
			  "addresses_lost %lu\n"
			  "announced %lu\n"
			  "standby_frames %ld\n",
			  counters->starts, counters->ends, counters->missed,
			  counters->quiesced, counters->resumed,
			  counters->recovered, counters->repeated,
			  counters->resets_passed, counters->failures,
			  counters->opens_refused, counters->addresses_lost,
			  counters->announced,
			  atomic_long_read(&agent->standby.frames));
}
MIGCAP_ATTR(counters);

static int
migcap_guest_print_start_to_quiesced_us(const struct migcap_guest_agent *agent,
					char *buf)
{
	return sysfs_emit(buf, "%lld\n", agent->counters.start_to_quiesced_us);
}
MIGCAP_ATTR(start_to_quiesced_us);

static int
migcap_guest_print_end_to_resumed_us(const struct migcap_guest_agent *agent,
				     char *buf)
{
	return sysfs_emit(buf, "%lld\n", agent->counters.end_to_resumed_us);
}
MIGCAP_ATTR(end_to_resumed_us);

/* What the host knows, which may be less than what could be promised. */
static const char *
migcap_guest_untracked_reason(const struct migcap_guest_agent *agent)
{
	const char *reason = migcap_guest_dirty_track_reason(&agent->track);

	if (reason)
		return reason;
	return READ_ONCE(agent->state) == MIGCAP_PARKED ?
	       migcap_guest_agent_reason(agent) : "the host is about to be told";
}

static int
migcap_guest_print_dma_tracked(const struct migcap_guest_agent *agent,
			       char *buf)
{
	if (!READ_ONCE(agent->track.told))
		return sysfs_emit(buf, "no %s\n",
				  migcap_guest_untracked_reason(agent));
	if (migcap_guest_dirty_track_is_false())
		return sysfs_emit(buf,
				  "yes but skip_writing is set, and data will be lost\n");
	return sysfs_emit(buf, "yes\n");
}
MIGCAP_ATTR(dma_tracked);

/* Of this or the last migration; the memory is shared by all devices. */
static int migcap_guest_print_dma_pages(const struct migcap_guest_agent *agent,
					char *buf)
{
	const struct migcap_guest_dirty_track *track = &agent->track;

	return sysfs_emit(buf,
			  "pages_written_before %lu\n"
			  "pages_written_before_us %lld\n"
			  "pages_written_after %lu\n"
			  "pages_written_after_us %lld\n"
			  "memory %zu\n",
			  track->before.pages, track->before.us,
			  track->after.pages, track->after.us,
			  migcap_guest_dirty_track_memory());
}
MIGCAP_ATTR(dma_pages);

static struct attribute *migcap_guest_agent_attrs[] = {
	&dev_attr_state.attr,
	&dev_attr_notify.attr,
	&dev_attr_backend.attr,
	&dev_attr_reason.attr,
	&dev_attr_counters.attr,
	&dev_attr_dma_tracked.attr,
	&dev_attr_dma_pages.attr,
	&dev_attr_start_to_quiesced_us.attr,
	&dev_attr_end_to_resumed_us.attr,
	NULL
};

const struct attribute_group migcap_guest_agent_group = {
	.name	= "migcap_agent",
	.attrs	= migcap_guest_agent_attrs,
};
