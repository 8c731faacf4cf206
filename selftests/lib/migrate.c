// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migration by QMP.  It does nothing to the VF itself: who wants to quiesce a
 * guest first does that (migcap.h) and then begins.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "failure.h"
#include "migcap.h"
#include "migrate.h"

#define NOWHERE_MS	20000
#define RESUME_MS	20000
#define OVER_MS		30000

#define DOWNTIME_MS	300	/* QEMU's default */

/* What is left when a migration is held takes the slowest of us a second to send. */
#define NEARLY_BANDWIDTH	16000000LL
#define NEARLY_LEFT		(16 << 20)
#define HELD_BANDWIDTH		100000LL
#define HELD_DOWNTIME_MS	1

static json_t *enabled(const char *capability)
{
	return json_pack("{s:s, s:b}", "capability", capability, "state", 1);
}

/* Both ends must agree on them. */
static int set_capabilities(struct vm *vm, int way)
{
	json_t *list = json_array();

	json_array_append_new(list, enabled("events"));
	if (way & MIGRATION_SWITCHOVER_ACK) {
		json_array_append_new(list, enabled("return-path"));
		json_array_append_new(list, enabled("switchover-ack"));
	}
	if (way & MIGRATION_MULTIFD)
		json_array_append_new(list, enabled("multifd"));
	return qmp_command(&vm->qmp, "migrate-set-capabilities",
			   json_pack("{s:o}", "capabilities", list), NULL);
}

static int set_pace(struct vm *vm, long long bytes, int downtime_limit_ms)
{
	return qmp_command(&vm->qmp, "migrate-set-parameters",
			   json_pack("{s:I, s:i}", "max-bandwidth",
				     (json_int_t)bytes, "downtime-limit",
				     downtime_limit_ms), NULL);
}

int migration_set_bandwidth(struct migration *migration, long long bytes)
{
	return set_pace(migration->from, bytes, DOWNTIME_MS);
}

int migration_hold(struct migration *migration)
{
	return set_pace(migration->from, HELD_BANDWIDTH, HELD_DOWNTIME_MS);
}

int migration_release(struct migration *migration)
{
	return migration_set_bandwidth(migration, migration->max_bandwidth);
}

static int listen_at(struct vm *vm, const char *uri)
{
	return qmp_command(&vm->qmp, "migrate-incoming",
			   json_pack("{s:s}", "uri", uri), NULL);
}

static int migrate_to(struct vm *vm, const char *uri)
{
	return qmp_command(&vm->qmp, "migrate", json_pack("{s:s}", "uri", uri),
			   NULL);
}

static int begin(struct migration *migration, int downtime_limit_ms)
{
	struct vm *from = migration->from, *to = migration->to;
	char uri[VM_PATH_SIZE];
	int err;

	vm_socket(to, VM_MIGRATION, uri);
	err = set_capabilities(to, migration->way);
	if (!err)
		err = listen_at(to, uri);
	if (!err)
		err = set_capabilities(from, migration->way);
	if (!err)
		err = set_pace(from, migration->max_bandwidth,
			       downtime_limit_ms);
	if (err)
		return err;
	migration->asked = now_ns();
	return migrate_to(from, uri);
}

int migration_begin(struct migration *migration)
{
	return begin(migration, DOWNTIME_MS);
}

int migration_save(struct migration *migration, const char *path)
{
	char uri[VM_PATH_SIZE];
	int err = migration_set_bandwidth(migration, migration->max_bandwidth);

	snprintf(uri, sizeof(uri), "file:%s", path);
	migration->asked = now_ns();
	return err ? err : migrate_to(migration->from, uri);
}

int migration_restore(struct vm *vm, const char *path, int timeout_ms)
{
	char uri[VM_PATH_SIZE];
	int err;

	snprintf(uri, sizeof(uri), "file:%s", path);
	err = listen_at(vm, uri);
	return err ? err : migration_wait_over(vm, timeout_ms);
}

