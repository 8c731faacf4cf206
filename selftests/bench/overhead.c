// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does it cost to have migcap_vfio_pci instead of vfio-pci, operation by
 * operation?
 *
 * The same VF is bound by turns to vfio-pci, to ours, and to vfio-pci again, so
 * that what else the machine does falls on all alike.  A turn counts as its
 * fastest batch of accesses; the ratio is of medians of turns, and that of
 * vfio-pci to itself says how much of it is noise.  Judges nothing.
 *
 *	overhead [rounds [VF]]	(VF: else MIGCAP_VF, else the first one)
 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "../host/host.h"
#include "../lib/nl.h"
#include "figures.h"

#define MAX_ROUNDS	101
#define USUAL_ROUNDS	21
#define BATCHES		8
#define ACCESSES	500		/* in a batch */
#define INTERRUPTS	50
#define ARRIVAL_MS	1000
#define MSIX		VFIO_PCI_MSIX_IRQ_INDEX

/* Registers of an 82576 VF: status, and causing an interrupt of its own. */
#define VTSTATUS	0x0008
#define VTEICS		0x1520
#define VTEIMS		0x1524
#define VTEIAC		0x152c

enum { PLAIN, OURS, PLAIN_AGAIN, NR_DRIVERS };

static const char * const drivers[NR_DRIVERS] = {
	PLAIN_DRIVER, MIGCAP_DRIVER, PLAIN_DRIVER,
};

/* A VF with all that the kinds of access need. */
struct bed {
	struct host_vf vf;
	volatile uint32_t *bar;		/* NULL: cannot be mapped */
	size_t bar_size;
	int fd;				/* eventfd of vector 0, -1: none */
};

struct kind {
	const char *name;
	double (*measure)(struct bed *bed, const struct kind *kind);
	unsigned int offset;
	size_t len;
};

static double per_access(long long begin, int count)
{
	return (double)(now_ns() - begin) / count;
}

static double read_config(struct bed *bed, const struct kind *kind)
{
	long long begin = now_ns();
	uint8_t buf[8];
	int i;

	for (i = 0; i < ACCESSES; i++)
		vfio_dev_cfg_read(&bed->vf.dev, kind->offset, buf, kind->len);
	return per_access(begin, ACCESSES);
}

static double write_config(struct bed *bed, const struct kind *kind)
{
	long long begin;
	uint8_t buf[8];
	int i;

	vfio_dev_cfg_read(&bed->vf.dev, kind->offset, buf, kind->len);
	begin = now_ns();
	for (i = 0; i < ACCESSES; i++)
		vfio_dev_cfg_write(&bed->vf.dev, kind->offset, buf, kind->len);
	return per_access(begin, ACCESSES);
}

static double read_bar(struct bed *bed, const struct kind *kind)
{
	long long begin = now_ns();
	int i;

	if (!bed->bar)
		return NAN;
	for (i = 0; i < ACCESSES; i++)
		(void)bed->bar[kind->offset / sizeof(*bed->bar)];
	return per_access(begin, ACCESSES);
}

static bool arrives(struct bed *bed)
{
	struct pollfd pfd = { .fd = bed->fd, .events = POLLIN };
	uint64_t count;

	return poll(&pfd, 1, ARRIVAL_MS) == 1 &&
	       read(bed->fd, &count, sizeof(count)) == sizeof(count);
}

/* From VFIO_DEVICE_SET_IRQS to the reader of the eventfd: no hardware. */
static double trigger(struct bed *bed, const struct kind *kind)
{
	long long begin = now_ns();
	int i;

	(void)kind;
	for (i = 0; i < INTERRUPTS; i++) {
		if (vfio_dev_set_irqs(&bed->vf.dev, VFIO_IRQ_SET_DATA_NONE |
				      VFIO_IRQ_SET_ACTION_TRIGGER, MSIX, 0, 1,
				      NULL, 0) < 0 || !arrives(bed))
			return NAN;
	}
	return per_access(begin, INTERRUPTS);
}

/* From the device's register to the reader: MSI-X, remapping, handler. */
static double interrupt(struct bed *bed, const struct kind *kind)
{
	long long begin = now_ns();
	int i;

	(void)kind;
	if (!bed->bar)
		return NAN;
	bed->bar[VTEIAC / 4] = 1;
	bed->bar[VTEIMS / 4] = 1;
	for (i = 0; i < INTERRUPTS; i++) {
		bed->bar[VTEICS / 4] = 1;
		if (!arrives(bed))
			return NAN;
		bed->bar[VTEIMS / 4] = 1;
	}
	return per_access(begin, INTERRUPTS);
}

