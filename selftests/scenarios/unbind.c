// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver of the VF is unbound in the middle of a migration.  The guest
 * accounts for its VF's DMA, and has promised to do so before READY.
 *
 * Guarantees:
 *  - as long as READY has not been said, the host does not take the guest for
 *    quiesced, though the driver has cleared Bus Master Enable: not between
 *    unbind and READY, and not between unbind and bind;
 *  - what the device wrote until then is right at the destination: datagrams
 *    that were received and not read.
 *
 * The guest's only processor is kept from the agent's thread by the real-time
 * task that unbinds.  Without that, the time in which all can be lost is some
 * ten milliseconds.  6.12 gives a twentieth of the processor to others.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/flood.h"
#include "../lib/nic.h"
#include "../lib/pci.h"
#include "../lib/scenario_fixture.h"

#define FLOOD_MS	30000
#define HEAD_START_MS	3000
#define MIGRATE_MS	120000
#define ARRIVAL_MS	60000
#define UNBOUND_MS	20000
#define STANDING_MS	30000
#define READY_MS	"60000"
#define HOLD_MS		3000
#define UDP_RATE	40000
#define DRIVER		NIC_VF_DRIVER_DIR
#define ROOM		"echo 200000 200000 200000 | tee tcp_mem >udp_mem"
#define BACKGROUND	" >/dev/null 2>&1 </dev/null &"
#define HOARD_OUTPUT \
	"queue %*u bad %*u udp %llu bad %llu memory %*u bad %*u file %*u bad %*u"
#define THP		"/sys/kernel/mm/transparent_hugepage"

FIXTURE(unbind) {
	struct scenario s;
	struct flood *flood;
	char bdf[32];
};

FIXTURE_SETUP(unbind)
{
	struct guest *guest;
	/* As in tracked.c; this machine is not used for anything else. */
	sysfs_write(THP, "enabled", "never");
	SCENARIO_SET_UP(scenario_setup(&self->s, "unbind", GUEST_WITH_AGENT));
	guest = &scenario_vm(&self->s)->guest;
	ASSERT_EQ(1, scenario_tracks_dma(&self->s));
	ASSERT_EQ(0, guest_must(guest, 10, "basename " DRIVER "/0*"));
	snprintf(self->bdf, sizeof(self->bdf), "%.*s",
		 (int)strcspn(guest->output, "\n"), guest->output);
	ASSERT_EQ(0, migcap_write(scenario_vf(&self->s), "ready_timeout_ms",
				  READY_MS));
}

FIXTURE_TEARDOWN(unbind)
{
	if (self->flood)
		flood_stop(self->flood);
	SCENARIO_TEAR_DOWN(&self->s);
}

/* How often the guest was taken for quiesced until it said READY; -errno. */
static int looks_until_standing(const char *vf)
{
	long long end = deadline_in(STANDING_MS);
	int quiesced = 0;

	while (now_ns() < end) {
		if (migcap_reads(vf, "guest", "bme_off"))
			quiesced++;
		if (migcap_reads(vf, "guest", "standing"))
			return quiesced;
	}
	return failure(-ETIMEDOUT, "the guest does not say READY");
}

TEST_F_TIMEOUT(unbind, is_no_consent, 200)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 10,
				"bindspin 2 " DRIVER "/unbind %s" BACKGROUND,
				self->bdf));
	EXPECT_EQ(0, looks_until_standing(scenario_vf(s)));
}

TEST_F_TIMEOUT(unbind, and_bind_are_no_consent, 200)
{
	struct scenario *s = &self->s;

	ASSERT_EQ(0, guest_must(&scenario_vm(s)->guest, 10,
				"bindspin 2 " DRIVER "/unbind %s "
				DRIVER "/bind %s" BACKGROUND, self->bdf,
				self->bdf));
	EXPECT_EQ(0, looks_until_standing(scenario_vf(s)));
}

static int begin_and_hold(struct scenario *s, struct migration *migration)
{
	int err = scenario_start_destination(s);

	*migration = scenario_migration(s);
	if (!err)
		err = migration_begin_held(migration, MIGRATE_MS);
	if (!err)
		sleep_ms(HOLD_MS);
	return err;
}

/* Only what the device writes shall come: see tracked.c. */
static int pour(struct scenario *s, struct flood **flood)
{
	static const struct flood_rate rate = { .udp = UDP_RATE };
	struct guest *guest = &scenario_vm(s)->guest;

	if (guest_must(guest, 20, "cd /proc/sys/net/ipv4 && " ROOM) ||
	    guest_must(guest, 20,
		       "echo -1 >/proc/sys/kernel/sched_rt_runtime_us") ||
	    guest_must(guest, 20, "setsid hoard 80 >/tmp/hoard.out 2>&1 &"))
		return -EIO;
	*flood = flood_start(WIRE_GUEST_ADDRESS, rate, FLOOD_MS);
	if (!*flood)
		return -EIO;
	sleep_ms(HEAD_START_MS);
	stream_stop(s->stream);
	probe_stop(s->probe);
	s->stream = NULL;
	s->probe = NULL;
	return 0;
}

static int unbind(struct scenario *s, const char *bdf)
{
	const char *vf = scenario_vf(s);
	long long end;

	if (guest_must(&scenario_vm(s)->guest, 10,
		       "bindspin 8 " DRIVER "/unbind %s" BACKGROUND, bdf))
		return -EIO;
	end = deadline_in(UNBOUND_MS);
	while (pci_is_master(vf)) {
		if (now_ns() > end)
			return failure(-ETIMEDOUT, "the driver is not unbound");
		sleep_ms(1);
	}
	return 0;
}

static int look_at_hoard(struct scenario *s, unsigned long long *all,
			 unsigned long long *bad)
{
	struct guest *guest = &scenario_vm(s)->guest;

	if (guest_wait(guest, ARRIVAL_MS) ||
	    guest_must(guest, 20, "killall -USR1 hoard") ||
	    guest_must(guest, 60, "while pidof hoard; do sleep 0.2; done") ||
	    guest_must(guest, 20, "cat /tmp/hoard.out"))
		return -EIO;
	if (sscanf(guest->output, HOARD_OUTPUT, all, bad) != 2)
		return failure(-EIO, "hoard: %s", guest->output);
	return 0;
}

TEST_F_TIMEOUT(unbind, loses_nothing, 300)
{
	unsigned long long all, bad;
	struct scenario *s = &self->s;
	struct migration migration;

	ASSERT_EQ(0, pour(s, &self->flood));
	ASSERT_EQ(0, begin_and_hold(s, &migration));
	ASSERT_EQ(0, unbind(s, self->bdf));
	ASSERT_EQ(0, migration_release(&migration));
	ASSERT_EQ(0, migration_finish(&migration, MIGRATE_MS));
	flood_stop(self->flood);
	self->flood = NULL;
	scenario_moved(s);
	ASSERT_EQ(0, look_at_hoard(s, &all, &bad));
	TH_LOG("datagrams received and not read: %llu bytes, %llu wrong", all,
	       bad);
	EXPECT_LT(2 * UDP_RATE, all);
	EXPECT_EQ(0, bad);
}

TEST_HARNESS_MAIN
