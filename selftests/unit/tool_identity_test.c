// SPDX-License-Identifier: GPL-2.0-only
/*
 * Are two hosts' identities compared as a migration needs it?
 */
#include <kselftest_harness.h>

#include <stdarg.h>

#include "identity.h"

#define SAME								\
	"vendor=0x8086\ndevice=0x10ca\nsubsystem_vendor=0x1\n"		\
	"subsystem_device=0x2\nclass=0x020000\nrevision=0x01\nmsix=3\n"	\
	"vlan=0\nqos=0\nvlan_proto=802.1q\ntrust=off\nspoofchk=on\n"	\
	"mtu=1500\ndriver=1\n"

#define HELD	"role=held\nmac_in_force=yes\nmac=02:00:00:00:00:01\n"
#define IDLE	"role=idle\nmac_in_force=no\nmac=02:00:00:00:00:01\n"

struct told {
	enum verdict verdict;
	char name[32];
	char text[VERDICT_TEXT_SIZE];
};

/* Which verdict there was about @name. */
struct wanted {
	const char *name;
	struct told told;
};

static void tell(void *context, enum verdict verdict, const char *name,
		 const char *text)
{
	struct wanted *wanted = context;

	if (strcmp(name, wanted->name))
		return;
	wanted->told.verdict = verdict;
	snprintf(wanted->told.text, VERDICT_TEXT_SIZE, "%s", text);
}

static struct identity identity(const char *text)
{
	char whole[8192];
	struct identity parsed = {};

	snprintf(whole, sizeof(whole), "ok   driver  x\n\n" IDENTITY_HEAD "\n%s",
		 text);
	identity_parse(&parsed, whole);
	return parsed;
}

static enum verdict about(const char *name, const char *here, const char *there)
{
	struct identity a = identity(here), b = identity(there);
	struct wanted wanted = { .name = name, .told.verdict = -1 };
	struct verdict_sink sink = { .tell = tell, .context = &wanted };

	identity_compare(&a, &b, &sink);
	return wanted.told.verdict;
}

static enum verdict all(const char *here, const char *there)
{
	struct identity a = identity(here), b = identity(there);
	struct wanted wanted = { .name = "" };
	struct verdict_sink sink = { .tell = tell, .context = &wanted };

	return identity_compare(&a, &b, &sink);
}

TEST(two_of_a_kind)
{
	EXPECT_EQ(VERDICT_OK,
		  all(SAME IDLE "capability=0x40\nkernel=6.12\n",
		      SAME HELD "capability=0x40\nkernel=6.12\n"));
}

TEST(what_must_be_equal)
{
	static const char * const names[] = {
		"vendor", "device", "subsystem_vendor", "subsystem_device",
		"class", "revision", "capability", "msix", "vlan", "qos",
		"vlan_proto", "trust", "spoofchk", "mtu",
	};
	char ours[64], theirs[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(ours, sizeof(ours), "%s=0x1\n", names[i]);
		snprintf(theirs, sizeof(theirs), "%s=0x2\n", names[i]);
		EXPECT_EQ(VERDICT_NO, about(names[i], ours, theirs))
			TH_LOG("%s", names[i]);
		EXPECT_EQ(VERDICT_NO, all(ours, theirs));
		EXPECT_EQ(VERDICT_OK, about(names[i], ours, ours));
		/* Not known there: not to be relied on, and no reason to stay. */
		EXPECT_EQ(VERDICT_NOTE, about(names[i], ours, ""));
		EXPECT_EQ(VERDICT_NOTE, about(names[i], "", theirs));
	}
}

TEST(what_may_differ)
{
	EXPECT_EQ(VERDICT_NOTE, about("kernel", "kernel=6.12\n", "kernel=7.3\n"));
	EXPECT_EQ(VERDICT_NOTE, about("driver", "driver=1\n", "driver=2\n"));
}

