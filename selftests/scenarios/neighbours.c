// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which neighbours reach a guest whose address is in a PF's rule, without
 * `migcap follow` and with it?  Needs two PFs at one wire: the second one stands for another
 * host, and its neighbour for all that is there.
 *
 *	       10.9.0.1          10.9.0.3
 *	          |                 |
 *	       +--+--+   wire    +--+--+
 *	       | PF  +-----------+ PF' |
 *	       +--+--+           +--+--+
 *	          |                 |
 *	        VF 0              VF' 0
 *	      (source)           (dest.)
 *
 * Guarantees, with follow: the destination's neighbour reaches the guest before
 * the migration and after it, and so does the source's; what comes over the wire
 * reaches a standby while the VF is quiesced.  Without it neither is so: this is
 * seen first, or the test would prove nothing.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"

#include <dirent.h>

#include "../lib/clock.h"
#include "../lib/command.h"
#include "../lib/nl.h"
#include "../lib/scenario_fixture.h"
#include "../lib/tool.h"

#define FAR_ADDRESS	"10.9.0.3"
#define NO_MAC		"00:00:00:00:00:00"
#define READY_MS	30000
#define SAID_MS		20000
#define REACH_MS	30000
#define KEPT_DIR	"/run/migcap-neighbours"

struct neighbours {
	struct scenario s;
	struct pci_pf far;
	struct tool follow;
};

/* Another NIC of the same kind; false if there is none. */
static bool find_far(struct pci_pf *near, struct pci_pf *far)
{
	struct dirent *entry;
	char path[SYSFS_PATH_MAX];
	DIR *dir;

	memset(far, 0, sizeof(*far));
	if (pci_find_pf(near))
		return false;
	dir = opendir("/sys/class/net");
	while (dir && !far->bdf[0] && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/class/net/%.64s",
			 entry->d_name);
		if (sysfs_link(path, "device", far->bdf, sizeof(far->bdf)))
			continue;
		snprintf(path, sizeof(path), "/sys/class/net/%.64s/device",
			 entry->d_name);
		if (!strcmp(far->bdf, near->bdf) ||
		    access(strcat(path, "/sriov_numvfs"), F_OK)) {
			far->bdf[0] = 0;
			continue;
		}
		pci_dir(far->bdf, far->dir);
		snprintf(far->netdev, sizeof(far->netdev), "%.15s",
			 entry->d_name);
	}
	if (dir)
		closedir(dir);
	return far->bdf[0];
}

/* Each address is answered for by the interface that has it alone. */
static int far_up(const struct pci_pf *far)
{
	int err = command("sysctl -qw net.ipv4.conf.all.arp_ignore=1");

	if (!err)
		err = nl_link_set(far->netdev, true);
	return err ? err : nl_address_add(far->netdev, FAR_ADDRESS "/24");
}

static void far_down(const struct pci_pf *far)
{
	nl_address_del(far->netdev, FAR_ADDRESS "/24");
	pci_remove_vfs(far);
	command("sysctl -qw net.ipv4.conf.all.arp_ignore=0");
}

/* The destination is a VF of the other PF, by the same rule; none is left here. */
static int move_destination(struct neighbours *n)
{
	struct scenario *s = &n->s;
	int err = pci_make_vfs(&n->far, 1);

	if (!err)
		err = pci_vf_bdf(&n->far, 0, s->wire.vfs[1]);
	if (!err)
		err = pci_bind(s->wire.vfs[1], MIGCAP_DRIVER);
	if (!err)
		err = nl_vf_set_mac(n->far.netdev, 0, WIRE_MAC);
	return err ? err : nl_vf_set_mac(s->wire.pf.netdev, 2, NO_MAC);
}

