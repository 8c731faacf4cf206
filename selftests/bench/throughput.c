// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does it cost the data path that the agent keeps account of DMA, and that
 * the host driver is migcap_vfio_pci?
 *
 * Guests run at the same time, each on a VF of its own, and are measured in
 * turns: full frames sent to the guest, and by it, as fast as they go; frames
 * that arrived, and the processor time of the VM for each.  Two guests under
 * vfio-pci tell what two guests differ by.  Tracking is switched on and off in
 * the same guest, since two have their memory in different places; off comes
 * once more, which tells what one guest differs by from itself.
 *
 *	throughput [ROUNDS]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/clock.h"
#include "../lib/command.h"
#include "../lib/diagnosis.h"
#include "../lib/migcap.h"
#include "../lib/nic.h"
#include "../lib/nl.h"
#include "../lib/sysfs.h"
#include "../lib/vm.h"
#include "figures.h"

#define MAX_ROUNDS	50
#define USUAL_ROUNDS	5
#define BOOT_MS		120000
#define BLAST_MS	700
#define HOST_ADDRESS	"10.9.0.1"
#define UNLOAD \
	"for m in " NIC_VF_DRIVER " migcap_guest; do " \
	"[ ! -d /sys/module/$m ] || rmmod $m; done"
#define NETWORK \
	"load " NIC_VF_DRIVER " && ip link set eth0 up && " \
	"ip address add 10.9.0.%d/24 dev eth0"
#define BLAST		"/out/selftests/guest/blast"

static const struct {
	const char *name;
	const char *driver;
} guests[] = {
	{ "plain", "vfio-pci" },
	{ "other", "vfio-pci" },
	{ "migcap", MIGCAP_DRIVER },
};

#define NR_GUESTS	(sizeof(guests) / sizeof(guests[0]))

enum { PLAIN, OTHER, UNTRACKED, TRACKED, UNTRACKED_AGAIN, NR_TURNS };

static const struct turn {
	int guest;
	const char *agent;
} turns[NR_TURNS] = {
	[PLAIN]		  = { 0, "" },
	[OTHER]		  = { 1, "" },
	[UNTRACKED]	  = { 2, "load migcap_guest track_dma=0 && " },
	[TRACKED]	  = { 2, "load migcap_guest && " },
	[UNTRACKED_AGAIN] = { 2, "load migcap_guest track_dma=0 && " },
};

static const struct {
	const char *name;
	int of;
	int to;
} ratios[] = {
	{ "driver", UNTRACKED, PLAIN },
	{ "noise", OTHER, PLAIN },
	{ "tracking", TRACKED, UNTRACKED },
	{ "noise", UNTRACKED_AGAIN, UNTRACKED },
};

#define NR_RATIOS	(sizeof(ratios) / sizeof(ratios[0]))

enum direction { TO_GUEST, FROM_GUEST, NR_DIRECTIONS };

enum quantity { FRAMES_S, CPU_US, NR_QUANTITIES };

static const char *const rows[NR_DIRECTIONS][NR_QUANTITIES] = {
	[TO_GUEST] = { "received, 1/s", "CPU each, us" },
	[FROM_GUEST] = { "sent, 1/s", "CPU each, us" },
};

static struct pci_pf pf;
static struct vm vms[NR_GUESTS];
static double samples[NR_DIRECTIONS][NR_QUANTITIES][NR_TURNS][MAX_ROUNDS];

static int boot(int i)
{
	struct vm_spec spec = {
		.name = guests[i].name,
	};
	char bdf[PCI_BDF_SIZE], mac[20];
	int err;

	snprintf(mac, sizeof(mac), "02:00:00:09:01:%02x", i);
	err = pci_vf_bdf(&pf, i, bdf);
	if (!err)
		err = nl_vf_set_mac(pf.netdev, i, mac);
	if (!err)
		err = pci_bind(bdf, guests[i].driver);
	spec.vf = bdf;
	if (!err)
		err = vm_start(&vms[i], &spec);
	if (!err)
		err = guest_wait(&vms[i].guest, BOOT_MS);
	return err;
}

static int boot_all(void)
{
	int err = pci_find_pf(&pf);
	unsigned int i;

	if (!err)
		err = pci_make_vfs(&pf, NR_GUESTS);
	if (!err)
		err = nl_link_set(pf.netdev, true);
	if (!err)
		err = nl_address_add(pf.netdev, HOST_ADDRESS "/24");
	for (i = 0; i < NR_GUESTS && !err; i++)
		err = boot(i);
	return err;
}

/* The driver begins anew in each turn, for all alike. */
static int connect_guest(const struct turn *turn)
{
	struct vm *vm = &vms[turn->guest];
	int err;

	err = guest_must(&vm->guest, 30, UNLOAD " && %s" NETWORK, turn->agent,
			 turn->guest + 2);
	if (!err)
		err = command("ping -c 1 -w 30 10.9.0.%d", turn->guest + 2);
	return err;
}

static long long cpu_time(const struct vm *vm)
{
	clockid_t clock;

	return clock_getcpuclockid(vm->process.pid, &clock) ? 0 : clock_read(clock);
}

