// SPDX-License-Identifier: GPL-2.0-only
/*
 * The course of a run, the same for all peers, and its measuring.
 *
 *	boot, wait until the network works and is calm
 *	asked -> begin, migrate, end -> wait until all is as before -> over
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/clock.h"
#include "../lib/diagnosis.h"
#include "../lib/failure.h"
#include "../lib/signals.h"
#include "peer.h"
#include "run.h"
#include "segments.h"

#define BOOT_MS		120000
#define NETWORK_MS	60000
#define MIGRATE_MS	180000
#define SETTLE_MS	1000		/* after the network is there */
#define CALM_MS		2000		/* watched for noise */
#define AFTER_MS	1000		/* watched once all is well */
#define NOISE_NS	(100 * NSEC_PER_MSEC)
#define DIRTY_MB	64
#define DETACHED	" >/dev/null 2>&1 </dev/null &"

void run_arg(struct run_args *args, const char *option, const char *fmt, ...)
{
	va_list list;

	if (args->count + 2 > RUN_ARGS_MAX)
		return;
	args->v[args->count++] = strdup(option);
	va_start(list, fmt);
	if (vasprintf(&args->v[args->count], fmt, list) >= 0)
		args->count++;
	va_end(list);
}

static int start_vm(struct run *run, int end)
{
	struct run_args args = { .count = 0 };
	char name[32];
	struct vm_spec spec = {
		.name = name,
		.extra = (const char *const *)args.v,
		.memory_mb = run->load->memory_mb,
		.incoming = end,
	};
	int err;

	snprintf(name, sizeof(name), "%.14s-%.9s-%d%c", run->peer->name,
		 run->load->name, run->round, end ? 'b' : 'a');
	run->peer->devices(run, end, &spec, &args);
	err = vm_start(&run->vms[end], &spec);
	while (args.count)
		free(args.v[--args.count]);
	return err;
}

static int boot(struct run *run)
{
	struct guest *guest = &run->vms[0].guest;
	int err = start_vm(run, 0);

	if (!err)
		err = guest_wait(guest, BOOT_MS);
	if (!err)
		err = guest_must(guest, 30, "%s", run->peer->network);
	if (!err)
		err = guest_must(guest, 10, "setsid uplink %s" DETACHED,
				 WIRE_HOST_ADDRESS);
	if (!err && run->load->dirty_mb_s)
		err = guest_must(guest, 10, "setsid dirty %d %d" DETACHED,
				 DIRTY_MB, run->load->dirty_mb_s);
	return err;
}

/* Answers, datagrams, and those by way of the VF where there is one. */
static int wait_network(struct run *run, struct vm *vm, long long since)
{
	enum uplink_way way = run->peer->driver ? UPLINK_VF : UPLINK_ANY;

	if (!probe_first_answer(run->probe, since, NETWORK_MS))
		return failure(-ETIMEDOUT, "%s: no probe is answered", vm->name);
	if (!uplink_first(run->uplink, way, since, NETWORK_MS))
		return failure(-ETIMEDOUT, "%s: nothing comes from the guest%s",
			       vm->name, run->peer->driver ?
			       " by way of the VF" : "");
	return 0;
}

static int prepare(struct run *run)
{
	const struct peer *peer = run->peer;
	int err = 0;

	if (peer->driver)
		err = wire_bind(run->wire, peer->driver);
	run->watch = watch_start();
	run->probe = probe_start(wire_link(run->wire), WIRE_GUEST_ADDRESS);
	run->uplink = uplink_start(run->wire->pf.netdev);
	if (!run->watch || !run->probe || !run->uplink)
		return -EIO;
	if (!err && peer->guest_answers)
		err = signals_watch(run->watch, run->wire->vfs[0],
				    run->wire->vfs[1]);
	if (!err)
		err = boot(run);
	if (!err)
		err = wait_network(run, &run->vms[0], now_ns());
	if (!err && peer->check)
		err = peer->check(run);
	if (!err && peer->guest_answers)
		err = segments_record(run);
	return err ? err : start_vm(run, 1);
}

static int migrate(struct run *run)
{
	const struct peer *peer = run->peer;
	int err = 0;

	run->migration = (struct migration){
		.from = &run->vms[0],
		.to = &run->vms[1],
	};
	run->asked = now_ns();
	if (peer->begin)
		err = peer->begin(run);
	if (!err)
		err = migration_begin(&run->migration);
	if (!err)
		err = migration_finish(&run->migration, MIGRATE_MS);
	if (!err && peer->end)
		err = peer->end(run);
	return err;
}

/*
 * The source is stopped, so what comes now is from the other end.  Its QEMU ends
 * only after that: on two hosts the other one would not feel it.
 */
