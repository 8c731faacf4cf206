// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and the last refusal.
 *
 * Owns the one place from which a refusal is told: to the caller as an errno,
 * to the operator as a text in sysfs and to an engineer as a trace event.
 * Nothing goes to the log, since a guest or a VMM can cause any number of them.
 */
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/sysfs.h>

#include "report.h"
#include "trace.h"

static const char * const counter_names[] = {
	[MIGCAP_COUNT_STARTS] = "starts",
	[MIGCAP_COUNT_ENDS] = "ends",
	[MIGCAP_COUNT_READY] = "ready",
	[MIGCAP_COUNT_TIMEOUTS] = "timeouts",
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
 * migcap_report_init() - begin to count
 * @report: the report
 * @dev: the device that it is about
 */
void migcap_report_init(struct migcap_report *report, struct device *dev)
{
	report->dev = dev;
	spin_lock_init(&report->lock);
}

/**
 * migcap_count() - count an event
 * @report: the report
 * @counter: which one
 *
 * Context: any.
 */
void migcap_count(struct migcap_report *report, enum migcap_counter counter)
{
	atomic64_inc(&report->counters[counter]);
}

/**
 * migcap_refuse() - tell why something is not done
 * @report: the report
 * @error: a negative errno
 * @text: the reason, a string literal
 *
 * Context: any, takes the report's lock.
 * Return: @error, so that it reads ``return migcap_refuse(...)``.
 */
int migcap_refuse(struct migcap_report *report, int error, const char *text)
{
	spin_lock(&report->lock);
	report->error = error;
	report->text = text;
	spin_unlock(&report->lock);
	migcap_count(report, MIGCAP_COUNT_REFUSED);
	trace_migcap_refuse(report->dev, error, text);
	return error;
}

/**
 * migcap_report_counters() - print the counters for sysfs
 * @report: the report
 * @buf: a page
 *
 * Return: bytes written.
 */
ssize_t migcap_report_counters(struct migcap_report *report, char *buf)
{
	ssize_t len = 0;
	int i;

	for (i = 0; i < MIGCAP_NR_COUNTERS; i++)
		len += sysfs_emit_at(buf, len, "%s %lld\n", counter_names[i],
				     atomic64_read(&report->counters[i]));
	return len;
}

/**
 * migcap_report_error() - print the last refusal for sysfs
 * @report: the report
 * @buf: a page
 *
 * Return: bytes written.
 */
ssize_t migcap_report_error(struct migcap_report *report, char *buf)
{
	const char *text;
	int error;

	spin_lock(&report->lock);
	error = report->error;
	text = report->text;
	spin_unlock(&report->lock);

	if (!error)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%d %s\n", error, text);
}
