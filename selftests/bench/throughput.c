// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does it cost the data path that the agent keeps account of DMA, and that
 * the host driver is migcap_vfio_pci?
 *
 * Guests that differ in nothing else run at the same time, each on a VF of its
 * own, and are measured in turns: full frames sent to the guest, and by it,
 * as fast as they go; frames that arrived, and the processor time of the VM for
 * each.  One guest is measured twice a round, which says what is noise.
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
#include "../lib/migcap.h"
#include "../lib/nl.h"
#include "../lib/sysfs.h"
#include "../lib/vm.h"
#include "figures.h"

#define MAX_ROUNDS	50
#define USUAL_ROUNDS	5
#define BOOT_MS		120000
#define BLAST_MS	1000
#define HOST_ADDRESS	"10.9.0.1"
#define NETWORK \
	"load igbvf && ip link set eth0 up && ip address add 10.9.0.%d/24 dev eth0"
#define BLAST		"/out/selftests/guest/blast"

static const struct setup {
	const char *name;
	const char *driver;
	const char *agent;
} setups[] = {
	{ "plain", "vfio-pci", "" },
	{ "untracked", MIGCAP_DRIVER, "load migcap_guest track_dma=0 && " },
	{ "tracked", MIGCAP_DRIVER, "load migcap_guest && " },
};

enum { PLAIN, UNTRACKED, TRACKED, NR_SETUPS };

/* In the order of a round; the last is the first again. */
#define NR_TURNS	(NR_SETUPS + 1)

enum direction { TO_GUEST, FROM_GUEST, NR_DIRECTIONS };

static const char *const directions[] = { "receive", "send" };

struct sample {
	double frames_s;
	double cpu_us;			/* for each frame */
};

static struct pci_pf pf;
static struct vm vms[NR_SETUPS];
static struct sample samples[NR_DIRECTIONS][NR_TURNS][MAX_ROUNDS];

static int boot(int i)
{
	struct vm_spec spec = {
		.name = setups[i].name,
	};
	char bdf[PCI_BDF_SIZE], mac[20];
	int err;

	snprintf(mac, sizeof(mac), "02:00:00:09:01:%02x", i);
	err = pci_vf_bdf(&pf, i, bdf);
	if (!err)
		err = nl_vf_set_mac(pf.netdev, i, mac);
	if (!err)
		err = pci_bind(bdf, setups[i].driver);
	spec.vf = bdf;
	if (!err)
		err = vm_start(&vms[i], &spec);
	if (!err)
		err = guest_wait(&vms[i].guest, BOOT_MS);
	if (!err)
		err = guest_must(&vms[i].guest, 30, "%s" NETWORK,
				 setups[i].agent, i + 2);
	if (!err)
		err = command("ping -c 1 -w 30 10.9.0.%d", i + 2);
	return vm_explain(&vms[i], err);
}

static int boot_all(void)
{
	int i, err = pci_find_pf(&pf);

	if (!err)
		err = pci_make_vfs(&pf, NR_SETUPS);
	if (!err)
		err = nl_link_set(pf.netdev, true);
	if (!err)
		err = nl_address_add(pf.netdev, HOST_ADDRESS "/24");
	for (i = 0; i < NR_SETUPS && !err; i++)
		err = boot(i);
	return err;
}

static long long cpu_time(const struct vm *vm)
{
	clockid_t clock;

	return clock_getcpuclockid(vm->pid, &clock) ? 0 : clock_read(clock);
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

static int blast_guest(int setup)
{
	return command(BLAST " 10.9.0.%d %d", setup + 2, BLAST_MS);
}

static int blast_host(int setup)
{
	return guest_must(&vms[setup].guest, 20, "blast " HOST_ADDRESS " %d",
			  BLAST_MS);
}

static const struct {
	int (*blast)(int setup);
	int (*frames)(struct vm *vm, long *frames);	/* that arrived */
} ways[NR_DIRECTIONS] = {
	[TO_GUEST] = { blast_guest, guest_frames },
	[FROM_GUEST] = { blast_host, host_frames },
};

static int measure(int setup, enum direction direction, struct sample *sample)
{
	struct vm *vm = &vms[setup];
	long long begin, cpu;
	long before, after;
	int err = ways[direction].frames(vm, &before);

	if (err)
		return err;
	begin = now_ns();
	cpu = cpu_time(vm);
	err = ways[direction].blast(setup);
	cpu = cpu_time(vm) - cpu;
	begin = now_ns() - begin;
	if (!err)
		err = ways[direction].frames(vm, &after);
	if (!err && after == before)
		err = failure(-EIO, "%s: no frame arrived", vm->name);
	if (err)
		return err;
	sample->frames_s = (after - before) * (double)NSEC_PER_SEC / begin;
	sample->cpu_us = (double)cpu / NSEC_PER_USEC / (after - before);
	return 0;
}

static int run_rounds(int rounds)
{
	int round, turn, way, at, err = 0;

	for (round = 0; round < rounds; round++)
		for (turn = 0; turn < NR_TURNS; turn++)
			for (way = 0; way < NR_DIRECTIONS && !err; way++) {
				at = (turn + round) % NR_TURNS;
				err = measure(at % NR_SETUPS, way,
					      &samples[way][at][round]);
			}
	return err;
}

static double median_of(int way, int turn, int rounds, bool cpu)
{
	double values[MAX_ROUNDS];
	int i;

	for (i = 0; i < rounds; i++)
		values[i] = cpu ? samples[way][turn][i].cpu_us :
				  samples[way][turn][i].frames_s;
	return summarize(values, rounds).median;
}

static void print_row(int way, int rounds, bool cpu)
{
	double of[NR_TURNS];
	int turn;

	for (turn = 0; turn < NR_TURNS; turn++)
		of[turn] = median_of(way, turn, rounds, cpu);
	printf("%-8s %-15s %10.1f %10.1f %10.1f %9.3f %9.3f %7.3f\n",
	       directions[way], cpu ? "CPU us a frame" : "frames a second",
	       of[PLAIN], of[UNTRACKED], of[TRACKED],
	       of[UNTRACKED] / of[PLAIN], of[TRACKED] / of[UNTRACKED],
	       of[NR_SETUPS] / of[PLAIN]);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : USUAL_ROUNDS;
	int i, err;

	if (rounds < 1 || rounds > MAX_ROUNDS)
		return 2;
	note_quietly();
	err = boot_all();
	if (!err)
		err = run_rounds(rounds);
	if (err)
		printf("throughput: FAIL %s\n", failure_reason());
	printf("\n%-24s %10s %10s %10s %9s %9s %7s\n", "full frames", "vfio-pci",
	       "untracked", "tracked", "driver", "tracking", "noise");
	for (i = 0; i < 2 * NR_DIRECTIONS && !err; i++)
		print_row(i / 2, rounds, i % 2);
	for (i = 0; i < NR_SETUPS; i++)
		vm_stop(&vms[i]);
	if (pf.bdf[0]) {
		nl_address_del(pf.netdev, HOST_ADDRESS "/24");
		pci_remove_vfs(&pf);
	}
	return err ? 1 : 0;
}
