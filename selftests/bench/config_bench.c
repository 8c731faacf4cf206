// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long do configuration reads and writes take, compared with vfio-pci?
 *
 * The same VF is bound to both drivers by turns, so that what else the machine
 * does falls on both alike.  Prints for each kind of access the fastest round
 * of each driver, the ratio of those, and the ratio of the medians: where the
 * two ratios differ, the machine was busy.  Judges nothing.
 *
 *	config_bench [rounds [VF]]	(VF: else MIGCAP_VF)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "../host/host.h"

#define MAX_ROUNDS	101
#define ACCESSES	1000

enum { PLAIN, OURS, NR_DRIVERS };

static const char * const drivers[NR_DRIVERS] = { PLAIN_DRIVER, MIGCAP_DRIVER };

static const struct kind {
	const char *name;
	unsigned int offset;
	size_t len;
	bool write;
} kinds[] = {
	{ "read  4 vendor id", PCI_VENDOR_ID, 4, false },
	{ "read  2 command", PCI_COMMAND, 2, false },
	{ "read  1 capability list", PCI_CAPABILITY_LIST, 1, false },
	{ "read  4 extended", 0x100, 4, false },
	{ "write 1 interrupt line", PCI_INTERRUPT_LINE, 1, true },
	{ "write 2 command", PCI_COMMAND, 2, true },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static double samples[NR_KINDS][NR_DRIVERS][MAX_ROUNDS];

/* Nanoseconds for one access. */
static double measure(struct vfio_dev *dev, const struct kind *kind)
{
	uint8_t buf[8];
	long long begin;
	int i;

	vfio_dev_cfg_read(dev, kind->offset, buf, kind->len);
	begin = now_ns();
	for (i = 0; i < ACCESSES; i++) {
		if (kind->write)
			vfio_dev_cfg_write(dev, kind->offset, buf, kind->len);
		else
			vfio_dev_cfg_read(dev, kind->offset, buf, kind->len);
	}
	return (double)(now_ns() - begin) / ACCESSES;
}

static int run_round(const char *bdf, int driver, int round)
{
	struct host_vf vf;
	unsigned int k;
	int ret = host_bind(bdf, drivers[driver]);

	if (!ret)
		ret = host_open_bound(&vf, bdf);
	if (ret) {
		fprintf(stderr, "%s: cannot open under %s: %s\n", bdf,
			drivers[driver], strerror(-ret));
		return ret;
	}
	for (k = 0; k < NR_KINDS; k++)
		samples[k][driver][round] = measure(&vf.dev, &kinds[k]);
	host_close(&vf);
	return 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_results(int rounds)
{
	double *plain, *ours;
	unsigned int k;

	printf("%-24s %11s %18s %7s %7s\n", "nanoseconds an access",
	       PLAIN_DRIVER, MIGCAP_DRIVER, "ratio", "median");
	for (k = 0; k < NR_KINDS; k++) {
		plain = samples[k][PLAIN];
		ours = samples[k][OURS];
		qsort(plain, rounds, sizeof(*plain), compare);
		qsort(ours, rounds, sizeof(*ours), compare);
		printf("%-24s %11.0f %18.0f %7.3f %7.3f\n", kinds[k].name,
		       plain[0], ours[0], ours[0] / plain[0],
		       ours[rounds / 2] / plain[rounds / 2]);
	}
}

int main(int argc, char **argv)
{
	const char *bdf = argc > 2 ? argv[2] : getenv("MIGCAP_VF");
	int rounds = argc > 1 ? atoi(argv[1]) : 21;
	int round;

	if (!bdf || rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "usage: %s [rounds up to %d [VF]]\n", argv[0],
			MAX_ROUNDS);
		return 2;
	}
	for (round = 0; round < rounds; round++)
		/* Who begins changes, so that neither has the warm cache. */
		if (run_round(bdf, round % 2, round) ||
		    run_round(bdf, !(round % 2), round))
			return 1;
	print_results(rounds);
	return 0;
}
