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
 *    them twice, and of each at least once;
 *  - a report ends, whatever a VMM asks for and wherever its bitmap is, or can be
 *    killed.
 */
#include <kselftest_harness.h>

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "dirty.h"
#include "log_fixture.h"

#define KB4	4096ULL
#define KB64	(16 * KB4)
#define GB	(1024ULL << 20)
#define PAGES	DIRTY_PAGES
#define MUCH_KB	(16 * 1024)

#define KILL_AFTER_MS	200
#define KILLED_MS	10000

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
	for (i = 0; i < pieces; i++) {
		ASSERT_EQ(64, dirty_log_report_at(&self->vf, i * step, 64))
			TH_LOG("query %ld", i);
	}
	for (i = 0; i < pieces; i++)
		again += dirty_log_report_at(&self->vf, i * step, 64);
	EXPECT_GT(64 * pieces, again);
	EXPECT_EQ(0, again % 64);
}

/*
 * A bitmap of which all but the first byte is behind the end of memory, for bits
 * of 64 KiB, the last of them in part.  What cannot be told is not, but the call
 * ends.
 */
TEST_F(log, bitmap_ends_early)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	uint8_t *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, memory);
	ASSERT_EQ(0, mprotect(memory + page, page, PROT_NONE));
	ASSERT_EQ(0, start(&self->vf, 0, GB, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	vfio_log_report(&self->vf.dev, 0, 9 * KB64 - KB4, KB64,
			(uint64_t *)(memory + page - 1));
	EXPECT_EQ(0xff, memory[page - 1]);
	EXPECT_EQ(0, memory[page - 2]);
	munmap(memory, 2 * page);
}

/* Most of the address space, in small pages, takes longer than anybody waits. */
TEST_F(log, long_report_can_be_killed)
{
	static const struct vfio_device_feature_dma_logging_range range = {
		.length = 1ULL << 62,
	};
	static uint64_t bits[64];
	long waited;
	pid_t pid;

	ASSERT_EQ(0, vfio_log_start(&self->vf.dev, &range, 1, KB4));
	ASSERT_EQ(0, answer(&self->vf, MIGCAP_VF_READY));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		vfio_log_report(&self->vf.dev, 0, range.length, KB4, bits);
		_exit(0);
	}
	sleep_ms(KILL_AFTER_MS);
	ASSERT_EQ(0, waitpid(pid, NULL, WNOHANG))
		TH_LOG("the report took no time");
	kill(pid, SIGKILL);
	for (waited = 0; waited < KILLED_MS; waited += KILL_AFTER_MS) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			break;
		sleep_ms(KILL_AFTER_MS);
	}
	EXPECT_GT(KILLED_MS, waited);
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