static int recover(struct run *run)
{
	int err = wait_network(run, &run->vms[1], run->migration.resumed);

	vm_stop(&run->vms[0]);
	if (!err)
		err = guest_wait(&run->vms[1].guest, NETWORK_MS);
	sleep_ms(AFTER_MS);
	run->over = now_ns();
	return err;
}

static double ms(long long ns)
{
	return ns_to_ms(ns);
}

static void measure_times(struct run *run, const struct times *down,
			  const struct times *up, const struct times *vf,
			  struct figures *figures)
{
	long long from = run->asked, to = run->over;
	double *v = figures->v;

	v[FIGURE_GAP_DOWN] = ms(gap_length(gaps_longest(down, from, to)));
	v[FIGURE_GAP_UP] = ms(gap_length(gaps_longest(up, from, to)));
	v[FIGURE_GAP] = fmax(v[FIGURE_GAP_DOWN], v[FIGURE_GAP_UP]);
	v[FIGURE_GAP_SUM] = ms(gaps_sum(down, from, to, NOISE_NS));
	v[FIGURE_NOISE] = fmax(ms(gap_length(gaps_longest(down, run->calm, from))),
			       ms(gap_length(gaps_longest(up, run->calm, from))));
	if (run->peer->driver)
		v[FIGURE_VF_DOWN] = ms(gap_length(gaps_longest(vf, from, to)));
}

static void measure_migration(struct run *run, struct figures *figures)
{
	const struct migration *migration = &run->migration;
	double *v = figures->v;

	v[FIGURE_LOST_DOWN] = probe_lost(run->probe, run->asked,
					 run->over - NOISE_NS);
	v[FIGURE_LOST_UP] = uplink_lost(run->uplink, run->asked, run->over);
	v[FIGURE_TOTAL] = ms(migration->finished - run->asked);
	v[FIGURE_STOP_RESUME] = ms(migration->resumed - migration->stopped);
	v[FIGURE_QEMU_DOWN] = migration->downtime_ms;
	v[FIGURE_RAM_MB] = (double)migration->ram_bytes / (1 << 20);
	v[FIGURE_PASSES] = migration->passes;
}

static void keep_plot(struct run *run, struct plot *plot, struct times *down,
		      const struct signals *signals)
{
	struct timeline *marks = &plot->marks;

	plot->name = run->peer->name;
	plot->zero = run->asked;
	plot->answers = *down;
	*down = (struct times){ .when = NULL };
	timeline_add(marks, signals->start, "host", "START");
	timeline_add(marks, signals->ready, "guest", "READY");
	timeline_add(marks, run->migration.stopped, "QEMU", "switchover");
	timeline_add(marks, signals->end, "host", "END");
}

static int measure(struct run *run, struct figures *figures, struct plot *plot)
{
	struct signals signals = { .start = 0 };
	struct times down, up, vf;
	long long back;
	int err = 0;

	down = probe_answers(run->probe, run->calm, run->over);
	up = uplink_arrivals(run->uplink, UPLINK_ANY, run->calm, run->over);
	vf = uplink_arrivals(run->uplink, UPLINK_VF, run->calm, run->over);
	measure_times(run, &down, &up, &vf, figures);
	measure_migration(run, figures);
	if (run->peer->guest_answers) {
		signals = signals_find(run->watch, run->wire->vfs[0],
				       run->wire->vfs[1], run->asked);
		back = uplink_first(run->uplink, UPLINK_VF,
				    run->migration.resumed, 0);
		err = segments_measure(run, &signals, back, figures);
	}
	if (!plot->name)
		keep_plot(run, plot, &down, &signals);
	times_free(&down);
	times_free(&up);
	times_free(&vf);
	return err;
}

static void clean_up(struct run *run)
{
	int end;

	probe_stop(run->probe);
	uplink_stop(run->uplink);
	watch_stop(run->watch);
	for (end = 0; end < 2; end++)
		vm_stop(&run->vms[end]);
}

/* Which of them has the guest is not known, nor is it after a failure. */
static void explain(struct run *run)
{
	int end;

	for (end = 0; end < 2; end++)
		diagnose_machine(&run->vms[end]);
}

int run_peer(struct run *run, struct figures *figures, struct plot *plot)
{
	int err;

	figures_clear(figures);
	err = prepare(run);
	if (!err) {
		sleep_ms(SETTLE_MS);
		run->calm = now_ns();
		sleep_ms(CALM_MS);
		err = migrate(run);
	}
	if (!err)
		err = recover(run);
	if (!err)
		err = measure(run, figures, plot);
	if (err)
		explain(run);
	clean_up(run);
	return err;
}