static const struct kind kinds[] = {
	{ "config read, vendor id", read_config, PCI_VENDOR_ID, 4 },
	{ "config read, command", read_config, PCI_COMMAND, 2 },
	{ "config read, list", read_config, PCI_CAPABILITY_LIST, 1 },
	{ "config read, extended", read_config, 0x100, 4 },
	{ "config write, line", write_config, PCI_INTERRUPT_LINE, 1 },
	{ "config write, command", write_config, PCI_COMMAND, 2 },
	{ "BAR read, mapped", read_bar, VTSTATUS, 4 },
	{ "interrupt, SET_IRQS", trigger, 0, 0 },
	{ "interrupt, MSI-X", interrupt, 0, 0 },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static double samples[NR_KINDS][NR_DRIVERS][MAX_ROUNDS];

static void map_bar(struct bed *bed)
{
	struct vfio_region_info info;
	void *bar;

	if (vfio_dev_region(&bed->vf.dev, VFIO_PCI_BAR0_REGION_INDEX, &info) ||
	    !(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
		return;
	bar = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   bed->vf.dev.fd, info.offset);
	if (bar == MAP_FAILED)
		return;
	bed->bar = bar;
	bed->bar_size = info.size;
}

static int open_bed(struct bed *bed, const char *bdf, const char *driver)
{
	int ret = host_bind(bdf, driver);

	*bed = (struct bed){ .vf = HOST_VF_CLOSED };
	bed->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!ret)
		ret = host_open_bound(&bed->vf, bdf);
	if (!ret)
		ret = guest_set_bus_master(&bed->vf, true);
	if (!ret)
		ret = vfio_dev_irq_eventfds(&bed->vf.dev, MSIX, 0, 1, &bed->fd);
	if (!ret)
		map_bar(bed);
	return ret;
}

static void close_bed(struct bed *bed)
{
	if (bed->bar)
		munmap((void *)bed->bar, bed->bar_size);
	host_close(&bed->vf);
	close(bed->fd);
}

/* The first batch is slow since the code is new, others since a tick came. */
static double fastest(struct bed *bed, const struct kind *kind)
{
	double ns, best = INFINITY;
	int i;

	for (i = 0; i < BATCHES; i++) {
		ns = kind->measure(bed, kind);
		if (isnan(ns))
			return ns;
		if (ns < best)
			best = ns;
	}
	return best;
}

static int run_turn(const char *bdf, int driver, int round)
{
	struct bed bed;
	unsigned int k;
	int ret = open_bed(&bed, bdf, drivers[driver]);

	if (ret)
		fprintf(stderr, "%s: cannot open under %s: %s\n", bdf,
			drivers[driver], strerror(-ret));
	for (k = 0; k < NR_KINDS && !ret; k++)
		samples[k][driver][round] = fastest(&bed, &kinds[k]);
	close_bed(&bed);
	return ret;
}

static void print_results(int rounds)
{
	struct summary of[NR_DRIVERS];
	unsigned int k;
	int driver;

	printf("\n%-24s %12s %15s %7s %7s\n", "nanoseconds",
	       PLAIN_DRIVER, MIGCAP_DRIVER, "ratio", "noise");
	for (k = 0; k < NR_KINDS; k++) {
		for (driver = 0; driver < NR_DRIVERS; driver++)
			of[driver] = summarize(samples[k][driver], rounds);
		printf("%-24s %12.0f %15.0f %7.3f %7.3f\n", kinds[k].name,
		       of[PLAIN].median, of[OURS].median,
		       of[OURS].median / of[PLAIN].median,
		       of[PLAIN_AGAIN].median / of[PLAIN].median);
	}
}

/* None given: one made for this.  A PF that is down has no MSI-X for VFs. */
static const char *find_vf(void)
{
	static char bdf[PCI_BDF_SIZE];
	struct pci_pf pf;

	if (pci_find_pf(&pf) || nl_link_set(pf.netdev, true) ||
	    pci_make_vfs(&pf, 1) || pci_vf_bdf(&pf, 0, bdf))
		return NULL;
	return bdf;
}

int main(int argc, char **argv)
{
	const char *bdf = argc > 2 ? argv[2] : getenv("MIGCAP_VF");
	int rounds = argc > 1 ? atoi(argv[1]) : USUAL_ROUNDS;
	int round, turn;

	if (!bdf)
		bdf = find_vf();
	if (!bdf || rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "usage: %s [rounds up to %d [VF]]\n", argv[0],
			MAX_ROUNDS);
		return 2;
	}
	/* The first one changes, so that none always has the warm cache. */
	for (round = 0; round < rounds; round++)
		for (turn = 0; turn < NR_DRIVERS; turn++)
			if (run_turn(bdf, (round + turn) % NR_DRIVERS, round))
				return 1;
	print_results(rounds);
	return 0;
}
