// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that does to its VF whatever it can, while it is migrated, but for some
 * migrations, in which it lets itself be moved and is hostile where it arrives.
 * Guarantees: each migration comes to an end, be it well or not; those that it
 * lets happen complete; a neighbour on another VF of
 * the same NIC keeps its connection, its data are right, and as many of its
 * pings are answered as before; nobody's kernel has anything to complain of; and
 * when that guest is gone, its VFs serve another one.
 *
 *	                PF
 *	      .---------+---------.
 *	    VF 0       VF 2       VF 1
 *	     |          |          |
 *	  hostile    (to be      neighbour
 *	   guest   migrated to)
 */
#include "kselftest_harness.h"

#include "../lib/clock.h"
#include "../lib/diagnosis.h"
#include "../lib/failure.h"
#include "../lib/hostile.h"
#include "../lib/hostile_guest.h"
#include "../lib/nic.h"
#include "../lib/nl.h"
#include "../lib/scenario_fixture.h"

#define NEIGHBOUR_VF		1
#define NEIGHBOUR_MAC		"02:00:00:09:00:03"
#define NEIGHBOUR_ADDRESS	"10.9.0.3"
#define BOOT_MS			120000
#define NETWORK_MS		60000
#define PHASE_MS		10000
#define LATE_MS			2000
#define MIGRATIONS		6
#define MIGRATE_MS		120000
#define READY_TIMEOUT_MS	"2000"
#define TAMED_MS		30000
#define TAMED_TIMEOUT_MS	"30000"
#define GRACE_MS		1000
#define SIGN_OF_LIFE		(128 * 1024)

struct neighbour {
	char vf[PCI_BDF_SIZE];
	struct vm vm;
	struct probe *probe;
	struct stream *stream;
};

FIXTURE(hostile_guest) {
	struct scenario s;
	struct neighbour neighbour;
};

static int bind_neighbour(struct scenario *s, struct neighbour *n)
{
	int err = pci_vf_bdf(&s->wire.pf, NEIGHBOUR_VF, n->vf);

	if (!err)
		err = nl_vf_set_mac(s->wire.pf.netdev, NEIGHBOUR_VF,
				    NEIGHBOUR_MAC);
	return err ? err : pci_bind(n->vf, MIGCAP_DRIVER);
}

static int boot_neighbour(struct neighbour *n)
{
	const struct vm_spec spec = { .name = "hostile-neighbour", .vf = n->vf };
	int err = vm_start(&n->vm, &spec);

	if (!err)
		err = guest_wait(&n->vm.guest, BOOT_MS);
	if (!err)
		err = guest_must(&n->vm.guest, 20, "load " NIC_VF_DRIVER);
	if (!err)
		err = guest_must(&n->vm.guest, 20,
				 "linear && ip link set eth0 up");
	if (!err)
		err = guest_must(&n->vm.guest, 20,
				 "ip address add %s/24 dev eth0",
				 NEIGHBOUR_ADDRESS);
	if (!err)
		err = guest_must(&n->vm.guest, 20,
				 "setsid tcpecho </dev/null >/dev/null 2>&1 &");
	return err;
}

static int start_neighbour(struct scenario *s, struct neighbour *n)
{
	int err = bind_neighbour(s, n);

	if (!err)
		err = boot_neighbour(n);
	if (err)
		return err;
	n->probe = probe_start(wire_link(&s->wire), NEIGHBOUR_ADDRESS);
	if (!n->probe)
		return -EIO;
	if (!probe_first_answer(n->probe, now_ns(), NETWORK_MS))
		return failure(-ETIMEDOUT, "the neighbour does not answer pings");
	n->stream = stream_start(NEIGHBOUR_ADDRESS, NETWORK_MS);
	return n->stream ? 0 : -EIO;
}

static void stop_neighbour(struct neighbour *n)
{
	stream_stop(n->stream);
	probe_stop(n->probe);
	vm_stop(&n->vm);
	if (n->vf[0])
		pci_unbind(n->vf);
}

FIXTURE_SETUP(hostile_guest)
{
	SCENARIO_SET_UP(scenario_setup(&self->s, "hostile",
				       GUEST_WITHOUT_AGENT));
	if (!self->s.wire.made_vfs)
		SKIP(return, "wants a VF for a neighbour, and none was given");
	self->neighbour.vm.qmp.fd = -1;
	self->neighbour.vm.guest.fd = -1;
	ASSERT_EQ(0, start_neighbour(&self->s, &self->neighbour));
}

