// SPDX-License-Identifier: GPL-2.0-only
/*
 * A snapshot of a running guest in a qcow2 image (QEMU's savevm and loadvm), its VF
 * in use.  QEMU stops the guest before it says anything to the device.
 *
 * Guarantees: it is refused, as that of a paused guest, and the guest runs on; or
 * taken where an operator wants it nevertheless (on_timeout=force).  The guest goes
 * on with its network after it, and after each return to it.
 */
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

#define JOB_MS		120000
#define ARRIVAL_MS	60000
#define IMAGE		"/run/migcap/snapshot.qcow2"
#define IMAGE_SIZE	1073741824LL

FIXTURE(snapshot) {
	struct scenario s;
};

FIXTURE_SETUP(snapshot)
{
	SCENARIO_SET_UP(scenario_setup(&self->s, "snapshot", GUEST_WITH_AGENT));
}

FIXTURE_TEARDOWN(snapshot)
{
	SCENARIO_TEAR_DOWN(&self->s);
	unlink(IMAGE);
}

/* 1: the job is over, and @error is what it says; or -errno. */
static int job_is_over(struct qmp *qmp, const char *id, char *error, size_t size)
{
	const char *job, *status, *why = NULL;
	json_t *list, *entry;
	int over = 0;
	size_t i;

	over = qmp_command(qmp, "query-jobs", NULL, &list);
	if (over)
		return over;
	json_array_foreach(list, i, entry) {
		if (json_unpack(entry, "{s:s, s:s, s?s}", "id", &job, "status",
				&status, "error", &why) ||
		    strcmp(job, id) || strcmp(status, "concluded"))
			continue;
		over = 1;
		snprintf(error, size, "%s", why ? : "");
	}
	json_decref(list);
	return over;
}

/* -EIO with QEMU's reason if the job has failed. */
static int run_job(struct scenario *s, const char *command, json_t *arguments)
{
	struct qmp *qmp = &scenario_vm(s)->qmp;
	long long deadline = deadline_in(JOB_MS);
	char error[256] = "";
	int err;

	json_object_set_new(arguments, "job-id", json_string(command));
	err = qmp_command(qmp, command, arguments, NULL);
	while (!err && !(err = job_is_over(qmp, command, error,
					   sizeof(error)))) {
		if (!ms_until(deadline))
			return failure(-ETIMEDOUT, "%s does not end", command);
		sleep_ms(50);
	}
	if (err < 0)
		return err;
	err = qmp_command(qmp, "job-dismiss", json_pack("{s:s}", "id", command),
			  NULL);
	return *error ? failure(-EIO, "%s: %s", command, error) : err;
}

static int create_image(struct scenario *s, json_t *options)
{
	return run_job(s, "blockdev-create",
		       json_pack("{s:o}", "options", options));
}

static int add_node(struct scenario *s, json_t *node)
{
	return qmp_command(&scenario_vm(s)->qmp, "blockdev-add", node, NULL);
}

static int make_image(struct scenario *s)
{
	int err;

	err = create_image(s, json_pack("{s:s, s:s, s:i}", "driver", "file",
					"filename", IMAGE, "size", 0));
	if (!err)
		err = add_node(s, json_pack("{s:s, s:s, s:s}", "driver", "file",
					    "node-name", "file0",
					    "filename", IMAGE));
	if (!err)
		err = create_image(s, json_pack("{s:s, s:s, s:I}", "driver",
						"qcow2", "file", "file0",
						"size",
						(json_int_t)IMAGE_SIZE));
	if (!err)
		err = add_node(s, json_pack("{s:s, s:s, s:s}", "driver", "qcow2",
					    "node-name", "disk0", "file",
					    "file0"));
	return err;
}

static int snapshot(struct scenario *s, const char *command)
{
	return run_job(s, command,
		       json_pack("{s:s, s:s, s:[s]}", "tag", "then", "vmstate",
				 "disk0", "devices", "disk0"));
}

static int works(struct scenario *s)
{
	int err = guest_wait(&scenario_vm(s)->guest, ARRIVAL_MS);

	if (err)
		return err;
	err = scenario_traffic(s);
	return err ? err : scenario_healthy(s);
}

TEST_F_TIMEOUT(snapshot, saved_and_loaded, 600)
{
	struct scenario *s = &self->s;
	struct migration migration;
	int times;

	ASSERT_EQ(0, make_image(s));
	EXPECT_EQ(-EIO, snapshot(s, "snapshot-save"));
	TH_LOG("without force: %s", failure_reason());
	ASSERT_EQ(0, scenario_healthy(s));

	ASSERT_EQ(0, migcap_write(scenario_vf(s), "on_timeout", "force"));
	scenario_quiet(s);
	ASSERT_EQ(0, snapshot(s, "snapshot-save"));
	ASSERT_EQ(0, works(s));
	for (times = 0; times < 2; times++) {
		vm_expect_reset(scenario_vm(s));
		scenario_quiet(s);
		ASSERT_EQ(0, snapshot(s, "snapshot-load"));
		ASSERT_EQ(0, scenario_set_running(s, true));
		ASSERT_EQ(0, works(s));
	}
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, scenario_healthy(s));
}

TEST_HARNESS_MAIN
