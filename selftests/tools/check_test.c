// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does `migcap check` find what would keep a VF's guest from moving, or do harm?
 *
 * Guarantees:
 *  - where all is well no line says NO, and the exit code is 0;
 *  - each line says NO when what it is about is wrong, and the exit code is 1;
 *  - the identity of the other host is compared, line by line;
 *  - what is no identity is refused.
 */
#include <kselftest_harness.h>

#include <unistd.h>

#include "../lib/nl.h"
#include "../lib/tool.h"
#include "host.h"

#define MAC		"02:00:00:09:00:42"
#define OTHER_MAC	"02:00:00:09:00:43"
#define NO_MAC		"00:00:00:00:00:00"
#define LINK_MS		10000
#define TRACKED		(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)

FIXTURE(check) {
	struct host_vf vf;
	struct pci_pf pf;
	bool has_second;
	char identity[4096];
};

/* A link takes a moment to come up. */
static int pf_up(const struct pci_pf *pf)
{
	char dir[SYSFS_PATH_MAX], value[SYSFS_VALUE_MAX];
	long long deadline = deadline_in(LINK_MS);
	int ret = nl_link_set(pf->netdev, true);

	snprintf(dir, sizeof(dir), "%s/net/%s", pf->dir, pf->netdev);
	while (!ret && ms_until(deadline)) {
		if (!sysfs_read(dir, "carrier", value, sizeof(value)) &&
		    value[0] == '1')
			return 0;
		sleep_ms(20);
	}
	return ret ? ret : -ETIMEDOUT;
}

FIXTURE_SETUP(check)
{
	ASSERT_EQ(0, pci_find_pf(&self->pf));
	ASSERT_EQ(0, pf_up(&self->pf));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, MAC));
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, TRACKED));
	self->has_second = host_vf2_name && *host_vf2_name;
}

FIXTURE_TEARDOWN(check)
{
	nl_link_set(self->pf.netdev, true);
	nl_vf_set_mac(self->pf.netdev, 0, NO_MAC);
	nl_vf_set_mac(self->pf.netdev, 2, NO_MAC);
	nl_vf_set_vlan(self->pf.netdev, 0, 0);
	host_close(&self->vf);
}

/* Whether the line of that check begins with that word. */
static bool says(const char *word, const char *check)
{
	const char *line = tool_output();
	char start[64];

	snprintf(start, sizeof(start), "%-5s%-18s", word, check);
	while (line) {
		if (!strncmp(line, start, strlen(start)))
			return true;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return false;
}

static int check(const char *vf)
{
	return tool_run(TOOL_ARGS("check", vf));
}

#define EXPECT_NO(what)							\
	do {								\
		EXPECT_EQ(TOOL_NOT, check(host_vf_name));		\
		EXPECT_TRUE(says("NO", what))				\
			TH_LOG("%s", tool_output());			\
	} while (0)

TEST_F(check, all_is_well)
{
	static const char * const lines[] = {
		"driver", "group", "state", "guest", "account", "mac", "twin",
		"link",
	};
	unsigned int i;

	EXPECT_EQ(TOOL_OK, check(host_vf_name));
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT_TRUE(says("ok", lines[i]))
			TH_LOG("%s: %s", lines[i], tool_output());
	}
	EXPECT_EQ(NULL, strstr(tool_output(), "NO "));
	/* The holder is this test, which is no QEMU. */
	EXPECT_TRUE(says("note", "vmm"));
	EXPECT_NE(NULL, strstr(tool_output(), "migcap-identity 1\n"));
}

TEST_F(check, destination_waits)
{
	host_close(&self->vf);
	EXPECT_EQ(TOOL_OK, check(host_vf_name));
	EXPECT_TRUE(says("ok", "state"));
	EXPECT_TRUE(says("note", "mac"))
		TH_LOG("a rule in force without a guest: %s", tool_output());
	EXPECT_FALSE(says("ok", "guest"));
}

TEST_F(check, driver)
{
	host_close(&self->vf);
	ASSERT_EQ(0, pci_unbind(host_vf_name));
	EXPECT_NO("driver");
}

TEST_F(check, state)
{
	int fd;

	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_PRE_COPY,
				  &fd));
	EXPECT_NO("state");
	close(fd);
}

TEST_F(check, guest)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	EXPECT_NO("guest");
}