static int guest_frames(struct vm *vm, long *frames)
{
	int err = guest_must(&vm->guest, 10,
			     "cat /sys/class/net/eth0/statistics/rx_packets");

	if (!err)
		*frames = atol(vm->guest.output);
	return err;
}

static int host_frames(struct vm *vm, long *frames)
{
	char attr[64];

	(void)vm;
	snprintf(attr, sizeof(attr), "net/%.15s/statistics/rx_packets",
		 pf.netdev);
	return sysfs_read_number(pf.dir, attr, frames);
}

static int blast_guest(int guest)
{
	return command(BLAST " 10.9.0.%d %d", guest + 2, BLAST_MS);
}

static int blast_host(int guest)
{
	return guest_must(&vms[guest].guest, 20, "blast " HOST_ADDRESS " %d",
			  BLAST_MS);
}

static const struct {
	int (*blast)(int guest);
	int (*frames)(struct vm *vm, long *frames);	/* that arrived */
} ways[NR_DIRECTIONS] = {
	[TO_GUEST] = { blast_guest, guest_frames },
	[FROM_GUEST] = { blast_host, host_frames },
};

static int measure(int guest, enum direction direction, double *frames_s,
		   double *cpu_us)
{
	struct vm *vm = &vms[guest];
	long long begin, cpu;
	long before, after;
	int err = ways[direction].frames(vm, &before);

	if (err)
		return err;
	begin = now_ns();
	cpu = cpu_time(vm);
	err = ways[direction].blast(guest);
	cpu = cpu_time(vm) - cpu;
	begin = now_ns() - begin;
	if (!err)
		err = ways[direction].frames(vm, &after);
	if (!err && after == before)
		err = failure(-EIO, "%s: no frame arrived", vm->name);
	if (err)
		return err;
	*frames_s = (after - before) * (double)NSEC_PER_SEC / begin;
	*cpu_us = (double)cpu / NSEC_PER_USEC / (after - before);
	return 0;
}

static int run_turn(int turn, int round)
{
	int way, err = connect_guest(&turns[turn]);

	for (way = 0; way < NR_DIRECTIONS && !err; way++)
		err = measure(turns[turn].guest, way,
			      &samples[way][FRAMES_S][turn][round],
			      &samples[way][CPU_US][turn][round]);
	return err;
}

/* The first one changes from round to round. */
static int run_rounds(int rounds)
{
	int round, turn, err = 0;

	for (round = 0; round < rounds; round++)
		for (turn = 0; turn < NR_TURNS && !err; turn++)
			err = run_turn((turn + round) % NR_TURNS, round);
	return err;
}

static double median_of(const double *samples, int rounds)
{
	double values[MAX_ROUNDS];

	memcpy(values, samples, rounds * sizeof(*values));
	return summarize(values, rounds).median;
}

/* Of one round each: what else the machine does changes from round to round. */
static double median_ratio(const double *of, const double *to, int rounds)
{
	double values[MAX_ROUNDS];
	int i;

	for (i = 0; i < rounds; i++)
		values[i] = of[i] / to[i];
	return summarize(values, rounds).median;
}

static void print_head(void)
{
	unsigned int i;

	printf("\n%-24s %10s %10s %10s", "full frames", "vfio-pci",
	       "untracked", "tracked");
	for (i = 0; i < NR_RATIOS; i++)
		printf(" %9s", ratios[i].name);
	printf("\n");
}

static void print_row(const char *name, double (*row)[MAX_ROUNDS], int rounds)
{
	unsigned int i;

	printf("%-24s %10.1f %10.1f %10.1f", name,
	       median_of(row[PLAIN], rounds), median_of(row[UNTRACKED], rounds),
	       median_of(row[TRACKED], rounds));
	for (i = 0; i < NR_RATIOS; i++)
		printf(" %9.3f", median_ratio(row[ratios[i].of],
					      row[ratios[i].to], rounds));
	printf("\n");
}

static void print_results(int rounds)
{
	int way, quantity;

	print_head();
	for (way = 0; way < NR_DIRECTIONS; way++)
		for (quantity = 0; quantity < NR_QUANTITIES; quantity++)
			print_row(rows[way][quantity], samples[way][quantity],
				  rounds);
}

static void explain(void)
{
	unsigned int i;

	for (i = 0; i < NR_GUESTS; i++)
		diagnose_machine(&vms[i]);
	printf("throughput: FAIL %s\n", failure_reason());
}

static void clean_up(void)
{
	unsigned int i;

	for (i = 0; i < NR_GUESTS; i++)
		vm_stop(&vms[i]);
	if (!pf.bdf[0])
		return;
	nl_address_del(pf.netdev, HOST_ADDRESS "/24");
	pci_remove_vfs(&pf);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : USUAL_ROUNDS;
	int err;

	if (rounds < 1 || rounds > MAX_ROUNDS)
		return 2;
	note_quietly();
	err = boot_all();
	if (!err)
		err = run_rounds(rounds);
	if (err)
		explain();
	else
		print_results(rounds);
	clean_up();
	return err ? 1 : 0;
}
