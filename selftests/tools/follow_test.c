// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the PF's rules for a VF go with its guest, when `migcap follow` runs?
 *
 * Both ends of the migration are VFs of one PF here, each with its own follow as
 * on a host of its own.  A neighbour is what the PF's embedded switch does with a
 * rule: it hands frames for that address to the VF whose rule it is.
 *
 * Guarantees:
 *  - a rule that was set for a VF without a guest is held back until a guest is
 *    there, and so at the destination until the device runs;
 *  - at the source the address goes when the guest has stopped, all else when
 *    the VMM has gone; a migration that is given up brings it back;
 *  - while the guest is quiesced its address is held back, too;
 *  - a VMM that waits for a guest is no guest;
 *  - what an operator changes meanwhile is followed, not undone;
 *  - an address that a guest without a rule has chosen leaves with it;
 *  - rules of a file are enforced; a file that makes no sense is refused.
 */
#include <kselftest_harness.h>

#include <sys/stat.h>
#include <unistd.h>

#include "../lib/failure.h"
#include "../lib/nl.h"
#include "../lib/tool.h"
#include "host.h"
#include "trip.h"

#define MAC		"02:00:00:09:00:42"
#define OTHER_MAC	"02:00:00:09:00:43"
#define NO_MAC		"00:00:00:00:00:00"
#define STEP_MS		15000
#define LOOKS_MS	2500	/* it looks each second, if nothing happens */
#define CTRL		(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)
#define KEPT_DIR	"/run/migcap-follow-test"

FIXTURE(follow) {
	struct host_vf source, destination;
	struct pci_pf pf;
	struct tool tool, there;
	struct trip_stream stream;
};

static void clear_rules(const struct pci_pf *pf)
{
	static const int vfs[] = { 0, 2 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vfs); i++) {
		nl_vf_set_mac(pf->netdev, vfs[i], NO_MAC);
		nl_vf_set_vlan(pf->netdev, vfs[i], 0);
		nl_vf_set_trust(pf->netdev, vfs[i], false);
	}
}

static void forget_kept(void)
{
	const char * const names[] = { host_vf_name, host_vf2_name };
	char path[SYSFS_PATH_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), KEPT_DIR "/%s.rules",
			 names[i] ? names[i] : "none");
		unlink(path);
	}
}

FIXTURE_SETUP(follow)
{
	self->source = (struct host_vf)HOST_VF_CLOSED;
	self->destination = (struct host_vf)HOST_VF_CLOSED;
	if (!host_vf2_name || !*host_vf2_name)
		SKIP(return, "needs a second VF");
	setenv("RUNTIME_DIRECTORY", KEPT_DIR, 1);
	forget_kept();
	ASSERT_EQ(0, pci_find_pf(&self->pf));
	clear_rules(&self->pf);
	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	ASSERT_EQ(0, host_bind(host_vf2_name, MIGCAP_DRIVER));
}

FIXTURE_TEARDOWN(follow)
{
	tool_stop(&self->tool);
	tool_stop(&self->there);
	host_close(&self->source);
	host_close(&self->destination);
	clear_rules(&self->pf);
	forget_kept();
}

/* "mac vlan trust" of the PF for a VF, as `ip link` shows it. */
static void read_rules(const struct pci_pf *pf, int vf, char *text, size_t size)
{
	char command[128], *trust;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "ip -d link show %s | grep -E 'vf %d '", pf->netdev, vf);
	pipe = popen(command, "r");
	if (!pipe || !fgets(text, size, pipe))
		snprintf(text, size, "nothing");
	if (pipe)
		pclose(pipe);
	trust = strchr(text, '\n');
	if (trust)
		*trust = 0;
}

/* Whether the PF's rules for a VF become those with all of @words in them. */
static bool rules_become(struct _test_data_follow *self, int vf, const char *mac,
			 const char *word)
{
	long long deadline = deadline_in(STEP_MS);
	char text[512];

	do {
		read_rules(&self->pf, vf, text, sizeof(text));
		if (strstr(text, mac) && strstr(text, word))
			return true;
		sleep_ms(20);
	} while (ms_until(deadline));
	note("VF %d has: %s", vf, text);
	return false;
}

/* What is kept for the first VF, see migcap(8). */
static bool kept_becomes(const char *wanted)
{
	long long deadline = deadline_in(STEP_MS);
	char name[64], text[512] = "nothing";

	snprintf(name, sizeof(name), "%s.rules", host_vf_name);
	do {
		if (!sysfs_read(KEPT_DIR, name, text, sizeof(text)) &&
		    strstr(text, wanted))
			return true;
		sleep_ms(20);
	} while (ms_until(deadline));
	note("kept: %s", text);
	return false;
}

static bool begin(struct _test_data_follow *self)
{
	return !tool_start(&self->tool, TOOL_ARGS("follow", host_vf_name)) &&
	       !tool_start(&self->there, TOOL_ARGS("follow", host_vf2_name)) &&
	       tool_line(&self->tool, host_vf_name, STEP_MS) &&
	       tool_line(&self->there, host_vf2_name, STEP_MS);
}

