// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest moves to another host, and back: who reaches it, and when?  See lib/hosts.h
 * for the picture.
 *
 * Guarantees where `migcap follow` runs on both hosts, whether both PFs have a rule for
 * the guest's MAC address or the guest has chosen it:
 *  - a third machine and both hosts' neighbours reach the guest before, while its
 *    memory is sent, and after: the destination's PF does not take the address before
 *    the guest is there, and the source's lets go of it;
 *  - nothing is lost but in the one outage, and TCP connections survive with their
 *    content.
 *
 * Without it the third machine sees the same.  Whether neighbours do is what the PF's
 * driver makes of its rules: it is measured and not judged.
 */
#include "kselftest_harness.h"

#include "../lib/hosts.h"
#include "../lib/scenario_fixture.h"

#define TIMEOUT_S	900

/* One in a hundred may get lost where all is emulated, and two for good measure. */
static bool is_little(int lost, int of)
{
	return lost <= 2 + of / 100;
}

static bool is_one_outage(const struct hosts_views *views)
{
	const struct neighbour_view *view = views->neighbour;

	return is_little(views->client.lost_else, view->answered) &&
	       is_little(view[0].lost_else, view[0].answered) &&
	       is_little(view[1].lost_else, view[1].answered);
}

static void note_who_reaches(struct hosts *hosts, const char *when)
{
	int answers = neighbour_pings(&hosts->neighbour[0]);

	note("%s: the neighbour on host 1 has %d of 3 answers, that on host 2 %d of 3",
	     when, answers, neighbour_pings(&hosts->neighbour[1]));
}

#define HOSTS(name, settings)						\
FIXTURE(name) {								\
	struct hosts hosts;						\
};									\
									\
FIXTURE_VARIANT(name) {							\
	int setting;							\
};									\
									\
FIXTURE_VARIANT_ADD(name, rules) {					\
	.setting = HOSTS_RULES | (settings),				\
};									\
									\
FIXTURE_VARIANT_ADD(name, own_address) {				\
	.setting = (settings),						\
};									\
									\
FIXTURE_SETUP(name)							\
{									\
	SCENARIO_SET_UP(hosts_setup(&self->hosts, #name,		\
				    variant->setting));			\
}									\
									\
FIXTURE_TEARDOWN(name)							\
{									\
	if (!__test_passed(_metadata))					\
		hosts_explain(&self->hosts);				\
	hosts_teardown(&self->hosts);					\
}

HOSTS(followed, HOSTS_FOLLOW)
HOSTS(alone, 0)

TEST_F_TIMEOUT(followed, all_reach_the_guest, TIMEOUT_S)
{
	struct hosts *hosts = &self->hosts;
	struct hosts_views views;
	int i;

	EXPECT_EQ(0, hosts_reach(hosts));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, hosts_begin(hosts, &views));
		EXPECT_EQ(0, hosts_reach(hosts));
		EXPECT_TRUE(hosts_is_sending(&views));
		ASSERT_EQ(0, hosts_arrive(hosts, &views));
		hosts_note_views(hosts, &views);
		EXPECT_TRUE(is_one_outage(&views));
		EXPECT_EQ(0, hosts_reach(hosts));
		EXPECT_EQ(0, hosts_healthy(hosts));
	}
}

TEST_F_TIMEOUT(alone, the_third_machine_reaches_the_guest, TIMEOUT_S)
{
	struct hosts *hosts = &self->hosts;
	struct hosts_views views;

	note_who_reaches(hosts, "before");
	ASSERT_EQ(0, hosts_migrate(hosts, &views));
	hosts_note_views(hosts, &views);
	note_who_reaches(hosts, "after");
	EXPECT_EQ(0, hosts_healthy(hosts));
}

TEST_HARNESS_MAIN
