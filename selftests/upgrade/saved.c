// SPDX-License-Identifier: GPL-2.0-only
/*
 * One leg of a rolling upgrade: a guest that was saved, elsewhere or by other code,
 * is restored and saved again for the next leg.  lab/upgrade says in which order of
 * kernels, QEMUs and drivers.  The environment says what is done:
 *
 *	MIGCAP_RESTORE	file to restore the guest from; without it, one boots
 *	MIGCAP_SAVE	file to save it to; without it, this leg is the last
 *	MIGCAP_VERSIONS	those of the host driver and the agent, which must be these
 *
 * Guarantees: what the VF had written before is right in the restored guest's memory,
 * its network works, and it can be saved with its VF in use.
 */
#include "kselftest_harness.h"

#include "../lib/hoard.h"
#include "../lib/scenario_fixture.h"

FIXTURE(saved) {
	char thp[SYSFS_VALUE_MAX];
	struct scenario s;
	const char *restore, *save;
};

FIXTURE_SETUP(saved)
{
	self->restore = getenv("MIGCAP_RESTORE");
	self->save = getenv("MIGCAP_SAVE");
	if (!self->restore && !self->save)
		SKIP(return, "neither MIGCAP_RESTORE nor MIGCAP_SAVE is given");
	ASSERT_EQ(0, hoard_small_pages(self->thp));
	SCENARIO_SET_UP(scenario_setup_vmm(&self->s, "upgrade", GUEST_WITH_AGENT,
					   &(struct scenario_vmm){
						.saved = self->restore }));
}

FIXTURE_TEARDOWN(saved)
{
	SCENARIO_TEAR_DOWN(&self->s);
	hoard_restore_pages(self->thp);
}

/* The first one had none in its modules. */
#define VERSION(module)	"cat /sys/module/" module "/version 2>/dev/null || " \
			"echo 0.1.0"

static int versions_are(struct scenario *s, const char *wanted)
{
	char here[SYSFS_VALUE_MAX] = "", found[2 * SYSFS_VALUE_MAX];
	int err = guest_must(&scenario_vm(s)->guest, 20, VERSION("migcap_guest"));

	if (err)
		return err;
	if (sysfs_read("/sys/module/" MIGCAP_DRIVER, "version", here,
		       sizeof(here)))
		snprintf(here, sizeof(here), "0.1.0");
	snprintf(found, sizeof(found), "%s %.100s", here,
		 scenario_vm(s)->guest.output);
	note("versions of host driver and agent: %s", found);
	return !wanted || !strcmp(found, wanted) ? 0 :
	       failure(-EIO, "versions %s, not %s", found, wanted);
}

static int save(struct scenario *s, const char *path)
{
	struct flood *flood = scenario_pour(s);
	int err;

	if (!flood)
		return -EIO;
	err = scenario_save(s, path);
	flood_stop(flood);
	/* Nobody shall wait for the guest, which is stopped. */
	if (!err)
		vm_stop(scenario_vm(s));
	return err;
}

TEST_F_TIMEOUT(saved, goes_on, 800)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, versions_are(s, getenv("MIGCAP_VERSIONS")));
	if (self->restore)
		ASSERT_EQ(0, hoard_check(&scenario_vm(s)->guest, 1));
	if (self->save)
		ASSERT_EQ(0, save(s, self->save));
}

TEST_HARNESS_MAIN
