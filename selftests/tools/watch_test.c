// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does `migcap watch` tell of all that happens to a VF?
 *
 * Guarantees:
 *  - each state of a migration has a line, in order, however short it was;
 *  - so have the question, the guest's answer, and a refusal with its reason,
 *    even if the VF is unbound at once;
 *  - so have open, close, bind and unbind;
 *  - each line of --json is an object; VFs that were not named are left out;
 *  - it ends when asked to, and leaves nothing behind in tracefs.
 */
#include <kselftest_harness.h>

#include <dirent.h>
#include <jansson.h>
#include <unistd.h>

#include "../lib/tool.h"
#include "host.h"

#define LINE_MS		10000
#define INSTANCES	"/sys/kernel/tracing/instances"

FIXTURE(watch) {
	struct host_vf vf;
	struct tool tool;
	json_t *event;
};

FIXTURE_SETUP(watch)
{
	if (access(INSTANCES, F_OK))
		SKIP(return, "no tracefs");
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER |
				 MIGCAP_CTRL_DMA_TRACKED));
	self->event = NULL;
}

FIXTURE_TEARDOWN(watch)
{
	tool_stop(&self->tool);
	json_decref(self->event);
	host_close(&self->vf);
}

static int instances(void)
{
	DIR *dir = opendir(INSTANCES);
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir)))
		count += !strncmp(entry->d_name, "migcap", 6);
	if (dir)
		closedir(dir);
	return count;
}

/* It says nothing when it is ready, so something is refused until it tells. */
static bool begin(struct _test_data_watch *self, const char * const *args)
{
	int turn;

	if (tool_start(&self->tool, args))
		return false;
	for (turn = 0; turn < 100; turn++) {
		host_attr_write(&self->vf, "ready_timeout_ms", "10000");
		guest_write(&self->vf, MIGCAP_CTRL, 0);
		host_attr_write(&self->vf, "quiesce", "1");
		guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER |
			    MIGCAP_CTRL_DMA_TRACKED);
		if (tool_line(&self->tool, "refused", 100))
			return true;
	}
	return false;
}

/* The next event of that name; NULL if none comes. */
static json_t *next_event(struct _test_data_watch *self, const char *name)
{
	char wanted[64];
	const char *line;

	snprintf(wanted, sizeof(wanted), "\"event\":\"%s\"", name);
	line = tool_line(&self->tool, wanted, LINE_MS);
	json_decref(self->event);
	self->event = line ? json_loads(line, 0, NULL) : NULL;
	return self->event;
}

static const char *text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "(no text)";
}

TEST_F(watch, a_migration_state_by_state)
{
	static const struct {
		uint32_t state;
		const char *name;
	} states[] = {
		{ VFIO_DEVICE_STATE_PRE_COPY, "pre_copy" },
		{ VFIO_DEVICE_STATE_PRE_COPY_P2P, "pre_copy_p2p" },
		{ VFIO_DEVICE_STATE_STOP_COPY, "stop_copy" },
		{ VFIO_DEVICE_STATE_STOP, "stop" },
		{ VFIO_DEVICE_STATE_RUNNING_P2P, "running_p2p" },
		{ VFIO_DEVICE_STATE_RUNNING, "running" },
	};
	const char *from = "running";
	unsigned int i;
	int fd = -1;

	ASSERT_TRUE(begin(self, TOOL_ARGS("watch", "--json", host_vf_name)));
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, states[i].state,
					  i ? NULL : &fd))
			TH_LOG("%s", states[i].name);
	}
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		ASSERT_NE(NULL, next_event(self, "state"))
			TH_LOG("no line for %s", states[i].name);
		EXPECT_STREQ(from, text_of(self->event, "from"));
		EXPECT_STREQ(states[i].name, text_of(self->event, "to"));
		EXPECT_STREQ(host_vf_name, text_of(self->event, "vf"));
		from = states[i].name;
	}
	close(fd);
}

