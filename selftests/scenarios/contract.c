// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver may rely on when the agent takes it down and up, and what the
 * agent does with drivers that do not do their part.  The VF is bound to a
 * driver that plays one of them (modules/contract_table.c).
 *
 * Guarantees:
 *  - frozen: a driver that is told that the channel is frozen finds that the
 *    device can do no DMA;
 *  - frees: so a driver that frees its receive ring, without a word to the
 *    device, finds its memory untouched while frames arrive all the time; and
 *    the device receives on the other host;
 *  - refuses: a driver that does not let go of its device is brought back, and
 *    the pages it has mapped are not written again and again while START stands;
 *  - linkless: a link that does not come back makes the agent run the recovery
 *    again, once;
 *  - shares: pages that were mapped many times at once are idle after that;
 *  - ways: a guest migrates with any driver that keeps to the contracts of one
 *    way to be taken down, by that way; with one that fails or says nothing at
 *    the first attempt by a second one, and with one that does not come up from
 *    one way by the next.  The guest's memory is what it was;
 *  - unregisters: a driver that gives its network device up is brought back, the
 *    migration is refused, and the guest says why;
 *  - dies: a driver that does not come up again is given up, and the guest says
 *    why.
 */
#include "kselftest_harness.h"

#include "../lib/contract.h"
#include "../lib/failure.h"
#include "../lib/scenario_fixture.h"

#define PATIENCE_MS	30000
#define LOST \
	"the driver lost its network device or did not come back whichever " \
	"way it was taken down; unbind it to migrate, and bind it afterwards"
#define DEAD \
	"driver has not enabled its device since it came back; unbind it and " \
	"bind it again"
#define PASSES	"grep -c guest_pass: /sys/kernel/tracing/trace || true"
#define BALLAST \
	"dd if=/dev/urandom of=/tmp/ballast bs=1M count=16 2>/dev/null && " \
	"cd /tmp && sha1sum ballast >ballast.sum"
#define UNHARMED	"cd /tmp && sha1sum -c ballast.sum"

SCENARIO(contract, GUEST_WITH_AGENT)

static struct guest *guest_of(struct scenario *s)
{
	return &scenario_vm(s)->guest;
}

static int end(struct scenario *s)
{
	const char *vf = scenario_vf(s);

	if (migcap_write(vf, "quiesce", "0"))
		return failure(-EIO, "quiesce: %s", vf);
	return migcap_wait(vf, "guest", "present", PATIENCE_MS);
}

static void frees(struct __test_metadata *_metadata, struct scenario *s)
{
	struct migration migration;

	ASSERT_EQ(0, contract_play(s, "frees"));
	ASSERT_EQ(0, contract_send(s));
	ASSERT_EQ(0, contract_receives(s, 20));
	ASSERT_EQ(0, scenario_migrate(s, &migration));
	ASSERT_EQ(0, contract_comes(s, "contract", "resumed 1"));
	EXPECT_EQ(0, contract_number(s, "contract", "spoiled"));
	EXPECT_EQ(0, contract_receives(s, 20));
	EXPECT_EQ(0, contract_number(s, "contract", "spoiled"));
}

/* Passes over pages, from the guest's trace. */
static long passes(struct scenario *s)
{
	if (guest_must(guest_of(s), 10, PASSES))
		return -EIO;
	return atol(guest_of(s)->output);
}

static void refuses(struct __test_metadata *_metadata, struct scenario *s)
{
	long begun, refused;

	ASSERT_EQ(0, contract_play(s, "refuses"));
	ASSERT_EQ(1, scenario_tracks_dma(s));
	begun = passes(s);
	ASSERT_EQ(0, migcap_write(scenario_vf(s), "quiesce", "1"));
	ASSERT_EQ(0, contract_comes(s, "contract", "resumed 1"));
	ASSERT_EQ(0, contract_comes(s, "migcap_agent/reason",
				    "driver could not be taken down"));
	refused = passes(s);
	EXPECT_LT(begun, refused);
	/* Some twenty looks at the registers. */
	ASSERT_EQ(0, guest_must(guest_of(s), 10, "sleep 2"));
	EXPECT_EQ(refused, passes(s));
	EXPECT_EQ(1, contract_number(s, "contract", "down"));
	ASSERT_EQ(0, end(s));
	EXPECT_EQ(0, contract_comes(s, "migcap_agent/reason", "none"));
}

/* For the last START. */
static long pages_written(struct scenario *s)
{
	const char *file = "migcap_agent/dma_pages";

	return contract_number(s, file, "pages_written_before") +
	       contract_number(s, file, "pages_written_after");
}