static int set_rules(const struct pci_pf *pf, int vf)
{
	int ret = nl_vf_set_vlan(pf->netdev, vf, 7);

	if (!ret)
		ret = nl_vf_set_trust(pf->netdev, vf, true);
	return ret ? ret : nl_vf_set_mac(pf->netdev, vf, MAC);
}

/* A guest that works on the source. */
static int start_guest(struct _test_data_follow *self)
{
	int ret = host_open(&self->source, host_vf_name);

	return ret ? ret : guest_start(&self->source, CTRL);
}

TEST_F(follow, a_migration)
{
	int fd;

	ASSERT_EQ(0, set_rules(&self->pf, 0));
	ASSERT_EQ(0, set_rules(&self->pf, 2));
	ASSERT_TRUE(begin(self));
	/* No guest: the idle VFs let go of the address. */
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, "trust off"));
	EXPECT_TRUE(rules_become(self, 2, NO_MAC, "trust off"));
	ASSERT_EQ(0, start_guest(self));
	EXPECT_TRUE(rules_become(self, 0, MAC, "trust on"));
	EXPECT_TRUE(rules_become(self, 0, "vlan 7", MAC));

	ASSERT_EQ(0, host_quiesce(&self->source));
	ASSERT_EQ(0, host_stop_copy(&self->source, &fd));
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, "vlan 7"));
	ASSERT_EQ(0, trip_read(fd, &self->stream));
	close(fd);

	ASSERT_EQ(0, host_open(&self->destination, host_vf2_name));
	ASSERT_EQ(0, vfio_mig_set(&self->destination.dev,
				  VFIO_DEVICE_STATE_RESUMING, &fd));
	EXPECT_TRUE(rules_become(self, 2, NO_MAC, "vlan 7"));
	ASSERT_LT(0, vfio_mig_write_all(fd, self->stream.bytes,
					self->stream.size, self->stream.size));
	close(fd);
	ASSERT_EQ(0, vfio_mig_set(&self->destination.dev,
				  VFIO_DEVICE_STATE_RUNNING, NULL));
	EXPECT_TRUE(rules_become(self, 2, MAC, "trust on"));
	host_close(&self->source);
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, "trust off"));
	EXPECT_TRUE(rules_become(self, 2, MAC, "vlan 7"));
}

TEST_F(follow, a_migration_that_is_given_up)
{
	int fd;

	ASSERT_EQ(0, start_guest(self));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, MAC));
	ASSERT_TRUE(begin(self));
	ASSERT_EQ(0, host_quiesce(&self->source));
	ASSERT_EQ(0, host_stop_copy(&self->source, &fd));
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, ""));
	close(fd);
	ASSERT_EQ(0, vfio_mig_set(&self->source.dev, VFIO_DEVICE_STATE_RUNNING,
				  NULL));
	EXPECT_TRUE(rules_become(self, 0, MAC, ""));
}

/* What comes for the address meanwhile is for a standby. */
TEST_F(follow, quiesced_ahead)
{
	ASSERT_EQ(0, start_guest(self));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, MAC));
	ASSERT_TRUE(begin(self));
	ASSERT_EQ(0, host_quiesce(&self->source));
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, ""));
	ASSERT_EQ(0, host_attr_write(&self->source, "quiesce", "0"));
	EXPECT_TRUE(rules_become(self, 0, MAC, ""));
}

/* A QEMU that was started to take a guest in has such a word among its own. */
static void look_like_incoming(void)
{
	static const char words[] = "x\0-incoming";
	char *args = program_invocation_name;
	size_t room = strlen(args) + 1;

	memset(args, 0, room);
	memcpy(args, words, room < sizeof(words) ? room : sizeof(words));
}

TEST_F(follow, a_vmm_that_waits)
{
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 2, MAC));
	ASSERT_TRUE(begin(self));
	EXPECT_TRUE(rules_become(self, 2, NO_MAC, ""));
	look_like_incoming();
	ASSERT_EQ(0, host_open(&self->destination, host_vf2_name));
	ASSERT_NE(NULL, tool_line(&self->there, "held back", STEP_MS));
	EXPECT_TRUE(rules_become(self, 2, NO_MAC, ""));
	ASSERT_EQ(0, guest_start(&self->destination, CTRL));
	EXPECT_TRUE(rules_become(self, 2, MAC, ""));
}

TEST_F(follow, what_the_operator_changes)
{
	ASSERT_EQ(0, start_guest(self));
	ASSERT_EQ(0, set_rules(&self->pf, 0));
	ASSERT_TRUE(begin(self));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, OTHER_MAC));
	ASSERT_EQ(0, nl_vf_set_vlan(self->pf.netdev, 0, 0));
	EXPECT_TRUE(kept_becomes("mac=" OTHER_MAC "\nvlan=0\n"));
	EXPECT_TRUE(rules_become(self, 0, OTHER_MAC, "trust on"));
	host_close(&self->source);
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, ""));
	ASSERT_EQ(0, start_guest(self));
	EXPECT_TRUE(rules_become(self, 0, OTHER_MAC, "trust on"));
}

