// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is the log of the device's DMA complete, and is each page in it once?
 *
 * Only on kernels that let a driver keep a log; skipped on others.
 *
 * Guarantees:
 *  - nothing is dirty before READY, every logged page is dirty exactly once
 *    after it, whatever the ranges, page sizes and queries, and nothing that is
 *    not logged or was not asked for;
 *  - a guest that leaves READY and returns makes all of it dirty again;
 *  - a promise to track the DMA that was given before and is kept makes nothing
 *    dirty; one taken back in the middle makes all dirty, once;
 *  - what is malformed is refused and leaves no log behind; a log can be stopped
 *    and started again at any time, and ends when the device is closed.
 */
#include <kselftest_harness.h>

#include "log_fixture.h"

#define KB4	4096ULL
#define MB2	(2ULL << 20)
#define GB	(1024ULL << 20)
#define RAM	((uint64_t)VFIO_DEV_RAM_SIZE)
#define PAGES	((long)(RAM / KB4))
/* More than a page of pointers to pages of bitmap: 2 MB of it. */
#define LARGE	(80 * GB)
#define MAX_RANGES	256

#define TRACKING_GUEST	(MIGCAP_CTRL_DRIVER | MIGCAP_CTRL_DMA_TRACKED)

/* Behind the bits that are asked for, there must be none. */
#define GUARD	512
static uint64_t bits[LARGE / KB4 / 64 + GUARD];

static int stop(struct host_vf *vf)
{
	return vfio_log_stop(&vf->dev);
}

static bool is_dirty(uint64_t page)
{
	return bits[page / 64] >> (page % 64) & 1;
}

/* How many pages are dirty, or -errno; -ERANGE if more than asked for. */
static long report(struct host_vf *vf, uint64_t iova, uint64_t length,
		   uint64_t page_size)
{
	uint64_t i, pages = (length + page_size - 1) / page_size;
	uint64_t words = pages / 64 + GUARD;
	long dirty = 0;
	int ret;

	if (words > ARRAY_SIZE(bits))
		return -E2BIG;
	memset(bits, 0, words * sizeof(*bits));
	ret = vfio_log_report(&vf->dev, iova, length, page_size, bits);
	if (ret)
		return ret;
	for (i = 0; i < words; i++)
		dirty += __builtin_popcountll(bits[i]);
	for (i = pages; i < words * 64; i++)
		if (is_dirty(i))
			return -ERANGE;
	return dirty;
}

/* The same asked in pieces. */
static long report_split(struct host_vf *vf, uint64_t iova, uint64_t length,
			 uint64_t piece)
{
	uint64_t end = iova + length;
	long dirty = 0, ret;

	for (; iova < end; iova += piece) {
		ret = report(vf, iova, end - iova < piece ? end - iova : piece,
			     KB4);
		if (ret < 0)
			return ret;
		dirty += ret;
	}
	return dirty;
}

TEST_F(log, nothing_then_all_then_nothing)
{
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report_split(&self->vf, 0, RAM, KB4));
}

TEST_F(log, started_while_ready)
{
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
}

TEST_F(log, in_the_course_of_a_migration)
{
	int fd;

	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_PRE_COPY,
				  &fd));
	EXPECT_EQ(MIGCAP_VMM_END, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, host_ask(&self->vf));
	EXPECT_EQ(MIGCAP_VMM_START, guest_read(&self->vf, MIGCAP_VMM_STATUS));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_STOP_COPY,
				  NULL));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	close(fd);
	ASSERT_EQ(0, vfio_mig_set(&self->vf.dev, VFIO_DEVICE_STATE_RUNNING,
				  NULL));
}

TEST_F(log, leaving_ready_makes_all_dirty_again)
{
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES / 2, report(&self->vf, 0, RAM / 2, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));

	/* Between two queries, unseen. */
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));

	/* By the device's own register. */
	ASSERT_EQ(0, guest_set_bus_master(&self->vf, true));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
}