static void shares(struct __test_metadata *_metadata, struct scenario *s)
{
	long first, second;

	ASSERT_EQ(0, contract_play(s, "shares"));
	ASSERT_EQ(1, scenario_tracks_dma(s));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), PATIENCE_MS));
	first = pages_written(s);
	ASSERT_EQ(0, end(s));
	ASSERT_EQ(0, contract_comes(s, "contract", "resumed 1"));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), PATIENCE_MS));
	second = pages_written(s);
	TH_LOG("pages written: %ld, then %ld", first, second);
	/* They were unmapped lately, and 512 of them. */
	EXPECT_LE(512, first);
	EXPECT_GT(512, second);
	ASSERT_EQ(0, end(s));
}

struct way {
	const char *contract;
	const char *backend;	/* in the end */
	const char *resumed;	/* how often the driver was brought up */
	bool has_netdev;
};

#define AER	"error_recovery: first that the driver has"
#define PM	"power_management: first that the driver has"
#define RESET	"reset: first that the driver has"

static const struct way ways[] = {
	{ "frozen", AER, "resumed 1", false },
	{ "rtnl", AER, "resumed 1", true },
	{ "linkless", AER, "resumed 2", true },
	{ "late", AER, "resumed 1", true },
	{ "lies", AER, "resumed 2", true },
	{ "sleeps", AER, "resumed 1", false },
	{ "pm", PM, "resumed 1", true },
	{ "fails", PM, "resumed 2", true },
	{ "reset", RESET, "resumed 1", true },
	{ "mends", AER, "resumed 3", true },
};

static int open_netdev(struct scenario *s)
{
	int err = guest_must(guest_of(s), 10, "ip link set contract0 up");

	return err ? err : contract_comes(s, "net/contract0/carrier", "1");
}

static int migrate_by(struct scenario *s, const struct way *way)
{
	struct migration migration;
	int err;

	err = contract_play(s, way->contract);
	if (!err && way->has_netdev)
		err = open_netdev(s);
	if (!err)
		err = scenario_migrate(s, &migration);
	if (!err)
		err = contract_comes(s, "contract", way->resumed);
	if (!err && way->has_netdev)
		err = contract_comes(s, "net/contract0/carrier", "1");
	if (!err)
		err = contract_comes(s, "migcap_agent/backend", way->backend);
	if (!err)
		err = contract_comes(s, "migcap_agent/reason", "none");
	return err ? err : guest_must(guest_of(s), 20, UNHARMED);
}

static void unregisters(struct __test_metadata *_metadata, struct scenario *s)
{
	const char *vf = scenario_vf(s);
	struct migration migration;

	ASSERT_EQ(0, contract_play(s, "unregisters"));
	ASSERT_EQ(0, open_netdev(s));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "1"));
	EXPECT_EQ(0, contract_comes(s, "contract", "resumed 1"));
	EXPECT_EQ(0, contract_comes(s, "migcap_agent/reason", LOST));
	EXPECT_EQ(0, migcap_wait(vf, "guest", "absent", PATIENCE_MS));
	ASSERT_EQ(0, migcap_write(vf, "quiesce", "0"));
	EXPECT_EQ(0, open_netdev(s));

	ASSERT_EQ(0, scenario_start_destination(s));
	migration = scenario_migration(s);
	ASSERT_EQ(0, migration_begin(&migration));
	EXPECT_EQ(0, migration_expect_failure(&migration, PATIENCE_MS));
	EXPECT_EQ(1, contract_number(s, "contract", "down"));
}

static void dies(struct __test_metadata *_metadata, struct scenario *s)
{
	ASSERT_EQ(0, contract_play(s, "dies"));
	ASSERT_EQ(0, open_netdev(s));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), PATIENCE_MS));
	ASSERT_EQ(0, migcap_write(scenario_vf(s), "quiesce", "0"));
	EXPECT_EQ(0, contract_comes(s, "migcap_agent/reason", DEAD));
	EXPECT_EQ(0, migcap_wait(scenario_vf(s), "guest", "absent",
				 PATIENCE_MS));
	EXPECT_EQ(2, contract_number(s, "contract", "resumed"));
}

TEST_F_TIMEOUT(contract, ways, 600)
{
	struct scenario *s = &self->s;
	unsigned int i;

	scenario_quiet(s);
	ASSERT_EQ(0, guest_must(guest_of(s), 20, BALLAST));
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		TH_LOG("%s", ways[i].contract);
		ASSERT_EQ(0, migrate_by(s, ways + i));
		EXPECT_EQ(0, contract_number(s, "contract", "live"));
		EXPECT_EQ(0, contract_number(s, "contract", "dead"));
	}
	frees(_metadata, s);
}

TEST_F_TIMEOUT(contract, troubles, 400)
{
	struct scenario *s = &self->s;

	refuses(_metadata, s);
	shares(_metadata, s);
	unregisters(_metadata, s);
	dies(_metadata, s);
}

TEST_HARNESS_MAIN