TEST_F(watch, question_and_answer)
{
	ASSERT_TRUE(begin(self, TOOL_ARGS("watch", "--json")));
	ASSERT_EQ(0, host_quiesce(&self->vf));
	ASSERT_EQ(0, host_attr_write(&self->vf, "quiesce", "0"));
	ASSERT_NE(NULL, next_event(self, "asked"));
	EXPECT_NE(NULL, strstr(text_of(self->event, "text"), "START"));
	ASSERT_NE(NULL, next_event(self, "guest"));
	EXPECT_STREQ("present", text_of(self->event, "from"));
	EXPECT_STREQ("ready", text_of(self->event, "to"));
	ASSERT_NE(NULL, next_event(self, "asked"));
	EXPECT_NE(NULL, strstr(text_of(self->event, "text"), "END"));
}

/* As libvirt does after a failure. */
TEST_F(watch, a_refusal_outlives_the_binding)
{
	char reason[SYSFS_VALUE_MAX];

	ASSERT_TRUE(begin(self, TOOL_ARGS("watch", "--json", host_vf_name)));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	ASSERT_EQ(-EOPNOTSUPP, host_attr_write(&self->vf, "quiesce", "1"));
	snprintf(reason, sizeof(reason), "%s",
		 host_attr(&self->vf, "last_error"));
	host_close(&self->vf);
	ASSERT_EQ(0, pci_unbind(host_vf_name));
	do {
		ASSERT_NE(NULL, next_event(self, "refused"));
	} while (!strstr(reason, text_of(self->event, "text")));
	EXPECT_EQ(-EOPNOTSUPP,
		  json_integer_value(json_object_get(self->event, "error")));
	EXPECT_NE(NULL, next_event(self, "unbound"));
}

TEST_F(watch, open_close_bind_unbind)
{
	ASSERT_TRUE(begin(self, TOOL_ARGS("watch")));
	host_close(&self->vf);
	EXPECT_NE(NULL, tool_line(&self->tool, "closed", LINE_MS));
	ASSERT_EQ(0, pci_unbind(host_vf_name));
	EXPECT_NE(NULL, tool_line(&self->tool, "unbound", LINE_MS));
	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	EXPECT_NE(NULL, tool_line(&self->tool, "bound", LINE_MS));
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	EXPECT_NE(NULL, tool_line(&self->tool, "opened", LINE_MS));
}

TEST_F(watch, leaves_out_other_vfs)
{
	struct host_vf second = HOST_VF_CLOSED;

	if (!host_vf2_name || !*host_vf2_name)
		SKIP(return, "needs a second VF");
	ASSERT_TRUE(begin(self, TOOL_ARGS("watch", host_vf_name)));
	ASSERT_EQ(0, host_open(&second, host_vf2_name));
	ASSERT_EQ(0, vfio_mig_set(&second.dev, VFIO_DEVICE_STATE_STOP, NULL));
	host_close(&second);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_STOP, NULL));
	ASSERT_NE(NULL, tool_line(&self->tool, "-> stop", LINE_MS));
	EXPECT_EQ(TOOL_OK, tool_stop(&self->tool));
	EXPECT_EQ(NULL, strstr(self->tool.text, host_vf2_name));
}

TEST_F(watch, leaves_nothing_behind)
{
	int before = instances();

	ASSERT_TRUE(begin(self, TOOL_ARGS("watch")));
	EXPECT_EQ(before + 1, instances());
	EXPECT_EQ(TOOL_OK, tool_stop(&self->tool));
	EXPECT_EQ(before, instances());
	/* What a killed one leaves is removed by the next one. */
	ASSERT_TRUE(begin(self, TOOL_ARGS("watch")));
	kill(self->tool.pid, SIGKILL);
	tool_wait(&self->tool, LINE_MS);
	EXPECT_EQ(before + 1, instances());
	ASSERT_TRUE(begin(self, TOOL_ARGS("watch")));
	EXPECT_EQ(TOOL_OK, tool_stop(&self->tool));
	EXPECT_EQ(before, instances());
}

TEST_F(watch, bad_arguments)
{
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("watch", "here")));
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("watch", "--jsno")));
	EXPECT_EQ(TOOL_NO_VF, tool_run(TOOL_ARGS("watch", "0000:01:1f.7")));
	EXPECT_EQ(TOOL_NO_RIGHTS, tool_run_as_nobody(TOOL_ARGS("watch")));
}

HOST_TEST_MAIN