TEST_F(log, queries_split_merged_and_overlapping)
{
	/* Not in order; the first and the last touch. */
	static const struct vfio_device_feature_dma_logging_range ranges[] = {
		{ .iova = 8 * KB4, .length = 8 * KB4 },
		{ .iova = GB, .length = 100 * KB4 },
		{ .iova = 0, .length = 8 * KB4 },
	};
	int round;

	ASSERT_EQ(0, vfio_log_start(&self->vf.dev, ranges, 3, KB4));
	for (round = 1; round < 20; round++) {
		ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
		EXPECT_EQ(16, report_split(&self->vf, 0, 16 * KB4,
					   round * KB4));
		EXPECT_EQ(100, report_split(&self->vf, GB, 100 * KB4,
					    round * KB4));
		EXPECT_EQ(0, report(&self->vf, 0, 2 * GB, KB4));
		ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	}
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(4, report(&self->vf, 6 * KB4, 4 * KB4, KB4));
	EXPECT_EQ(4, report(&self->vf, 4 * KB4, 8 * KB4, KB4));
	EXPECT_TRUE(is_dirty(0) && is_dirty(1) && is_dirty(6) && is_dirty(7));
	EXPECT_EQ(108, report(&self->vf, 0, 2 * GB, KB4));
	EXPECT_TRUE(is_dirty(3) && !is_dirty(4) && !is_dirty(11));
	EXPECT_TRUE(is_dirty(12) && is_dirty(15) && !is_dirty(16));
	EXPECT_TRUE(!is_dirty(GB / KB4 - 1) && is_dirty(GB / KB4));
	EXPECT_EQ(0, report(&self->vf, 0, 2 * GB, KB4));
}

TEST_F(log, queries_outside)
{
	ASSERT_EQ(0, start(&self->vf, GB, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(0, report(&self->vf, 0, GB, KB4));
	EXPECT_EQ(0, report(&self->vf, GB + RAM, GB, KB4));
	EXPECT_EQ(0, report(&self->vf, 1ULL << 60, GB, KB4));
	EXPECT_EQ(0, report(&self->vf, GB, 0, KB4));
	EXPECT_EQ(1, report(&self->vf, GB - 5 * KB4, 6 * KB4, KB4));
	EXPECT_TRUE(is_dirty(5));
	EXPECT_EQ(1, report(&self->vf, GB + RAM - KB4, 7 * KB4, KB4));
	EXPECT_TRUE(is_dirty(0));
	EXPECT_EQ(PAGES - 2, report(&self->vf, GB, RAM, KB4));
}

/* The page size of the log and that of the query need not agree. */
TEST_F(log, large_pages)
{
	ASSERT_EQ(0, start(&self->vf, 0, RAM, MB2));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(RAM / MB2, report(&self->vf, 0, RAM, MB2));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, MB2));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));

	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES / 2, report_split(&self->vf, 0, MB2, 3 * KB4));
	EXPECT_EQ(1, report(&self->vf, 0, RAM, MB2));
	EXPECT_TRUE(is_dirty(1));

	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(2, report(&self->vf, MB2 - KB4, 2 * KB4, KB4));
	EXPECT_EQ(RAM / MB2, report(&self->vf, 0, RAM, MB2));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, MB2));
}

/* Less than a page at either end: rather twice than never. */
TEST_F(log, unaligned_queries)
{
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(1, report(&self->vf, KB4 / 2, KB4, KB4));
	EXPECT_EQ(1, report(&self->vf, KB4 / 2, 1, KB4));
	EXPECT_EQ(3, report(&self->vf, 10 * KB4 + 1, 3 * KB4 - 1, KB4));
	EXPECT_EQ(PAGES - 2, report(&self->vf, 0, RAM, KB4));
	EXPECT_TRUE(is_dirty(0) && is_dirty(1) && is_dirty(10));
	EXPECT_TRUE(!is_dirty(11) && !is_dirty(12));
	EXPECT_EQ(0, report(&self->vf, 1, RAM - 2, KB4));
}

