// SPDX-License-Identifier: GPL-2.0-only
/*
 * One guest, migrated back and forth many times with traffic of all kinds, all of
 * whose content is checked: a TCP connection that lives as long as the guest, and
 * with each migration two more, with datagrams beside them, whose data the guest
 * keeps in sockets, memory and a file until it has arrived.  After the first few
 * migrations and after the last one it is counted what this machine and the guest
 * hold; and references to modules before and after all.
 *
 *	soak N
 *
 * A migration that fails is counted, and the next one tried if all is well;
 * whatever else goes wrong ends it.  The last line of the output is the verdict:
 * gap_ms is the longest time without an answered ping of each migration that
 * succeeded, their median and range, and lost is the number of bytes that are wrong
 * or missing.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bench/figures.h"
#include "../lib/clock.h"
#include "../lib/failure.h"
#include "../lib/hoard.h"
#include "../lib/scenario.h"
#include "footprint.h"

#define MIGRATIONS_MIN	2
#define MIGRATIONS_MAX	10000
#define WARM_UP_MAX	10
#define HEAD_START_MS	1000
#define AFTER_MS	1000

static const struct hoard_plan plan = {
	.rate = { .tcp = 200000, .udp = 100000 },
};

struct soak {
	struct scenario s;
	int wanted, done, ok;
	double gaps[MIGRATIONS_MAX];	/* in milliseconds; the first ok of them */
	unsigned long long lost;
	struct footprint warm;		/* when the first few were done */
};

/* One migration, and what is known of it. */
struct round {
	struct migration migration;
	double gap;
	struct flood_sent sent;
	struct hoard_found found;
};

/* A probe is good for less than an hour. */
static int new_probe(struct scenario *s)
{
	probe_stop(s->probe);
	s->probe = probe_start(wire_link(&s->wire), WIRE_GUEST_ADDRESS);
	return s->probe ? 0 : -EIO;
}

static int migrate(struct scenario *s, struct round *round)
{
	struct gap longest;
	int err = scenario_migrate(s, &round->migration);

	if (!err)
		err = scenario_network_works(s);
	if (err)
		return err;
	longest = probe_longest_gap(s->probe, round->migration.asked, now_ns());
	round->gap = ns_to_ms(gap_length(longest));
	return 0;
}

/* What TCP could not send during the gap it sends again after as long a time. */
static int flood_and_migrate(struct scenario *s, struct round *round)
{
	struct flood *flood = hoard_pour(&scenario_vm(s)->guest, &plan);
	int err;

	if (!flood)
		return -EIO;
	sleep_ms(HEAD_START_MS);
	err = migrate(s, round);
	sleep_ms(AFTER_MS + (int)round->gap);
	round->sent = flood_stop(flood);
	return err;
}

/* What a connection took, it delivers. */
static int look(struct scenario *s, struct round *round,
		unsigned long long *lost)
{
	struct hoard_found *found = &round->found;
	int err = hoard_look(&scenario_vm(s)->guest, found);

	if (err)
		return err;
	*lost += hoard_bad(found);
	if (found->queue < round->sent.queue)
		*lost += round->sent.queue - found->queue;
	if (*lost)
		return failure(-EIO, "%llu bytes are wrong, %llu of %llu arrived on a connection",
			       hoard_bad(found), found->queue,
			       round->sent.queue);
	if (!found->queue || !found->udp || !found->memory || !found->file)
		return failure(-EIO, "not all that was sent has arrived");
	return 0;
}

static void tell(int number, const struct round *round)
{
	const struct migration *migration = &round->migration;
	const struct hoard_found *found = &round->found;

	printf("%4d %7.0f %7.0f %7.0f %7lld %7lld %7llu\n", number, round->gap,
	       ns_to_ms(migration->resumed - migration->stopped),
	       ns_to_ms(migration->finished - migration->asked),
	       migration->ram_bytes >> 20, migration->passes,
	       (found->queue + found->udp + found->memory + found->file) >> 10);
	fflush(stdout);
}

static int one_round(struct soak *soak)
{
	struct scenario *s = &soak->s;
	struct round round = { .gap = 0 };
	int err, looked;

	err = new_probe(s);
	if (err)
		return err;
	err = flood_and_migrate(s, &round);
	looked = look(s, &round, &soak->lost);
	if (!err)
		err = looked;
	if (!err)
		err = scenario_healthy(s);
	soak->done++;
	if (err)
		return err;
	soak->gaps[soak->ok++] = round.gap;
	tell(soak->done, &round);
	return 0;
}

static void tell_columns(void)
{
	printf("%4s %7s %7s %7s %7s %7s %7s\n", "", "gap", "stopped", "total",
	       "RAM MB", "passes", "KiB ok");
}

/* Whether the next one may be tried after one that failed. */
static bool goes_on(struct soak *soak)
{
	printf("%4d: FAILED: %s\n", soak->done, failure_reason());
	fflush(stdout);
	return !soak->lost && !scenario_healthy(&soak->s);
}

static bool is_same(const struct footprint *before,
		    const struct footprint *after)
{
	int wrong = footprint_compare(before, after);

	if (wrong)
		failure(-EIO, "%d things are not as they were", wrong);
	return !wrong;
}

static bool run(struct soak *soak)
{
	int warm_up = soak->wanted / 2;
	struct footprint end;

	if (warm_up > WARM_UP_MAX)
		warm_up = WARM_UP_MAX;
	tell_columns();
	while (soak->done < soak->wanted) {
		if (one_round(soak) && !goes_on(soak))
			return false;
		if (soak->done == warm_up &&
		    footprint_take(&soak->warm, scenario_vm(&soak->s)))
			return false;
	}
	if (footprint_take(&end, scenario_vm(&soak->s)))
		return false;
	printf("\nheld after %d migrations, and more than after %d:\n",
	       soak->done, warm_up);
	footprint_tell(&soak->warm, &end);
	return is_same(&soak->warm, &end);
}

/* Modules are referred to as they were before when all is taken away again. */
static bool soak_all(struct soak *soak)
{
	struct footprint before, after;
	bool ok;

	ok = !footprint_modules(&before) &&
	     !scenario_setup(&soak->s, "soak", GUEST_WITH_AGENT);
	if (ok) {
		ok = run(soak);
		if (!ok) {
			scenario_explain(&soak->s);
			printf("soak: FAIL %s\n", failure_reason());
		}
		scenario_teardown(&soak->s);
		if (!footprint_modules(&after) && is_same(&before, &after))
			return ok;
	}
	printf("soak: FAIL %s\n", failure_reason());
	return false;
}

int main(int argc, char **argv)
{
	static struct soak soak;
	struct summary gaps;
	bool ok;

	soak.wanted = argc == 2 ? atoi(argv[1]) : 0;
	if (soak.wanted < MIGRATIONS_MIN || soak.wanted > MIGRATIONS_MAX) {
		fprintf(stderr, "usage: %s N, from %d to %d\n", argv[0],
			MIGRATIONS_MIN, MIGRATIONS_MAX);
		return 2;
	}
	note_quietly();
	ok = soak_all(&soak) && soak.ok == soak.wanted && !soak.lost;
	gaps = summarize(soak.gaps, soak.ok);
	printf("soak: %d migrations, %d ok, gap_ms=%.0f[%.0f-%.0f], lost=%llu\n",
	       soak.done, soak.ok, gaps.median, gaps.min, gaps.max, soak.lost);
	return ok ? 0 : 1;
}
