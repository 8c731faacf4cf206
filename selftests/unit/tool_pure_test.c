// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are the tool's other pure parts right: rules as text, which rules may be in
 * force, what QEMU's command line says, lines of a trace?
 */
#include <kselftest_harness.h>

#include "phase.h"
#include "qemu.h"
#include "rules.h"
#include "trace_line.h"

#define BDF	"0000:01:10.0"
#define DEVICES	"/sys/bus/pci/devices/"
#define ON	"enable-migration=on"
#define OFF	"enable-migration=off"
#define JSON_DEVICE(bdf)	"{\"driver\":\"vfio-pci\",\"host\":\"" bdf "\""
#define ARGS(...)	((char * const[]){ "qemu", __VA_ARGS__, NULL })

TEST(rules_round_trip)
{
	struct rules rules = RULES_NONE, again = RULES_NONE;
	char text[RULES_TEXT_SIZE], bad[RULES_TEXT_SIZE];

	ASSERT_EQ(0, rules_parse(&rules, "vendor=1\n# mac=no\n\n"
				 "mac=02:00:00:09:00:42\nvlan=4095\nqos=7\n"
				 "vlan_proto=802.1ad\ntrust=on\nspoofchk=off",
				 bad));
	rules_print(&rules, text, sizeof(text));
	ASSERT_EQ(0, rules_parse(&again, text, bad));
	EXPECT_TRUE(rules_same(&rules, &again));
	EXPECT_TRUE(rules_have_mac(&again));
	EXPECT_EQ(0x42, again.mac[5]);
	EXPECT_EQ(4095, again.vlan);
	EXPECT_EQ(ETH_P_8021AD, again.proto);
	EXPECT_EQ(1, again.trust);
	EXPECT_EQ(0, again.spoofchk);
}

TEST(rules_that_make_no_sense)
{
	static const char * const texts[] = {
		"mac=", "mac=02:00:00:09:00", "mac=02:00:00:09:00:421",
		"mac=02-00-00-09-00-42", "mac=03:00:00:09:00:42",
		"mac=02:00:00:09:00:4g", "vlan=-1", "vlan=4096", "vlan=",
		"qos=8", "vlan_proto=", "trust=yes", "spoofchk=1", "vlan=7 ",
	};
	char bad[RULES_TEXT_SIZE], text[RULES_TEXT_SIZE];
	struct rules rules = RULES_NONE, before = RULES_NONE;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		snprintf(text, sizeof(text), "vlan=5\n%s\n", texts[i]);
		EXPECT_EQ(-EINVAL, rules_parse(&rules, text, bad))
			TH_LOG("%s", texts[i]);
		EXPECT_STREQ(texts[i], bad);
		EXPECT_TRUE(rules_same(&rules, &before));
	}
}

static enum phase phase_with(const char *state, const char *guest,
			     const char *quiesce, bool incoming, bool arrived)
{
	struct phase_view view = {
		.bound = true,
		.state = state,
		.guest = guest,
		.quiesce = quiesce,
		.incoming = incoming,
		.arrived = arrived,
	};

	return phase_of(&view);
}

TEST(phases_of_a_migration)
{
	/* The source. */
	EXPECT_EQ(PHASE_PRESENT, phase_with("running", "present", "idle", 0, 0));
	EXPECT_EQ(PHASE_PRESENT, phase_with("pre_copy", "present", "asked", 0, 0));
	EXPECT_EQ(PHASE_AWAY, phase_with("pre_copy", "ready", "quiesced", 0, 0));
	EXPECT_EQ(PHASE_AWAY, phase_with("pre_copy_p2p", "ready", "quiesced", 0, 0));
	EXPECT_EQ(PHASE_AWAY, phase_with("stop_copy", "ready", "quiesced", 0, 0));
	EXPECT_EQ(PHASE_KEEP, phase_with("stop", "ready", "quiesced", 0, 0));
	EXPECT_EQ(PHASE_AWAY, phase_with("stop_copy", "present", "forced", 0, 0));
	EXPECT_EQ(PHASE_AWAY, phase_with("running", "present", "forced", 0, 0));
	EXPECT_EQ(PHASE_ABSENT, phase_with("closed", "absent", "idle", 0, 0));
	/* The destination. */
	EXPECT_EQ(PHASE_AWAY, phase_with("running", "bme_off", "idle", 1, 0));
	EXPECT_EQ(PHASE_AWAY, phase_with("resuming", "bme_off", "idle", 1, 0));
	EXPECT_EQ(PHASE_KEEP, phase_with("stop", "ready", "idle", 1, 1));
	EXPECT_EQ(PHASE_PRESENT, phase_with("running", "ready", "idle", 1, 1));
	EXPECT_EQ(PHASE_PRESENT, phase_with("running", "present", "idle", 1, 1));
}

TEST(phases_without_a_migration)
{
	struct phase_view none = {}, other = { .driven = true };

	EXPECT_EQ(PHASE_ABSENT, phase_of(&none));
	EXPECT_EQ(PHASE_KEEP, phase_of(&other));
	/* A guest that boots needs its address before its driver is there. */
	EXPECT_EQ(PHASE_PRESENT, phase_with("running", "bme_off", "idle", 0, 0));
	EXPECT_EQ(PHASE_PRESENT, phase_with("running", "absent", "idle", 0, 0));
	/* It arrived, and its driver was unbound then. */
	EXPECT_EQ(PHASE_PRESENT, phase_with("running", "bme_off", "idle", 1, 1));
	/* Arrived before anybody looked, and at work. */
	EXPECT_EQ(PHASE_PRESENT, phase_with("running", "present", "idle", 1, 0));
	EXPECT_EQ(PHASE_AWAY, phase_with("running", "ready", "quiesced", 0, 0));
	EXPECT_EQ(PHASE_KEEP, phase_with("error", "absent", "idle", 0, 0));
}