/* For the PF's driver it is the same whether VF or operator has set it. */
TEST_F(follow, what_the_guest_chooses)
{
	ASSERT_TRUE(begin(self));
	ASSERT_EQ(0, start_guest(self));
	ASSERT_NE(NULL, tool_line(&self->tool, "is here", STEP_MS));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, MAC));
	sleep_ms(LOOKS_MS);
	EXPECT_TRUE(rules_become(self, 0, MAC, ""));
	ASSERT_EQ(0, host_quiesce(&self->source));
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, ""));
	host_close(&self->source);
	ASSERT_NE(NULL, tool_line(&self->tool, "no guest", STEP_MS));
	ASSERT_EQ(0, start_guest(self));
	ASSERT_NE(NULL, tool_line(&self->tool, "is here", STEP_MS));
	sleep_ms(LOOKS_MS);
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, ""));
	EXPECT_TRUE(kept_becomes("mac=" NO_MAC));
}

TEST_F(follow, outlives_itself)
{
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, MAC));
	ASSERT_TRUE(begin(self));
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, ""));
	EXPECT_EQ(TOOL_OK, tool_stop(&self->tool));
	ASSERT_LE(0, tool_run(TOOL_ARGS("check", host_vf_name)));
	EXPECT_NE(NULL, strstr(tool_output(), "held back"))
		TH_LOG("%s", tool_output());
	ASSERT_EQ(0, start_guest(self));
	ASSERT_EQ(0, tool_start(&self->tool, TOOL_ARGS("follow",
						       host_vf_name)));
	EXPECT_TRUE(rules_become(self, 0, MAC, ""));
}

/* Another driver's VF is not ours to rule. */
TEST_F(follow, leaves_other_drivers_alone)
{
	ASSERT_EQ(0, host_bind(host_vf_name, PLAIN_DRIVER));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, MAC));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 2, OTHER_MAC));
	ASSERT_EQ(0, tool_start(&self->tool, TOOL_ARGS("follow", host_vf_name,
						       host_vf2_name)));
	/* By then it has looked at the other one, too. */
	EXPECT_TRUE(rules_become(self, 2, NO_MAC, ""));
	EXPECT_TRUE(rules_become(self, 0, MAC, ""));
	ASSERT_EQ(0, host_bind(host_vf_name, MIGCAP_DRIVER));
	EXPECT_TRUE(rules_become(self, 0, NO_MAC, ""));
}

static void write_file(char *path, const char *text)
{
	FILE *file;

	snprintf(path, SYSFS_PATH_MAX, "/tmp/follow-test.%d", getpid());
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
}

TEST_F(follow, rules_of_a_file)
{
	char path[SYSFS_PATH_MAX];

	write_file(path, "# of guest one\nmac=" MAC "\nvlan=7\ntrust=on\n");
	ASSERT_EQ(0, tool_start(&self->tool, TOOL_ARGS("follow", "--rules",
						       path, host_vf_name)));
	ASSERT_NE(NULL, tool_line(&self->tool, MAC, STEP_MS));
	unlink(path);
	ASSERT_EQ(0, start_guest(self));
	EXPECT_TRUE(rules_become(self, 0, MAC, "vlan 7"));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, OTHER_MAC));
	EXPECT_TRUE(rules_become(self, 0, MAC, "trust on"));
}

TEST_F(follow, bad_arguments)
{
	static const char * const bad[] = {
		"mac=here\n", "mac=01:00:00:00:00:01\n", "vlan=4096\n",
		"vlan=x\n", "trust=maybe\n", "qos=8\n", "vlan_proto=802.3\n",
	};
	char path[SYSFS_PATH_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		write_file(path, bad[i]);
		EXPECT_EQ(TOOL_FAILED, tool_run(TOOL_ARGS("follow", "--rules",
							  path, host_vf_name)))
			TH_LOG("%s", bad[i]);
	}
	unlink(path);
	EXPECT_EQ(TOOL_FAILED, tool_run(TOOL_ARGS("follow", "--rules",
						  "/nonexistent",
						  host_vf_name)));
	EXPECT_EQ(TOOL_USAGE, tool_run(TOOL_ARGS("follow")));
	EXPECT_EQ(TOOL_NO_VF, tool_run(TOOL_ARGS("follow", "0000:01:1f.7")));
	ASSERT_EQ(0, nl_vf_set_mac(self->pf.netdev, 0, MAC));
	EXPECT_EQ(TOOL_NO_RIGHTS,
		  tool_run_as_nobody(TOOL_ARGS("follow", host_vf_name)));
	EXPECT_TRUE(rules_become(self, 0, MAC, ""));
}

HOST_TEST_MAIN
