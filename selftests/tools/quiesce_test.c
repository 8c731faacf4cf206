// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do `migcap quiesce` and `migcap release` do what an operator means?
 *
 * Guarantees:
 *  - quiesce asks, and with --wait ends when the guest has answered, and only
 *    then; its exit code is the answer;
 *  - release gives the guest its device back;
 *  - what cannot be done is told with a reason and an exit code of its own.
 */
#include <kselftest_harness.h>

#include "../lib/tool.h"
#include "host.h"

#define STEP_MS		10000

FIXTURE(quiesce) {
	struct host_vf vf;
	struct tool tool;
};

FIXTURE_SETUP(quiesce)
{
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
}

FIXTURE_TEARDOWN(quiesce)
{
	host_close(&self->vf);
}

TEST_F(quiesce, asks_and_does_not_wait)
{
	EXPECT_EQ(TOOL_OK, tool_run(TOOL_ARGS("quiesce", host_vf_name)));
	EXPECT_STREQ("asked", host_attr(&self->vf, "quiesce"));
}

TEST_F(quiesce, waits_for_the_answer)
{
	ASSERT_EQ(0, tool_start(&self->tool, TOOL_ARGS("quiesce", "--wait",
						       host_vf_name)));
	ASSERT_TRUE(host_attr_becomes(&self->vf, "quiesce", "asked", STEP_MS));
	EXPECT_EQ(0, kill(self->tool.pid, 0));
	EXPECT_EQ(MIGCAP_VMM_START, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_VF_STATUS, MIGCAP_VF_READY));
	EXPECT_EQ(TOOL_OK, tool_wait(&self->tool, STEP_MS));
	EXPECT_STREQ("quiesced", host_attr(&self->vf, "quiesce"));

	EXPECT_EQ(TOOL_OK, tool_run(TOOL_ARGS("release", host_vf_name)));
	EXPECT_STREQ("idle", host_attr(&self->vf, "quiesce"));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
}

TEST_F(quiesce, tells_of_a_silent_guest)
{
	ASSERT_EQ(0, host_attr_write(&self->vf, "ready_timeout_ms", "300"));
	EXPECT_EQ(TOOL_NOT, tool_run(TOOL_ARGS("quiesce", host_vf_name,
					       "--wait")));
	EXPECT_NE(NULL, strstr(tool_output(), "did not answer in time"))
		TH_LOG("%s", tool_output());
	EXPECT_STREQ("timeout", host_attr(&self->vf, "quiesce"));
}

/* The operator's patience is over before the driver's. */
TEST_F(quiesce, waits_no_longer_than_told)
{
	EXPECT_EQ(TOOL_NOT, tool_run(TOOL_ARGS("quiesce", host_vf_name,
					       "--wait=1")));
	EXPECT_NE(NULL, strstr(tool_output(), "still asked"))
		TH_LOG("%s", tool_output());
	EXPECT_STREQ("asked", host_attr(&self->vf, "quiesce"));
}

TEST_F(quiesce, ends_when_somebody_else_releases)
{
	ASSERT_EQ(0, tool_start(&self->tool, TOOL_ARGS("quiesce", "--wait",
						       host_vf_name)));
	ASSERT_TRUE(host_attr_becomes(&self->vf, "quiesce", "asked", STEP_MS));
	EXPECT_EQ(TOOL_OK, tool_run(TOOL_ARGS("release", host_vf_name)));
	EXPECT_EQ(TOOL_NOT, tool_wait(&self->tool, STEP_MS));
}

TEST_F(quiesce, nobody_answers)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	EXPECT_EQ(TOOL_NOT, tool_run(TOOL_ARGS("quiesce", host_vf_name)));
	EXPECT_NE(NULL, strstr(tool_output(), "load migcap_guest"));
}

TEST_F(quiesce, no_vmm)
{
	host_close(&self->vf);
	EXPECT_EQ(TOOL_NOT, tool_run(TOOL_ARGS("quiesce", host_vf_name)));
	EXPECT_NE(NULL, strstr(tool_output(), "no VMM"));
	EXPECT_EQ(TOOL_NOT, tool_run(TOOL_ARGS("release", host_vf_name)));
}

TEST_F(quiesce, not_bound)
{
	host_close(&self->vf);
	ASSERT_EQ(0, pci_unbind(host_vf_name));
	EXPECT_EQ(TOOL_NO_VF, tool_run(TOOL_ARGS("quiesce", host_vf_name)));
	EXPECT_NE(NULL, strstr(tool_output(), "bound to no driver"));
	EXPECT_EQ(TOOL_NO_VF, tool_run(TOOL_ARGS("release", host_vf_name)));
}

TEST_F(quiesce, no_rights)
{
	EXPECT_EQ(TOOL_NO_RIGHTS,
		  tool_run_as_nobody(TOOL_ARGS("quiesce", host_vf_name)));
	EXPECT_STREQ("idle", host_attr(&self->vf, "quiesce"));
	EXPECT_EQ(TOOL_NO_RIGHTS,
		  tool_run_as_nobody(TOOL_ARGS("release", host_vf_name)));
}

TEST_F(quiesce, wrong_arguments)
{
	static const char * const bad[] = {
		"--wait=0", "--wait=-1", "--wait=1s", "--wait=", "--wait=3601",
		"--wait=99999999999999999999", "--now",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("quiesce", bad[i],
							 host_vf_name)))
			TH_LOG("%s", bad[i]);
	}
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("quiesce")));
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("quiesce", host_vf_name,
						 host_vf_name)));
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("release")));
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("pause", host_vf_name)));
	EXPECT_EQ(TOOL_NO_VF, tool_run(TOOL_ARGS("quiesce", "0000:01:1f.7")));
	EXPECT_STREQ("idle", host_attr(&self->vf, "quiesce"));
}

HOST_TEST_MAIN
