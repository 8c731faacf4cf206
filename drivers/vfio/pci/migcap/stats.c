// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and the last refusal.
 *
 * Owns the one place from which a refusal is told: to the caller as an errno,
 * to the operator as a text in sysfs and to an engineer as a trace event.
 * A guest or a VMM can cause any number of them, so the kernel log gets them only
 * if the operator wants it, and at a limited rate.
 */
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>

#include "stats.h"
#include "trace.h"

/* last_error goes with the binding, and some managers unbind after a failure. */
static bool log_refusals;
module_param(log_refusals, bool, 0644);
MODULE_PARM_DESC(log_refusals, "Write refusals to the kernel log, at a limited rate (default off)");

static const char * const counter_names[] = {
	[MIGCAP_COUNT_STARTS] = "starts",
	[MIGCAP_COUNT_ENDS] = "ends",
	[MIGCAP_COUNT_READY] = "ready",
	[MIGCAP_COUNT_TIMEOUTS] = "timeouts",
	[MIGCAP_COUNT_LIMITS] = "limits",
	[MIGCAP_COUNT_YIELDS] = "yields",
	[MIGCAP_COUNT_FORCED] = "forced",
	[MIGCAP_COUNT_IRQ_RAISED] = "irq_raised",
	[MIGCAP_COUNT_IRQ_MISSED] = "irq_missed",
	[MIGCAP_COUNT_IRQ_DISABLED] = "irq_disabled",
	[MIGCAP_COUNT_REFUSED] = "refused",
	[MIGCAP_COUNT_GATE_CLOSED] = "gate_closed",
	[MIGCAP_COUNT_GATE_OPENED] = "gate_opened",
	[MIGCAP_COUNT_SAVES] = "saves",
	[MIGCAP_COUNT_LOADS] = "loads",
	[MIGCAP_COUNT_LOAD_ERRORS] = "load_errors",
	[MIGCAP_COUNT_RESETS] = "resets",
};

static_assert(ARRAY_SIZE(counter_names) == MIGCAP_NR_COUNTERS);

/**
 * migcap_vfio_stats_init() - begin to count
 * @stats: the stats
 * @dev: the device that it is about
 */
void migcap_vfio_stats_init(struct migcap_vfio_stats *stats, struct device *dev)
{
	stats->dev = dev;
	spin_lock_init(&stats->lock);
}

/**
 * migcap_vfio_count() - count an event
 * @stats: the stats
 * @counter: which one
 *
 * Context: any.
 */
void migcap_vfio_count(struct migcap_vfio_stats *stats,
		       enum migcap_vfio_counter counter)
{
	atomic64_inc(&stats->counters[counter]);
}

/**
 * migcap_vfio_stats_migration() - a VMM tries to begin a migration
 * @stats: the stats
 *
 * Context: any, takes the stats's lock.
 */
void migcap_vfio_stats_migration(struct migcap_vfio_stats *stats)
{
	spin_lock(&stats->lock);
	stats->migrations++;
	spin_unlock(&stats->lock);
}

/**
 * migcap_vfio_refuse() - tell why something is not done
 * @stats: the stats
 * @error: a negative errno
 * @text: the reason, a string literal
 *
 * Context: any, takes the stats's lock.
 * Return: @error, so that it reads ``return migcap_vfio_refuse(...)``.
 */
int migcap_vfio_refuse(struct migcap_vfio_stats *stats, int error,
		       const char *text)
{
	spin_lock(&stats->lock);
	stats->error = error;
	stats->text = text;
	stats->when = ktime_get_real_seconds();
	stats->error_migrations = stats->migrations;
	spin_unlock(&stats->lock);
	migcap_vfio_count(stats, MIGCAP_COUNT_REFUSED);
	trace_migcap_refuse(stats->dev, error, text);
	migcap_vfio_notify(stats, MIGCAP_NODE_LAST_ERROR);
	if (READ_ONCE(log_refusals))
		dev_warn_ratelimited(stats->dev, "refused: %d %s\n", error,
				     text);
	return error;
}

/**
 * migcap_vfio_notify() - wake those who poll a file in sysfs
 * @stats: the stats
 * @node: which file
 *
 * Context: any.
 */
void migcap_vfio_notify(struct migcap_vfio_stats *stats,
			enum migcap_vfio_node node)
{
	if (stats->nodes[node])
		sysfs_notify_dirent(stats->nodes[node]);
}

/**
 * migcap_vfio_stats_counters() - print the counters for sysfs
 * @stats: the stats
 * @buf: a page
 *
 * Return: bytes written.
 */
ssize_t migcap_vfio_stats_counters(struct migcap_vfio_stats *stats, char *buf)
{
	ssize_t len = 0;
	int i;

	for (i = 0; i < MIGCAP_NR_COUNTERS; i++)
		len += sysfs_emit_at(buf, len, "%s %lld\n", counter_names[i],
				     atomic64_read(&stats->counters[i]));
	return len;
}

/* An old refusal must not be taken for the reason of the last failure. */
static const char *
migcap_vfio_stats_relation(const struct migcap_vfio_stats *stats)
{
	if (!stats->migrations)
		return "no migration yet";
	return stats->error_migrations == stats->migrations ?
		       "since the last migration began" :
		       "before the last migration";
}

/**
 * migcap_vfio_stats_error() - print the last refusal for sysfs
 * @stats: the stats
 * @buf: a page
 *
 * Return: bytes written.
 */
ssize_t migcap_vfio_stats_error(struct migcap_vfio_stats *stats, char *buf)
{
	const char *text, *relation;
	time64_t when;
	int error;

	spin_lock(&stats->lock);
	error = stats->error;
	text = stats->text;
	when = stats->when;
	relation = migcap_vfio_stats_relation(stats);
	spin_unlock(&stats->lock);

	if (!error)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%d %s (%ptTs UTC, %s)\n", error, text, &when,
			  relation);
}