TEST(the_address)
{
	EXPECT_EQ(VERDICT_OK, about("mac", IDLE, HELD));
	EXPECT_EQ(VERDICT_OK, about("mac", HELD, IDLE));
	EXPECT_EQ(VERDICT_NO, about("mac", "role=idle\nmac_in_force=yes\n"
				    "mac=02:00:00:00:00:01\n", HELD));
	EXPECT_EQ(VERDICT_NO, about("mac", HELD, "role=idle\nmac_in_force=yes\n"
				    "mac=02:00:00:00:00:01\n"));
	EXPECT_EQ(VERDICT_NO, about("mac", "role=idle\n"
				    "mac=02:00:00:00:00:02\n", HELD));
	EXPECT_EQ(VERDICT_NO, about("mac", "role=idle\n"
				    "mac=00:00:00:00:00:00\n", HELD));
	EXPECT_EQ(VERDICT_NOTE, about("mac", "role=idle\n"
				      "mac=00:00:00:00:00:00\n", "role=held\n"
				      "mac=00:00:00:00:00:00\n"));
}

TEST(what_is_no_identity)
{
	static char text[IDENTITY_SIZE + 64];
	struct identity parsed;
	char value[IDENTITY_VALUE_SIZE];

	EXPECT_EQ(-ENOENT, identity_parse(&parsed, ""));
	EXPECT_EQ(-ENOENT, identity_parse(&parsed, "vendor=1\n"));
	EXPECT_EQ(-ENOENT, identity_parse(&parsed, "x " IDENTITY_HEAD "\n"));
	EXPECT_EQ(-EOPNOTSUPP, identity_parse(&parsed, "migcap-identity 2\n"));
	EXPECT_EQ(-EOPNOTSUPP, identity_parse(&parsed, "migcap-identity 1x\n"));
	EXPECT_EQ(-EOPNOTSUPP, identity_parse(&parsed, "migcap-identity "));
	EXPECT_EQ(0, identity_parse(&parsed, IDENTITY_HEAD));
	EXPECT_STREQ(IDENTITY_UNKNOWN, identity_get(&parsed, "vendor", value));
	snprintf(text, sizeof(text), "%s\n", IDENTITY_HEAD);
	memset(text + strlen(text), 'x', IDENTITY_SIZE);
	EXPECT_EQ(-E2BIG, identity_parse(&parsed, text));
}

TEST(values)
{
	static char text[512];
	struct identity parsed;
	char value[IDENTITY_VALUE_SIZE];

	EXPECT_EQ(0, identity_parse(&parsed, IDENTITY_HEAD "\nab=1\na=2\n=3\n"));
	EXPECT_STREQ("2", identity_get(&parsed, "a", value));
	EXPECT_STREQ("1", identity_get(&parsed, "ab", value));
	EXPECT_STREQ(IDENTITY_UNKNOWN, identity_get(&parsed, "b", value));
	/* One that has no room is not known. */
	snprintf(text, sizeof(text), "%s\na=", IDENTITY_HEAD);
	memset(text + strlen(text), '1', IDENTITY_VALUE_SIZE);
	EXPECT_EQ(0, identity_parse(&parsed, text));
	EXPECT_STREQ(IDENTITY_UNKNOWN, identity_get(&parsed, "a", value));
}

TEST(written_and_read)
{
	char text[8192], value[IDENTITY_VALUE_SIZE];
	struct identity made = {}, parsed;
	int i;

	identity_add(&made, "vendor", "%#x", 0x8086);
	snprintf(text, sizeof(text), IDENTITY_HEAD "\n%s", made.text);
	ASSERT_EQ(0, identity_parse(&parsed, text));
	EXPECT_STREQ("0x8086", identity_get(&parsed, "vendor", value));
	/* More than there is room for is left out, not written beyond. */
	for (i = 0; i < 1000; i++)
		identity_add(&made, "name", "%080d", i);
	EXPECT_GE(sizeof(made.text), strlen(made.text));
}

TEST_HARNESS_MAIN