/* How many of three pings that the PF's neighbour sends are answered. */
static int reaches(const struct pci_pf *pf)
{
	char line[256];
	int answers = -1;
	FILE *pipe;

	snprintf(line, sizeof(line), "ping -n -c 3 -i 0.3 -W 2 -I %s %s",
		 pf->netdev, WIRE_GUEST_ADDRESS);
	pipe = popen(line, "r");
	while (pipe && fgets(line, sizeof(line), pipe))
		sscanf(line, "%*d packets transmitted, %d received", &answers);
	if (pipe)
		pclose(pipe);
	note("%d of 3 answered to %s", answers, pf->netdev);
	return answers;
}

static bool comes_to_reach(const struct pci_pf *pf)
{
	long long deadline = deadline_in(REACH_MS);

	do {
		if (reaches(pf) == 3)
			return true;
	} while (ms_until(deadline));
	return false;
}

static int begin_to_follow(struct neighbours *n)
{
	const char * const args[] = { "follow", n->s.wire.vfs[0],
				      n->s.wire.vfs[1], NULL };
	int i, err;

	setenv("RUNTIME_DIRECTORY", KEPT_DIR, 1);
	command("rm -rf " KEPT_DIR);
	err = tool_start(&n->follow, args);
	for (i = 0; i < 2 && !err; i++)
		if (!tool_line(&n->follow, ": ", SAID_MS))
			err = -ETIMEDOUT;
	return err;
}

/* What comes over the wire may go from the PF to the tap, unlike elsewhere. */
static int join_ports(const struct wire *wire)
{
	int err = command("bridge link set dev %s isolated off",
			  wire->pf.netdev);

	return err ? err : command("bridge link set dev migcaptap0 isolated off");
}

static int set_up(struct neighbours *n, bool standby)
{
	const struct scenario_vmm vmm = { .standby = standby };
	struct pci_pf near;
	int err;

	if (!find_far(&near, &n->far))
		return -ENODEV;
	err = far_up(&n->far);
	if (!err)
		err = scenario_setup_vmm(&n->s, "neighbours", GUEST_WITH_AGENT,
					 &vmm);
	return err || !standby ? err : join_ports(&n->s.wire);
}

#define NEIGHBOURS(name, standby)					\
FIXTURE(name) {								\
	struct neighbours n;						\
};									\
									\
FIXTURE_SETUP(name)							\
{									\
	int err = set_up(&self->n, standby);				\
									\
	if (err == -ENODEV)						\
		SKIP(return, "needs a second PF: lab/l1 --pfs 2");	\
	ASSERT_EQ(0, err);						\
}									\
									\
FIXTURE_TEARDOWN(name)							\
{									\
	if (!self->n.far.bdf[0])					\
		return;							\
	tool_stop(&self->n.follow);					\
	SCENARIO_TEAR_DOWN(&self->n.s);					\
	far_down(&self->n.far);						\
}

NEIGHBOURS(neighbours, false)
NEIGHBOURS(standby_neighbours, true)

TEST_F_TIMEOUT(neighbours, reach_a_guest_that_moves, 400)
{
	struct scenario *s = &self->n.s;
	struct migration migration;

	ASSERT_EQ(0, move_destination(&self->n));
	EXPECT_EQ(0, reaches(&self->n.far));
	ASSERT_EQ(0, begin_to_follow(&self->n));
	EXPECT_TRUE(comes_to_reach(&self->n.far));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	EXPECT_EQ(0, scenario_healthy(s));
	EXPECT_TRUE(comes_to_reach(&self->n.far));
	EXPECT_TRUE(comes_to_reach(&s->wire.pf));
}

TEST_F_TIMEOUT(standby_neighbours, reach_a_standby_over_the_wire, 400)
{
	struct scenario *s = &self->n.s;

	EXPECT_TRUE(comes_to_reach(&self->n.far));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), READY_MS));
	EXPECT_EQ(0, reaches(&self->n.far));
	ASSERT_EQ(0, begin_to_follow(&self->n));
	EXPECT_TRUE(comes_to_reach(&self->n.far));
	ASSERT_EQ(0, migcap_write(scenario_vf(s), "quiesce", "0"));
	EXPECT_EQ(0, scenario_healthy(s));
	EXPECT_TRUE(comes_to_reach(&self->n.far));
}

TEST_HARNESS_MAIN
