// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is nothing lost when a copy or an allocation fails while data are moved?
 *
 * As fault_test, for what carries data: the data fd, the log of the device's
 * DMA, and the questions that have an answer.
 *
 * Guarantees:
 *  - what a failed read() did not give, the next one gives: the stream has no
 *    hole and nothing twice;
 *  - what a failed write() did not take can be written again, and what it took
 *    it has counted;
 *  - a log that could not be started is none, and can be started;
 *  - a page that a failed report left out comes in the next;
 *  - a question that failed changes nothing.
 */
#include <kselftest_harness.h>

#include <sys/ioctl.h>
#include <linux/vfio_migcap.h>

#include "trial_fixture.h"
#include "../lib/failure.h"
#include "../lib/mig_states.h"
#include "../lib/stream_edit.h"

#define FILLERS		100
#define KB4		4096UL
#define RAM		VFIO_DEV_RAM_SIZE
#define PAGES		(RAM / KB4)

static struct trip_stream got;
static size_t written;
static uint64_t bits[PAGES / 64];

static int begin_read(struct trial *t)
{
	memset(&got, 0, sizeof(got));
	return trial_set_state(t, STOP_COPY);
}

/* Goes on where the last one ended. */
static int run_read(struct trial *t)
{
	int end;

	got.size += vfio_mig_read_all(t->fd, got.bytes + got.size,
				      sizeof(got.bytes) - got.size, &end);
	return end;
}

static int check_read(struct trial *t, int ret)
{
	if (ret)
		ret = run_read(t);
	if (ret)
		return ret;
	if (got.size != t->whole.size ||
	    memcmp(got.bytes, t->whole.bytes, got.size))
		return failure(-EIO, "read %zu bytes, not those that were saved",
			       got.size);
	return 0;
}

TEST_F_TIMEOUT(fault, read, 300)
{
	static const struct trial_call call = {
		"read", begin_read, run_read, check_read
	};

	EXPECT_EQ(0, trial_each(&self->trial, &call));
}

/* A stream that does not fit into one copy: records that say nothing. */
static void lengthen(struct trip_stream *stream)
{
	const struct migcap_vfio_stream_header filler = {
		.tag = cpu_to_le16(MIGCAP_STREAM_FILLER),
	};
	uint8_t *at = stream->bytes + STREAM_PREAMBLE_SIZE;
	int i;

	memmove(at + FILLERS * sizeof(filler), at,
		stream->size - STREAM_PREAMBLE_SIZE);
	for (i = 0; i < FILLERS; i++)
		memcpy(at + i * sizeof(filler), &filler, sizeof(filler));
	stream->size += FILLERS * sizeof(filler);
}

static int begin_write(struct trial *t)
{
	written = 0;
	return trial_set_state(t, RESUMING);
}

/* Positive if it wrote a part. */
static int run_write(struct trial *t)
{
	ssize_t ret = write(t->fd, t->whole.bytes + written,
			    t->whole.size - written);

	if (ret < 0)
		return -errno;
	written += ret;
	return written < t->whole.size;
}

static int check_write(struct trial *t, int ret)
{
	if (ret)
		ret = run_write(t);
	if (!ret)
		ret = trial_set_state(t, STOP);
	if (ret)
		return failure(-EIO, "%d after %zu bytes", ret, written);
	if (guest_read(&t->vf, MIGCAP_VF_STATUS) != MIGCAP_VF_READY)
		return failure(-EIO, "the guest's registers did not arrive");
	return 0;
}

TEST_F_TIMEOUT(fault, write, 300)
{
	static const struct trial_call call = {
		"write", begin_write, run_write, check_write
	};

	lengthen(&self->trial.whole);
	EXPECT_EQ(0, trial_each(&self->trial, &call));
}

static int start_log(struct trial *t)
{
	struct vfio_device_feature_dma_logging_range ranges[] = {
		{ .iova = 0, .length = RAM / 2 },
		{ .iova = RAM / 2, .length = RAM / 2 },
	};

	return vfio_log_start(&t->vf.dev, ranges, ARRAY_SIZE(ranges), KB4);
}

