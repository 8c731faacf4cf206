// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does a report of the DMA log cost, by the size of what is logged?
 *
 * The test is VMM and guest: it logs a range of 1 GiB to 1 TiB in pages of 4
 * KiB, as QEMU does, has the guest say READY, so that all of it is dirty, and
 * asks for the whole range twice: the first report sets each bit of the bitmap,
 * the second none.  Prints for each size the fastest round, per GiB of range,
 * and the ratio to memset() of the same bitmap, which no report can beat.
 * Judges nothing.
 *
 *	log_bench [rounds [VF]]		(VF: else MIGCAP_VF)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../host/host.h"

#define GB		(1024ULL << 20)
#define PAGE		4096ULL
#define BITMAP(size)	((size) / PAGE / 8)

static const unsigned int sizes_gb[] = { 1, 4, 16, 64, 256, 1024 };

/* Nanoseconds, the least that was seen. */
struct cost {
	long long fill, dirty, clean;
};

static void keep_least(long long *least, long long ns)
{
	if (!*least || ns < *least)
		*least = ns;
}

/* The guest uses its device, and then it does not. */
static int become_ready(struct host_vf *vf)
{
	int ret = guest_write(vf, MIGCAP_VF_STATUS, MIGCAP_VF_WAIT);

	return ret ? ret : guest_write(vf, MIGCAP_VF_STATUS, MIGCAP_VF_READY);
}

static int timed_report(struct host_vf *vf, uint64_t size, uint64_t *bitmap,
			long long *least)
{
	long long begin = now_ns();
	int ret = vfio_log_report(&vf->dev, 0, size, PAGE, bitmap);

	keep_least(least, now_ns() - begin);
	return ret;
}

static int all_are(const uint64_t *bitmap, uint64_t size, uint64_t value)
{
	uint64_t i;

	for (i = 0; i < BITMAP(size) / sizeof(*bitmap); i++)
		if (bitmap[i] != value)
			return -EIO;
	return 0;
}

static int run_round(struct host_vf *vf, uint64_t size, uint64_t *bitmap,
		     struct cost *cost)
{
	long long begin = now_ns();
	int ret;

	memset(bitmap, 0xff, BITMAP(size));
	keep_least(&cost->fill, now_ns() - begin);
	memset(bitmap, 0, BITMAP(size));
	ret = become_ready(vf);
	if (!ret)
		ret = timed_report(vf, size, bitmap, &cost->dirty);
	if (!ret)
		ret = all_are(bitmap, size, UINT64_MAX);
	memset(bitmap, 0, BITMAP(size));
	if (!ret)
		ret = timed_report(vf, size, bitmap, &cost->clean);
	return ret ? ret : all_are(bitmap, size, 0);
}

static int measure(struct host_vf *vf, uint64_t size, int rounds,
		   struct cost *cost)
{
	const struct vfio_device_feature_dma_logging_range range = {
		.length = size,
	};
	uint64_t *bitmap;
	int ret;

	bitmap = mmap(NULL, BITMAP(size), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (bitmap == MAP_FAILED)
		return -errno;
	ret = vfio_log_start(&vf->dev, &range, 1, PAGE);
	while (!ret && rounds--)
		ret = run_round(vf, size, bitmap, cost);
	vfio_log_stop(&vf->dev);
	munmap(bitmap, BITMAP(size));
	return ret;
}

static void print_line(unsigned int gb, const struct cost *cost)
{
	printf("%8u %10.1f %12.2f %12.2f %12.2f %9.2f %9.2f\n", gb,
	       BITMAP(gb * GB) / 1024.0, cost->fill / 1000.0 / gb,
	       cost->dirty / 1000.0 / gb, cost->clean / 1000.0 / gb,
	       (double)cost->dirty / cost->fill,
	       (double)cost->clean / cost->fill);
}

static int bench(struct host_vf *vf, int rounds)
{
	unsigned int i;
	int ret;

	if (!host_logs_dma(vf)) {
		fprintf(stderr, "this kernel logs no DMA\n");
		return -ENOTTY;
	}
	ret = guest_start(vf, MIGCAP_CTRL_DRIVER);
	printf("%8s %10s %38s %19s\n%8s %10s %12s %12s %12s %9s %9s\n", "logged",
	       "bitmap", "microseconds per GiB", "ratio to memset", "GiB",
	       "KiB", "memset", "all dirty", "none dirty", "all", "none");
	for (i = 0; !ret && i < sizeof(sizes_gb) / sizeof(*sizes_gb); i++) {
		struct cost cost = { 0 };

		ret = measure(vf, sizes_gb[i] * GB, rounds, &cost);
		if (!ret)
			print_line(sizes_gb[i], &cost);
	}
	return ret;
}

int main(int argc, char **argv)
{
	const char *bdf = argc > 2 ? argv[2] : getenv("MIGCAP_VF");
	int rounds = argc > 1 ? atoi(argv[1]) : 9;
	struct host_vf vf = HOST_VF_CLOSED;
	int ret;

	if (!bdf || rounds < 1) {
		fprintf(stderr, "usage: %s [rounds [VF]]\n", argv[0]);
		return 2;
	}
	ret = host_open(&vf, bdf);
	if (!ret)
		ret = bench(&vf, rounds);
	host_close(&vf);
	if (ret)
		fprintf(stderr, "%s: %s\n", bdf, strerror(-ret));
	return ret ? 1 : 0;
}