TEST_F(check, what_an_operator_forces)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, true));
	ASSERT_EQ(0, host_attr_write(&self->vf, "on_timeout", "force-lost"));
	check(host_vf_name);
	EXPECT_TRUE(says("note", "guest"))
		TH_LOG("%s", tool_output());
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_STOP, NULL));
	EXPECT_EQ(TOOL_OK, check(host_vf_name));
	EXPECT_TRUE(says("ok", "state"))
		TH_LOG("%s", tool_output());
	EXPECT_TRUE(says("ok", "account"));
}

TEST_F(check, account)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER));
	if (host_logs_dma(&self->vf)) {
		EXPECT_EQ(TOOL_OK, check(host_vf_name));
		return;
	}
	EXPECT_NO("account");
	ASSERT_EQ(0, host_quiesce(&self->vf));
	EXPECT_EQ(TOOL_OK, check(host_vf_name));
	EXPECT_TRUE(says("ok", "account"));
}

TEST_F(check, twin)
{
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 2, MAC));
	EXPECT_NO("twin");
}

TEST_F(check, link)
{
	ASSERT_EQ(0, nl_link_set(self->pf.netdev, false));
	EXPECT_NO("link");
}

TEST_F(check, notes_do_not_fail)
{
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, NO_MAC));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, 0));
	ASSERT_EQ(-EOPNOTSUPP, host_attr_write(&self->vf, "quiesce", "1"));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, TRACKED));
	EXPECT_EQ(TOOL_OK, check(host_vf_name));
	EXPECT_TRUE(says("note", "mac"));
	EXPECT_TRUE(says("note", "last"));
}

/* As `migcap check VF | ssh other migcap check VF2 --with -`. */
static int compare_with_second(struct _test_data_check *self)
{
	int ret = check(host_vf_name);

	if (ret < 0)
		return ret;
	snprintf(self->identity, sizeof(self->identity), "%s", tool_output());
	return tool_run_with(self->identity, TOOL_ARGS("check", host_vf2_name,
						       "--with", "-"));
}

#define EXPECT_DIFFERENCE(what)						\
	do {								\
		EXPECT_EQ(TOOL_NOT, compare_with_second(self));		\
		EXPECT_TRUE(says("NO", what))				\
			TH_LOG("%s", tool_output());			\
	} while (0)

TEST_F(check, the_other_host)
{
	if (!self->has_second)
		SKIP(return, "needs a second VF");
	ASSERT_EQ(0, host_bind(host_vf2_name, MIGCAP_DRIVER));
	/* Nobody would give the guest its address there. */
	EXPECT_DIFFERENCE("mac");
	EXPECT_TRUE(says("ok", "vendor"));
	EXPECT_TRUE(says("ok", "device"));
	EXPECT_TRUE(says("ok", "msix"));
	EXPECT_TRUE(says("ok", "mtu"));
	EXPECT_TRUE(says("ok", "kernel"));
	/* The guest would get another address. */
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 2, OTHER_MAC));
	EXPECT_DIFFERENCE("mac");
	/* The VF would catch what is for the guest. */
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 2, MAC));
	EXPECT_DIFFERENCE("mac");
	EXPECT_NE(NULL, strstr(tool_output(), "keeps neighbours"));
	ASSERT_EQ(0, nl_vf_set_vlan(self->pf.netdev, 0, 5));
	EXPECT_DIFFERENCE("vlan");
}

TEST_F(check, the_other_place_of_the_capability)
{
	struct host_vf second = HOST_VF_CLOSED;

	if (!self->has_second)
		SKIP(return, "needs a second VF");
	ASSERT_EQ(0, host_open(&second, host_vf2_name));
	host_close(&second);
	compare_with_second(self);
	EXPECT_TRUE(says("ok", "capability"));
	ASSERT_EQ(0, host_attr_write(&second, "cap_offset", "0xe0"));
	EXPECT_DIFFERENCE("capability");
	ASSERT_EQ(0, host_attr_write(&second, "cap_offset", "auto"));
}

TEST_F(check, what_is_no_identity)
{
	const char * const args[] = { "check", host_vf_name, "--with", "-",
				      NULL };

	EXPECT_EQ(TOOL_USAGE, tool_run_with("nothing\n", args));
	EXPECT_EQ(TOOL_USAGE, tool_run_with("migcap-identity 9\na=1\n", args));
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("check", host_vf_name,
						 "--with", "/nonexistent")));
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("check")));
	EXPECT_EQ(TOOL_NO_VF, check("0000:01:1f.7"));
	EXPECT_EQ(TOOL_NO_VF, check(self->pf.bdf));
}

HOST_TEST_MAIN
