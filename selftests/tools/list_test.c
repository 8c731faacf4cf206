// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does `migcap list` show what is the case?
 *
 * Guarantees:
 *  - the JSON is an array of one object for each VF, with all columns;
 *  - it shows the PF's rules, who holds the VF, and what the driver says;
 *  - the table has the same VFs, a line each, below a line of titles;
 *  - VFs can be named; what is none is refused by name.
 */
#include <kselftest_harness.h>

#include <jansson.h>

#include "../lib/nl.h"
#include "../lib/tool.h"
#include "host.h"

#define MAC		"02:00:00:09:00:42"
#define NO_MAC		"00:00:00:00:00:00"

FIXTURE(list) {
	struct host_vf vf;
	struct pci_pf pf;
	json_t *array;
};

FIXTURE_SETUP(list)
{
	ASSERT_EQ(0, pci_find_pf(&self->pf));
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	self->array = NULL;
}

FIXTURE_TEARDOWN(list)
{
	json_decref(self->array);
	nl_vf_set_mac(self->pf.netdev, 0, NO_MAC);
	nl_vf_set_vlan(self->pf.netdev, 0, 0);
	nl_vf_set_trust(self->pf.netdev, 0, false);
	nl_vf_set_spoofcheck(self->pf.netdev, 0, true);
	host_close(&self->vf);
}

/* The object of the VF under test; NULL if there is none. */
static json_t *list_json(struct _test_data_list *self, const char *named)
{
	json_t *object;
	size_t i;

	json_decref(self->array);
	self->array = NULL;
	if (tool_run(TOOL_ARGS("list", "--json", named)))
		return NULL;
	self->array = json_loads(tool_output(), 0, NULL);
	json_array_foreach(self->array, i, object)
		if (!strcmp(json_string_value(json_object_get(object, "vf")),
			    host_vf_name))
			return object;
	return NULL;
}

static const char *text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "(no text)";
}

TEST_F(list, has_all_columns)
{
	static const char * const names[] = {
		"vf", "pf", "index", "mac", "vlan", "trust", "spoofchk",
		"driver", "holder", "state", "guest", "tracked", "capability",
		"last_error",
	};
	json_t *object = list_json(self, NULL);
	unsigned int i;

	ASSERT_NE(NULL, object)
		TH_LOG("%s", tool_output());
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_NE(NULL, json_object_get(object, names[i]))
			TH_LOG("%s", names[i]);
	}
	EXPECT_EQ(ARRAY_SIZE(names), json_object_size(object));
}

TEST_F(list, shows_what_the_driver_says)
{
	char cap[16], holder[32];
	json_t *object;

	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER |
				 MIGCAP_CTRL_DMA_TRACKED));
	object = list_json(self, host_vf_name);
	ASSERT_NE(NULL, object);
	EXPECT_EQ(1, json_array_size(self->array));
	EXPECT_STREQ(MIGCAP_DRIVER, text_of(object, "driver"));
	EXPECT_STREQ("running", text_of(object, "state"));
	EXPECT_STREQ("present", text_of(object, "guest"));
	EXPECT_TRUE(json_is_true(json_object_get(object, "tracked")));
	snprintf(cap, sizeof(cap), "%#x", self->vf.cap);
	EXPECT_STREQ(cap, text_of(object, "capability"));
	snprintf(holder, sizeof(holder), "[%d]", getpid());
	EXPECT_NE(NULL, strstr(text_of(object, "holder"), holder))
		TH_LOG("%s", text_of(object, "holder"));
}

TEST_F(list, shows_the_last_refusal)
{
	json_t *object;

	ASSERT_EQ(0, guest_start(&self->vf, 0));
	ASSERT_EQ(-EOPNOTSUPP, host_attr_write(&self->vf, "quiesce", "1"));
	object = list_json(self, host_vf_name);
	ASSERT_NE(NULL, object);
	EXPECT_STREQ(host_attr(&self->vf, "last_error"),
		     text_of(object, "last_error"));
	EXPECT_TRUE(json_is_false(json_object_get(object, "tracked")));
}

TEST_F(list, shows_the_rules_of_the_pf)
{
	json_t *object;

	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, MAC));
	ASSERT_EQ(0, nl_vf_set_vlan(self->pf.netdev, 0, 77));
	ASSERT_EQ(0, nl_vf_set_trust(self->pf.netdev, 0, true));
	ASSERT_EQ(0, nl_vf_set_spoofcheck(self->pf.netdev, 0, false));
	object = list_json(self, host_vf_name);
	ASSERT_NE(NULL, object);
	EXPECT_STREQ(self->pf.netdev, text_of(object, "pf"));
	EXPECT_EQ(0, json_integer_value(json_object_get(object, "index")));
	EXPECT_STREQ(MAC, text_of(object, "mac"));
	EXPECT_EQ(77, json_integer_value(json_object_get(object, "vlan")));
	EXPECT_TRUE(json_is_true(json_object_get(object, "trust")));
	EXPECT_TRUE(json_is_false(json_object_get(object, "spoofchk")));
}

TEST_F(list, shows_a_vf_that_nobody_has)
{
	json_t *object;

	host_close(&self->vf);
	object = list_json(self, host_vf_name);
	ASSERT_NE(NULL, object);
	EXPECT_STREQ("closed", text_of(object, "state"));
	EXPECT_TRUE(json_is_null(json_object_get(object, "holder")));
	EXPECT_TRUE(json_is_null(json_object_get(object, "tracked")));
	ASSERT_EQ(0, pci_unbind(host_vf_name));
	object = list_json(self, host_vf_name);
	ASSERT_NE(NULL, object);
	EXPECT_TRUE(json_is_null(json_object_get(object, "driver")));
	EXPECT_TRUE(json_is_null(json_object_get(object, "state")));
}

TEST_F(list, table_has_the_same)
{
	const char *line;
	long total = 0;
	int lines = 0;

	ASSERT_EQ(0, sysfs_read_number(self->pf.dir, "sriov_numvfs", &total));
	ASSERT_EQ(TOOL_OK, tool_run(TOOL_ARGS("list")));
	line = tool_output();
	EXPECT_EQ(0, strncmp(line, "VF ", 3));
	EXPECT_NE(NULL, strstr(line, host_vf_name));
	EXPECT_NE(NULL, strstr(line, "running"));
	for (; *line; line++)
		lines += *line == '\n';
	EXPECT_EQ(1 + total, lines)
		TH_LOG("%s", tool_output());
}

TEST_F(list, needs_no_rights)
{
	EXPECT_EQ(TOOL_OK, tool_run_as_nobody(TOOL_ARGS("list", host_vf_name)));
	EXPECT_NE(NULL, strstr(tool_output(), "?"))
		TH_LOG("the holder cannot be known: %s", tool_output());
}

TEST_F(list, refuses_what_is_no_vf)
{
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("list", "here")));
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("list", "--jsonn")));
	EXPECT_EQ(TOOL_NO_VF, tool_run(TOOL_ARGS("list", "0000:01:1f.7")));
	EXPECT_EQ(TOOL_NO_VF, tool_run(TOOL_ARGS("list", self->pf.bdf)));
	EXPECT_NE(NULL, strstr(tool_output(), "no SR-IOV virtual function"));
}

HOST_TEST_MAIN