static int report(struct trial *t)
{
	return vfio_log_report(&t->vf.dev, 0, RAM, KB4, bits);
}

/* The bits are in memory that is there, and what a failed report set counts. */
static int begin_report(struct trial *t)
{
	memset(bits, 0, sizeof(bits));
	return start_log(t);
}

static int check_report(struct trial *t, int ret)
{
	unsigned int i, dirty = 0;

	if (ret)
		ret = report(t);
	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(bits); i++)
		dirty += __builtin_popcountll(bits[i]);
	if (dirty != PAGES)
		return failure(-EIO, "%u of %lu pages are dirty", dirty, PAGES);
	return vfio_log_stop(&t->vf.dev);
}

static int check_log_start(struct trial *t, int ret)
{
	if (ret && report(t) != -EINVAL)
		return failure(-EIO, "a log is running");
	if (ret)
		ret = start_log(t);
	memset(bits, 0, sizeof(bits));
	return ret ? ret : check_report(t, report(t));
}

TEST_F_TIMEOUT(fault, log_start, 300)
{
	static const struct trial_call call = {
		"log_start", NULL, start_log, check_log_start
	};

	if (!host_logs_dma(&self->trial.vf))
		SKIP(return, "no driver can log DMA on this kernel");
	EXPECT_EQ(0, trial_each(&self->trial, &call));
}

TEST_F_TIMEOUT(fault, log_report, 300)
{
	static const struct trial_call call = {
		"log_report", begin_report, report, check_report
	};

	if (!host_logs_dma(&self->trial.vf))
		SKIP(return, "no driver can log DMA on this kernel");
	EXPECT_EQ(0, trial_each(&self->trial, &call));
}

static int run_capinfo(struct trial *t)
{
	struct {
		struct vfio_pci_cap_info info;
		struct vfio_pci_cap_region regions[64];
	} arg = {
		.info.argsz = sizeof(arg),
		.info.flags = VFIO_PCI_CAP_INFO_LAYOUT,
	};

	if (ioctl(t->vf.dev.fd, VFIO_GET_PCI_CAP_INFO, &arg))
		return -errno;
	return arg.info.migcap_offset == t->vf.cap ? 0 : -ERANGE;
}

static int begin_info(struct trial *t)
{
	return trial_set_state(t, PRE_COPY);
}

static int run_info(struct trial *t)
{
	struct vfio_precopy_info info;

	return vfio_mig_precopy_info(t->fd, &info);
}

static int run_size(struct trial *t)
{
	uint64_t size;

	return vfio_mig_data_size(&t->vf.dev, &size);
}

/* The capability as the guest reads and writes it. */
static int run_registers(struct trial *t)
{
	uint8_t regs[MIGCAP_LENGTH_VALUE];
	ssize_t ret;

	ret = vfio_dev_cfg_read(&t->vf.dev, t->vf.cap, regs, sizeof(regs));
	if (ret < 0)
		return ret;
	ret = vfio_dev_cfg_write(&t->vf.dev, t->vf.cap, regs, sizeof(regs));
	return ret < 0 ? ret : 0;
}

static int check_registers(struct trial *t, int ret)
{
	if (guest_read(&t->vf, MIGCAP_VF_STATUS) != MIGCAP_VF_READY ||
	    guest_read(&t->vf, MIGCAP_VMM_STATUS) != MIGCAP_VMM_START)
		return failure(-EIO, "the guest's registers changed");
	return ret ? run_registers(t) : 0;
}

TEST_F_TIMEOUT(fault, questions, 300)
{
	static const struct trial_call calls[] = {
		{ "cap_info", NULL, run_capinfo },
		{ "precopy_info", begin_info, run_info },
		{ "data_size", begin_info, run_size },
		{ "registers", NULL, run_registers, check_registers },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_EQ(0, trial_each(&self->trial, &calls[i]))
			TH_LOG("call %u", i);
	}
}

HOST_TEST_MAIN
