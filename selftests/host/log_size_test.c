// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the log of the device's DMA keep its promises for ranges of any size, in
 * little memory?
 *
 * Guarantees:
 *  - each page is reported once, wherever it is;
 *  - a log takes little memory, whatever a VMM says that its ranges are, and also
 *    for a process that may lock none;
 *  - a VMM that asks for more pieces than the log can remember is told of some of
 *    them twice, and of each at least once.
 */
#include <kselftest_harness.h>

#include <sys/resource.h>

#include "dirty.h"

#define KB4	4096ULL
#define GB	(1024ULL << 20)
#define PAGES	DIRTY_PAGES
#define MUCH_KB	(16 * 1024)

FIXTURE(log) {
	struct host_vf vf;
};

FIXTURE_SETUP(log)
{
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	if (!host_logs_dma(&self->vf))
		SKIP(return, "no driver can log DMA on this kernel");
}

FIXTURE_TEARDOWN(log)
{
	host_close(&self->vf);
}

static int start(struct host_vf *vf, uint64_t iova, uint64_t length,
		 uint64_t page_size)
{
	struct vfio_device_feature_dma_logging_range range = {
		.iova = iova,
		.length = length,
	};

	return vfio_log_start(&vf->dev, &range, 1, page_size);
}

static int answer(struct host_vf *vf, uint8_t status)
{
	return guest_write(vf, MIGCAP_VF_STATUS, status);
}

/* Positions do not fit into 32 bits there, counted in pages. */
TEST_F(log, beyond_16_tib)
{
	const uint64_t tb = 1ULL << 40;
	const long pages = GB / KB4;

	ASSERT_EQ(0, start(&self->vf, 0, 20 * tb, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(pages, dirty_log_report_at(&self->vf, 17 * tb, pages));
	EXPECT_EQ(0, dirty_log_report_at(&self->vf, 17 * tb, pages));
	EXPECT_EQ(pages, dirty_log_report_at(&self->vf, 1 * tb, pages));
	EXPECT_EQ(0, dirty_log_report_at(&self->vf, 1 * tb, pages));
}

/* More pieces than the log can remember: some come twice, none never. */
TEST_F(log, scattered_queries)
{
	const uint64_t step = 4 * 64 * KB4;
	const long pieces = 3 * 4096;
	long i, again = 0;

	ASSERT_EQ(0, start(&self->vf, 0, pieces * step, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	for (i = 0; i < pieces; i++)
		ASSERT_EQ(64, dirty_log_report_at(&self->vf, i * step, 64));
	for (i = 0; i < pieces; i++)
		again += dirty_log_report_at(&self->vf, i * step, 64);
	EXPECT_GT(64 * pieces, again);
	EXPECT_EQ(0, again % 64);
}

static long free_kb(void)
{
	char line[128];
	long kb = -1;
	FILE *file = fopen("/proc/meminfo", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemFree: %ld", &kb) == 1)
			break;
	if (file)
		fclose(file);
	return kb;
}

/* What a VMM claims costs nothing, least of all one that may lock no memory. */
TEST_F(log, memory_is_bounded)
{
	static const struct vfio_device_feature_dma_logging_range ranges[] = {
		{ .iova = 0, .length = 1ULL << 60 },
		{ .iova = 1ULL << 61, .length = 1ULL << 61 },
	};
	struct rlimit none = { 0, 0 };
	long before;

	/* type1 asks for CAP_IPC_LOCK or this; it has mapped its RAM already. */
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &none));
	before = free_kb();
	EXPECT_EQ(0, vfio_log_start(&self->vf.dev, ranges, 2, KB4));
	EXPECT_GT(MUCH_KB, before - free_kb());
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, dirty_log_report_at(&self->vf, 1ULL << 59, PAGES));
	EXPECT_EQ(0, dirty_log_report_at(&self->vf, 1ULL << 59, PAGES));
	EXPECT_GT(MUCH_KB, before - free_kb());
}

HOST_TEST_MAIN