static long long number(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void copy_string(char *to, size_t size, json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(to, size, "%s", text ? : "");
}

static int read_account(struct migration *migration)
{
	json_t *info, *ram;
	int err;

	err = qmp_command(&migration->from->qmp, "query-migrate", NULL, &info);
	if (err)
		return err;
	ram = json_object_get(info, "ram");
	copy_string(migration->status, sizeof(migration->status), info,
		    "status");
	copy_string(migration->error, sizeof(migration->error), info,
		    "error-desc");
	migration->total_ms = number(info, "total-time");
	migration->downtime_ms = number(info, "downtime");
	migration->ram_bytes = number(ram, "transferred");
	migration->ram_left = number(ram, "remaining");
	migration->passes = number(ram, "dirty-sync-count");
	json_decref(info);
	return 0;
}

/*
 * QEMU wants to be able to interrupt a migration from its beginning until nothing
 * is left of it, after the VM's state was put back; it lists what it can interrupt.
 */
static int is_put_away(struct vm *vm, bool *away)
{
	const char *type;
	json_t *list, *entry;
	size_t i;
	int err;

	err = qmp_command(&vm->qmp, "query-yank", NULL, &list);
	if (err)
		return err;
	*away = true;
	json_array_foreach(list, i, entry) {
		type = json_string_value(json_object_get(entry, "type"));
		if (type && !strcmp(type, "migration"))
			*away = false;
	}
	json_decref(list);
	return 0;
}

int migration_wait_over(struct vm *vm, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	bool away;
	int err;

	for (;;) {
		err = is_put_away(vm, &away);
		if (err || away)
			return err;
		if (!ms_until(deadline))
			break;
		sleep_ms(10);
	}
	return failure(-ETIMEDOUT,
		       "%s: QEMU has not put its migration away after %d ms",
		       vm->name, stretch_ms(timeout_ms));
}

static bool is_over(const char *status)
{
	return !strcmp(status, "completed") || !strcmp(status, "failed") ||
	       !strcmp(status, "cancelled");
}

/* After success the source is not used any more. */
static int put_away(struct migration *migration)
{
	if (!is_over(migration->status) ||
	    !strcmp(migration->status, "completed"))
		return 0;
	return migration_wait_over(migration->from, OVER_MS);
}

static int ended_otherwise(struct migration *migration, const char *status)
{
	put_away(migration);
	return failure(-EIO, "migration %s, not %s: %s", migration->status,
		       status, migration->error);
}

/*
 * The status is asked for, not taken from events, so that a machine that dies
 * is noticed at once; events only give the time.
 */
int migration_wait_status(struct migration *migration, const char *status,
			  int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	int err;

	for (;;) {
		err = read_account(migration);
		if (err)
			return err;
		if (!strcmp(migration->status, status))
			return put_away(migration);
		if (is_over(migration->status))
			return ended_otherwise(migration, status);
		if (!ms_until(deadline))
			break;
		qmp_wait(&migration->from->qmp, "MIGRATION", "status", status,
			 migration->asked, 50);
	}
	return failure(-ETIMEDOUT, "migration is %s, not %s, after %d ms",
		       migration->status, status, stretch_ms(timeout_ms));
}

/* QEMU counts the looks for changed memory: the second one ends the pass. */
int migration_wait_left(struct migration *migration, long long bytes,
			int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	int err;

	for (;;) {
		err = read_account(migration);
		if (err)
			return err;
		if (is_over(migration->status))
			return ended_otherwise(migration, "active");
		if (migration->passes > 1 ||
		    (migration->passes && migration->ram_left <= bytes))
			return 0;
		if (!ms_until(deadline))
			break;
		sleep_ms(20);
	}
	return failure(-ETIMEDOUT, "%lld bytes of memory are left after %d ms",
		       migration->ram_left, stretch_ms(timeout_ms));
}

int migration_begin_held(struct migration *migration, int timeout_ms)
{
	int err;

	migration->max_bandwidth = NEARLY_BANDWIDTH;
	err = begin(migration, HELD_DOWNTIME_MS);
	if (!err)
		err = migration_wait_left(migration, NEARLY_LEFT, timeout_ms);
	return err ? err : migration_hold(migration);
}

static long long event_of(struct migration *migration, struct vm *vm,
			  const char *name, int timeout_ms)
{
	const struct qmp_event *event;

	event = qmp_wait(&vm->qmp, name, NULL, NULL, migration->asked,
			 timeout_ms);
	return event ? event->sent : 0;
}

int migration_finish(struct migration *migration, int timeout_ms)
{
	int err;

	err = migration_wait_status(migration, "completed", timeout_ms);
	if (err)
		return err;
	migration->finished = now_ns();
	migration->stopped = event_of(migration, migration->from, "STOP", 1000);
	migration->resumed = event_of(migration, migration->to, "RESUME",
				      RESUME_MS);
	if (!migration->resumed)
		return failure(-ETIMEDOUT, "%s: the guest was not resumed",
			       migration->to->name);
	return 0;
}

int migration_wait_end(struct migration *migration, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	int err;

	while (!(err = read_account(migration)) &&
	       !is_over(migration->status)) {
		if (!ms_until(deadline))
			return -ETIMEDOUT;
		sleep_ms(50);
	}
	return err ? err : put_away(migration);
}

int migration_expect_failure(struct migration *migration, int timeout_ms)
{
	return migration_wait_status(migration, "failed", timeout_ms);
}

int migration_cancel(struct migration *migration, int timeout_ms)
{
	int err;

	err = qmp_command(&migration->from->qmp, "migrate_cancel", NULL, NULL);
	if (err)
		return err;
	return migration_wait_status(migration, "cancelled", timeout_ms);
}

static int refused_attempt(struct migration *migration)
{
	int err = put_away(migration);

	if (err)
		return err;
	return migcap_last_error(migration->from->vf) == -EBUSY ? 1 :
	       failure(-EIO, "%s", migration->error);
}

/* "pre_copy" on the device says that the driver has agreed. */
static int outcome_of_attempt(struct migration *migration)
{
	long long deadline = deadline_in(NOWHERE_MS);
	const char *vf = migration->from->vf;
	int err;

	while (ms_until(deadline)) {
		err = read_account(migration);
		if (err)
			return err;
		if (!strcmp(migration->status, "failed"))
			return refused_attempt(migration);
		if (!migcap_reads(vf, "state", "running"))
			return migration_cancel(migration, NOWHERE_MS);
		sleep_ms(5);
	}
	return failure(-ETIMEDOUT, "%s: a migration does not begin",
		       migration->from->name);
}

int migration_needs_quiesce(struct vm *vm)
{
	struct migration nowhere = { .from = vm };
	int err;

	err = set_capabilities(vm, MIGRATION_BY_DEFAULT);
	if (!err)
		err = set_pace(vm, 1 << 20, DOWNTIME_MS);
	nowhere.asked = now_ns();
	if (!err)
		err = migrate_to(vm, "exec:cat >/dev/null");
	return err ? err : outcome_of_attempt(&nowhere);
}