TEST_F(log, large_range)
{
	ASSERT_EQ(0, start(&self->vf, 1ULL << 40, LARGE, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(LARGE / KB4, report(&self->vf, 1ULL << 40, LARGE, KB4));
	EXPECT_EQ(0, report(&self->vf, 1ULL << 40, LARGE, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(LARGE / MB2, report(&self->vf, 1ULL << 40, LARGE, MB2));
	EXPECT_EQ(0, report(&self->vf, 1ULL << 40, LARGE, MB2));
}

TEST_F(log, many_ranges)
{
	static struct vfio_device_feature_dma_logging_range
		ranges[MAX_RANGES + 1];
	unsigned int i;

	for (i = 0; i <= MAX_RANGES; i++) {
		ranges[i].iova = i * 3 * KB4;
		ranges[i].length = KB4;
	}
	EXPECT_EQ(-E2BIG, vfio_log_start(&self->vf.dev, ranges, MAX_RANGES + 1,
					 KB4));
	ASSERT_EQ(0, vfio_log_start(&self->vf.dev, ranges, MAX_RANGES, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(MAX_RANGES, report(&self->vf, 0, RAM, KB4));
	EXPECT_TRUE(is_dirty(0) && !is_dirty(1) && !is_dirty(2) && is_dirty(3));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
}

TEST_F(log, started_and_stopped)
{
	EXPECT_EQ(0, stop(&self->vf));
	EXPECT_EQ(-EINVAL, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(-EINVAL, start(&self->vf, 0, GB, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, report(&self->vf, 0, GB, KB4));
	EXPECT_EQ(0, stop(&self->vf));
	EXPECT_EQ(0, stop(&self->vf));
	EXPECT_EQ(-EINVAL, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, start(&self->vf, 0, 2 * RAM, KB4));
	EXPECT_EQ(2 * PAGES, report(&self->vf, 0, GB, KB4));
}

TEST_F(log, left_running_at_close)
{
	ASSERT_EQ(0, start(&self->vf, 0, LARGE, KB4));
	host_close(&self->vf);
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	EXPECT_EQ(-EINVAL, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
}

TEST_F(log, malformed)
{
	static const struct {
		struct vfio_device_feature_dma_logging_range ranges[2];
		uint32_t nr_ranges;
		uint64_t page_size;
		int ret;
	} bad[] = {
		{ { { .length = RAM } }, 0, KB4, -EINVAL },
		{ { { .length = RAM } }, 1, 0, -EINVAL },
		{ { { .length = RAM } }, 1, 2048, -EINVAL },
		{ { { .length = 3 * KB4 } }, 1, 3 * KB4, -EINVAL },
		{ { { .iova = KB4, .length = MB2 } }, 1, MB2, -EINVAL },
		{ { { .length = MB2 + KB4 } }, 1, MB2, -EINVAL },
		{ { { .length = 0 } }, 1, KB4, -EINVAL },
		{ { { .iova = KB4 } }, 1, KB4, -EINVAL },
		{ { { .length = RAM }, { .iova = GB } }, 2, KB4, -EINVAL },
		{ { { .length = RAM }, { .iova = RAM - KB4, .length = KB4 } },
		  2, KB4, -EINVAL },
		{ { { .iova = 0 - KB4, .length = 2 * KB4 } }, 1, KB4,
		  -EOVERFLOW },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(bad[i].ret, vfio_log_start(&self->vf.dev,
						     bad[i].ranges,
						     bad[i].nr_ranges,
						     bad[i].page_size))
			TH_LOG("start %u", i);
		EXPECT_EQ(-EINVAL, report(&self->vf, 0, RAM, KB4));
	}
	EXPECT_EQ(-EFAULT, vfio_log_start(&self->vf.dev, NULL, 1, KB4));
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(-EINVAL, report(&self->vf, 0, RAM, 2048));
	EXPECT_EQ(-EINVAL, report(&self->vf, 0, RAM, 3 * KB4));
	EXPECT_EQ(-EOVERFLOW, report(&self->vf, 0 - KB4, 2 * KB4, KB4));
}

TEST_F(log, promise_kept)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, TRACKING_GUEST));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EVENT));
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(MIGCAP_EVENT_TRACKING, guest_read(&self->vf, MIGCAP_EVENT));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_WAIT));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, stop(&self->vf));
	EXPECT_EQ(0, guest_read(&self->vf, MIGCAP_EVENT));
}

TEST_F(log, promise_taken_back)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, TRACKING_GUEST));
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER));
	/* Given again, it counts for what comes, not for what was. */
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, TRACKING_GUEST));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
}

TEST_F(log, promise_taken_back_after_ready)
{
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, TRACKING_GUEST));
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, MIGCAP_CTRL_DRIVER));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));
	EXPECT_EQ(0, report(&self->vf, 0, RAM, KB4));
}

TEST_F(log, promise_given_too_late)
{
	ASSERT_EQ(0, start(&self->vf, 0, RAM, KB4));
	ASSERT_EQ(0, guest_write(&self->vf, MIGCAP_CTRL, TRACKING_GUEST));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	EXPECT_EQ(PAGES, report(&self->vf, 0, RAM, KB4));
}

HOST_TEST_MAIN