FIXTURE_TEARDOWN(hostile_guest)
{
	if (!__test_passed(_metadata))
		diagnose_guest(&self->neighbour.vm);
	stop_neighbour(&self->neighbour);
	SCENARIO_TEAR_DOWN(&self->s);
}

/* How many in a thousand of the probes since then have been answered. */
static int answered_since(struct probe *probe, long long since)
{
	long long until = now_ns();
	struct times answers;
	long lost, answered;

	sleep_ms(stretch_ms(LATE_MS));
	answers = probe_answers(probe, since, until);
	answered = answers.count;
	times_free(&answers);
	lost = probe_lost(probe, since, until);
	return answered + lost ? 1000 * answered / (answered + lost) : 0;
}

static int quiesce_ahead(const char *vf, bool tamed)
{
	if (tamed)
		return migcap_quiesce(vf, stretch_ms(TAMED_MS));
	migcap_write(vf, "quiesce", "1");
	sleep_ms(GRACE_MS);
	return 0;
}

/*
 * An operator quiesces ahead, every other time, and may be let down.  Every second of
 * these times the guest lets itself be migrated.
 */
static int try_migration(struct scenario *s, int number)
{
	bool tamed = number % 4 == 1;
	const char *vf = scenario_vf(s);
	struct migration migration;
	int err;

	migcap_write(vf, "ready_timeout_ms",
		     tamed ? TAMED_TIMEOUT_MS : READY_TIMEOUT_MS);
	err = scenario_start_destination(s);
	if (!err && tamed)
		err = guest_must(&scenario_vm(s)->guest, 20, "touch %s; sleep 0.2",
				 HOSTILE_TAMED);
	if (err)
		return err;
	err = number % 2 ? quiesce_ahead(vf, tamed) : 0;
	if (err)
		return err;
	migration = scenario_migration(s);
	err = migration_begin(&migration);
	if (!err)
		err = migration_wait_end(&migration, MIGRATE_MS);
	if (err)
		return err;
	note("migration %d %s: %s", number, migration.status, migration.error);
	migcap_write(vf, "quiesce", "0");
	if (!strcmp(migration.status, "completed"))
		scenario_moved(s);
	else if (tamed)
		return -EIO;
	return vm_trouble(scenario_vm(s));
}

static int migrate_hostile_guest(struct scenario *s)
{
	long long deadline = now_ns() + hostile_seconds() * NSEC_PER_SEC;
	int number, err = 0;

	err = guest_must(&scenario_vm(s)->guest, 20,
			 "setsid hostile %u </dev/null >/dev/null 2>&1 &",
			 hostile_seed());
	for (number = 0; !err && (number < MIGRATIONS || now_ns() < deadline);
	     number++)
		err = try_migration(s, number);
	return err;
}

/* The guest's machine is switched off, and the VFs are used anew. */
static int another_guest(struct scenario *s)
{
	struct migration migration;
	int end, err;

	for (end = 0; end < 2; end++)
		vm_stop(&s->vms[end]);
	for (end = 0; end < 2; end++)
		pci_unbind(s->wire.vfs[end]);
	s->kind = GUEST_WITH_AGENT;
	s->needs_quiesce = -1;
	err = wire_bind(&s->wire, MIGCAP_DRIVER);
	if (!err)
		err = scenario_boot(s);
	if (!err)
		err = scenario_traffic(s);
	if (!err)
		err = scenario_healthy(s);
	if (!err)
		err = scenario_migrate(s, &migration);
	return err ? err : scenario_healthy(s);
}

TEST_F_TIMEOUT(hostile_guest, others_do_not_notice, hostile_limit(600))
{
	struct neighbour *n = &self->neighbour;
	struct scenario *s = &self->s;
	int before, meanwhile;
	long long since;

	since = now_ns();
	sleep_ms(stretch_ms(PHASE_MS));
	before = answered_since(n->probe, since);
	since = now_ns();
	ASSERT_EQ(0, migrate_hostile_guest(s));
	meanwhile = answered_since(n->probe, since);
	note("neighbour: %d of 1000 probes answered before, %d meanwhile",
	     before, meanwhile);
	EXPECT_LT(0, before);
	EXPECT_LE(before / 2, meanwhile);
	EXPECT_EQ(0, stream_wait(n->stream, SIGN_OF_LIFE, NETWORK_MS));
	EXPECT_EQ(0, vm_trouble(&n->vm));

	ASSERT_EQ(0, another_guest(s));
	EXPECT_EQ(0, stream_check(n->stream));
}

TEST_HARNESS_MAIN