/* How a device is named, and what that says of enable-migration. */
static const struct {
	const char *option, *value;
	enum qemu_migration migration;
} words[] = {
	{ "-m", "1", QEMU_MIGRATION_UNSEEN },
	{ "-device", "vfio-pci,host=" BDF, QEMU_MIGRATION_AUTO },
	{ "-device", "vfio-pci,host=01:10.0,bus=b," ON, QEMU_MIGRATION_ON },
	{ "--device", "vfio-pci," OFF ",sysfsdev=" DEVICES BDF,
	  QEMU_MIGRATION_OFF },
	{ "-device", JSON_DEVICE(BDF) ",\"enable-migration\":\"on\"}",
	  QEMU_MIGRATION_ON },
	{ "-device", JSON_DEVICE(BDF) ",\"enable-migration\":false}",
	  QEMU_MIGRATION_OFF },
	{ "-device", JSON_DEVICE(BDF) "}", QEMU_MIGRATION_AUTO },
	/* Another device, half an object, nothing. */
	{ "-device", "vfio-pci,host=0001:01:10.0," ON, QEMU_MIGRATION_UNSEEN },
	{ "-device", JSON_DEVICE("0000:01:10.2") "}", QEMU_MIGRATION_UNSEEN },
	{ "-device", "{\"host\":", QEMU_MIGRATION_UNSEEN },
	{ "-device", NULL, QEMU_MIGRATION_UNSEEN },
	/* It holds for a device that is hot-plugged. */
	{ "-global", "vfio-pci." ON, QEMU_MIGRATION_ON },
	{ "-global", "driver=vfio-pci,property=enable-migration,value=on",
	  QEMU_MIGRATION_ON },
	{ "-global", "vfio-pci.x=on", QEMU_MIGRATION_UNSEEN },
};

TEST(qemu_property)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		EXPECT_EQ(words[i].migration,
			  qemu_migration(ARGS((char *)words[i].option,
					      (char *)words[i].value), BDF))
			TH_LOG("%s %s", words[i].option, words[i].value);
	}
}

TEST(qemu_property_among_others)
{
	EXPECT_EQ(QEMU_MIGRATION_AUTO,
		  qemu_migration(ARGS("-device", "vfio-pci,host=01:10.2," ON,
				      "-device", "vfio-pci,host=" BDF), BDF));
	EXPECT_EQ(QEMU_MIGRATION_ON,
		  qemu_migration(ARGS("-global", "vfio-pci." ON, "-device",
				      "vfio-pci,host=" BDF), BDF));
	EXPECT_EQ(QEMU_MIGRATION_OFF,
		  qemu_migration(ARGS("-device", "vfio-pci,host=" BDF "," OFF,
				      "-global", "vfio-pci." ON), BDF));
}

TEST(qemu_words)
{
	char name[16];

	EXPECT_TRUE(qemu_is_incoming(ARGS("-incoming", "defer")));
	EXPECT_TRUE(qemu_is_incoming(ARGS("--incoming", "defer")));
	EXPECT_FALSE(qemu_is_incoming(ARGS("-name", "incoming")));
	EXPECT_FALSE(qemu_is_incoming(NULL));
	qemu_guest(ARGS("-name", "guest=web1,debug-threads=on"), name,
		   sizeof(name));
	EXPECT_STREQ("web1", name);
	qemu_guest(ARGS("-name", "web2,process=x"), name, sizeof(name));
	EXPECT_STREQ("web2", name);
	qemu_guest(ARGS("-m", "1"), name, sizeof(name));
	EXPECT_STREQ("", name);
}

#define ARC \
	" q-12 [001] ...1.  17.500000: migcap_arc: " BDF " running -> stop error=0\n"
#define STRANGE_NAME \
	" : migcap_arc: -12 [0] ... 2.0: migcap_guest: " BDF " absent -> ready"

TEST(trace_lines)
{
	struct trace_line line;

	ASSERT_TRUE(trace_line_parse(&line, ARC));
	EXPECT_EQ(17.5, line.time);
	EXPECT_STREQ("arc", line.event);
	EXPECT_STREQ(BDF, line.vf);
	EXPECT_STREQ("running -> stop error=0", line.text);
	/* A program may call itself anything. */
	ASSERT_TRUE(trace_line_parse(&line, STRANGE_NAME));
	EXPECT_STREQ("guest", line.event);
	EXPECT_EQ(2.0, line.time);
}

TEST(lines_that_are_none)
{
	static const char * const texts[] = {
		"", "\n", "# tracer: nop", "x-1 [0] ... 1.0: sched_switch: x",
		"x-1 [0] ... 1.0: migcap_", "x-1 [0] ... 1.0: migcap_arc:",
		": migcap_ARC: x y", ": migcap_",
	};
	struct trace_line line;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT_FALSE(trace_line_parse(&line, texts[i]))
			TH_LOG("%s", texts[i]);
	}
}

TEST_HARNESS_MAIN
