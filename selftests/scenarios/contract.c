// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver may rely on when the agent takes it down and up, and what the
 * agent does with drivers that do not do their part.  The VF is bound to a
 * driver that plays one of them (modules/vf_contract.c).
 *
 * Guarantees:
 *  - frozen: a driver that is told that the channel is frozen finds that the
 *    device can do no DMA;
 *  - refuses: a driver that does not let go of its device is brought back, and
 *    the pages it has mapped are not written again and again while START stands;
 *  - linkless: a link that does not come back makes the agent run the recovery
 *    again, once;
 *  - shares: pages that were mapped many times at once are idle after that.
 */
#include "kselftest_harness.h"

#include "../lib/failure.h"
#include "../lib/nic.h"
#include "../lib/scenario_fixture.h"

#define PATIENCE_MS	30000
#define VF		"/sys/bus/pci/drivers/vf_contract/0*"
#define BIND \
	"vf=$(basename " NIC_VF_DRIVER_DIR "/0*) && cd /sys/bus/pci && " \
	"load vf_contract contract=%s && " \
	"echo $vf >" NIC_VF_DRIVER_DIR "/unbind && " \
	"echo vf_contract >devices/$vf/driver_override && " \
	"echo $vf >drivers_probe && ls -d " VF
#define PASSES	"grep -c guest_pass: /sys/kernel/tracing/trace || true"
#define NUMBER	"sed -n 's/^%s //p' " VF "/%s"
#define UNTIL \
	"for i in $(seq 100); do grep -qx '%s' " VF "/%s && exit; sleep 0.1; " \
	"done; cat " VF "/%s; exit 1"

SCENARIO(contract, GUEST_WITH_AGENT)

static struct guest *guest_of(struct scenario *s)
{
	return &scenario_vm(s)->guest;
}

static int play(struct scenario *s, const char *contract)
{
	if (guest_must(guest_of(s), 20, BIND, contract))
		return -EIO;
	return migcap_wait(scenario_vf(s), "guest", "present", PATIENCE_MS);
}

/* A line of a file of the device, within ten seconds. */
static int comes(struct scenario *s, const char *file, const char *line)
{
	return guest_must(guest_of(s), 20, UNTIL, line, file, file);
}

static int end(struct scenario *s)
{
	const char *vf = scenario_vf(s);

	if (migcap_write(vf, "quiesce", "0"))
		return failure(-EIO, "quiesce: %s", vf);
	return migcap_wait(vf, "guest", "present", PATIENCE_MS);
}

/* The number in a line "name number" of a file of the device. */
static long number(struct scenario *s, const char *file, const char *name)
{
	if (guest_must(guest_of(s), 10, NUMBER, name, file))
		return -EIO;
	return atol(guest_of(s)->output);
}

TEST_F_TIMEOUT(contract, frozen, 200)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, play(s, "frozen"));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), PATIENCE_MS));
	ASSERT_EQ(0, end(s));
	EXPECT_EQ(0, comes(s, "contract", "resumed 1"));
	EXPECT_EQ(1, number(s, "contract", "frozen"));
	EXPECT_EQ(0, number(s, "contract", "live"));
}

/* Passes over pages, from the guest's trace. */
static long passes(struct scenario *s)
{
	if (guest_must(guest_of(s), 10, PASSES))
		return -EIO;
	return atol(guest_of(s)->output);
}

TEST_F_TIMEOUT(contract, refuses, 200)
{
	struct scenario *s = &self->s;
	long begun, refused;

	ASSERT_EQ(0, play(s, "refuses"));
	ASSERT_EQ(1, scenario_tracks_dma(s));
	begun = passes(s);
	ASSERT_EQ(0, migcap_write(scenario_vf(s), "quiesce", "1"));
	ASSERT_EQ(0, comes(s, "contract", "resumed 1"));
	ASSERT_EQ(0, comes(s, "migcap_agent/reason",
			   "driver could not be taken down"));
	refused = passes(s);
	EXPECT_LT(begun, refused);
	/* Some twenty looks at the registers. */
	ASSERT_EQ(0, guest_must(guest_of(s), 10, "sleep 2"));
	EXPECT_EQ(refused, passes(s));
	EXPECT_EQ(1, number(s, "contract", "frozen"));
	ASSERT_EQ(0, end(s));
	EXPECT_EQ(0, comes(s, "migcap_agent/reason", "none"));
}

TEST_F_TIMEOUT(contract, linkless, 200)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, play(s, "linkless"));
	ASSERT_EQ(0, guest_must(guest_of(s), 10, "ip link set contract0 up"));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), PATIENCE_MS));
	ASSERT_EQ(0, end(s));
	EXPECT_EQ(0, comes(s, "contract", "resumed 2"));
	EXPECT_EQ(0, comes(s, "net/contract0/carrier", "1"));
	EXPECT_EQ(1, number(s, "migcap_agent/counters", "repeated"));
	EXPECT_EQ(0, comes(s, "migcap_agent/reason", "none"));
}

TEST_F_TIMEOUT(contract, shares, 200)
{
	struct scenario *s = &self->s;
	long first, second;

	ASSERT_EQ(0, play(s, "shares"));
	ASSERT_EQ(1, scenario_tracks_dma(s));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), PATIENCE_MS));
	first = number(s, "migcap_agent/dma_pages", "pages_written_before") +
		number(s, "migcap_agent/dma_pages", "pages_written_after");
	ASSERT_EQ(0, end(s));
	ASSERT_EQ(0, comes(s, "contract", "resumed 1"));
	ASSERT_EQ(0, migcap_quiesce(scenario_vf(s), PATIENCE_MS));
	second = number(s, "migcap_agent/dma_pages", "pages_written_before") +
		 number(s, "migcap_agent/dma_pages", "pages_written_after");
	TH_LOG("pages written: %ld, then %ld", first, second);
	/* They were unmapped lately, and 512 of them. */
	EXPECT_LE(512, first);
	EXPECT_GT(512, second);
	ASSERT_EQ(0, end(s));
}

TEST_HARNESS_MAIN
