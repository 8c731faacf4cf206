// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a device survive streams that nobody would send?
 *
 * Valid streams are mutated, see lib/stream_mutate.h, and written in pieces to a
 * device that is resumed.  What is right to answer, the driver's own decoder
 * says, in user space, which unit/stream_fuzz holds against the documentation.
 *
 * Guarantees:
 *  - each stream is taken, or refused in write() or at RESUMING -> STOP, with the
 *    documented errno;
 *  - whatever has been refused, and after the device was opened anew, a good
 *    stream loads, and the guest has its registers;
 *  - afterwards a whole migration is possible.
 */
#include <kselftest_harness.h>

#include "../lib/hostile.h"
#include "../lib/mig_states.h"
#include "../lib/stream_mutate.h"
#include "trip.h"

#define STREAMS		10000
#define GOOD_EACH	100
#define MUTATIONS	5
#define PIECE_MAX	96

FIXTURE(resume_fuzz) {
	struct host_vf vf;
	struct stream_edit good;
	struct migcap_vfio_ident ident;
	unsigned long loaded, refused, cut_short;
};

/* How a stream is met, as an errno each; what was never asked is 0. */
struct answer {
	int write;
	int stop;
};

static void read_ident(const struct stream_edit *edit,
		       struct migcap_vfio_ident *ident)
{
	const u8 *at = edit->bytes + STREAM_HEADER_SIZE +
		       stream_edit_find(edit, MIGCAP_STREAM_IDENT);

	*ident = (struct migcap_vfio_ident){
		.vendor = get_unaligned_le16(at),
		.device = get_unaligned_le16(at + 2),
		.subsystem_vendor = get_unaligned_le16(at + 4),
		.subsystem_device = get_unaligned_le16(at + 6),
		.class = get_unaligned_le32(at + 8),
		.cap_offset = get_unaligned_le16(at + 12),
		.msix_size = get_unaligned_le16(at + 14),
	};
}

FIXTURE_SETUP(resume_fuzz)
{
	struct trip_stream stream;
	int fd;

	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, trip_begin(&self->vf));
	ASSERT_EQ(0, host_stop_copy(&self->vf, &fd));
	ASSERT_EQ(0, trip_read(fd, &stream));
	close(fd);
	memcpy(self->good.bytes, stream.bytes, stream.size);
	self->good.size = stream.size;
	read_ident(&self->good, &self->ident);
	ASSERT_EQ(0, host_set_reset(host_vf_name, false));
}

FIXTURE_TEARDOWN(resume_fuzz)
{
	host_close(&self->vf);
}

static struct answer right_answer(const struct stream_edit *edit,
				  const struct migcap_vfio_ident *ident)
{
	struct migcap_vfio_stream_decoder dec;
	struct answer right;

	migcap_vfio_stream_decoder_init(&dec, ident);
	right.write = migcap_vfio_stream_decode(&dec, edit->bytes, edit->size);
	right.stop = right.write || !migcap_vfio_stream_complete(&dec) ?
		     -EINVAL : 0;
	return right;
}

static int write_pieces(struct random *rnd, int fd,
			const struct stream_edit *edit)
{
	size_t done = 0, piece;
	ssize_t ret;

	while (done < edit->size) {
		piece = 1 + random_below(rnd, PIECE_MAX);
		if (piece > edit->size - done)
			piece = edit->size - done;
		ret = write(fd, edit->bytes + done, piece);
		if (ret < 0)
			return -errno;
		done += ret;
	}
	return 0;
}

/* From RUNNING or STOP; -errno if the device is in neither. */
static int load(struct vfio_dev *dev, struct random *rnd,
		const struct stream_edit *edit, struct answer *answer)
{
	int fd, ret = vfio_mig_set(dev, RESUMING, &fd);

	if (ret)
		return ret;
	answer->write = write_pieces(rnd, fd, edit);
	answer->stop = vfio_mig_set(dev, STOP, NULL);
	close(fd);
	return 0;
}

/* A refused stream leaves the device in RESUMING, which only this ends. */
static int open_anew(struct vfio_dev *dev)
{
	vfio_dev_close_fd(dev);
	return vfio_dev_open_fd(dev);
}

static bool good_one_loads(struct host_vf *vf, struct random *rnd,
			   const struct stream_edit *good)
{
	struct answer answer = { 0 };

	return !load(&vf->dev, rnd, good, &answer) && !answer.write &&
	       !answer.stop &&
	       guest_read(vf, MIGCAP_VMM_STATUS) == MIGCAP_VMM_START &&
	       guest_read(vf, MIGCAP_VF_STATUS) == MIGCAP_VF_READY;
}

TEST_F_TIMEOUT(resume_fuzz, mutated_streams, hostile_limit(280))
{
	struct random rnd = random_from(hostile_seed());
	long long deadline = now_ns() + hostile_seconds() * NSEC_PER_SEC;
	struct stream_edit edit;
	unsigned long round;

	for (round = 0; round < STREAMS || now_ns() < deadline; round++) {
		int mutations = 1 + random_below(&rnd, MUTATIONS);
		struct answer right, answer;

		edit = self->good;
		while (mutations--)
			stream_mutate(&rnd, &edit);
		right = right_answer(&edit, &self->ident);
		ASSERT_EQ(0, load(&self->vf.dev, &rnd, &edit, &answer))
			TH_LOG("stream %lu", round);
		ASSERT_EQ(right.write, answer.write)
			TH_LOG("stream %lu", round);
		ASSERT_EQ(right.stop, answer.stop)
			TH_LOG("stream %lu", round);
		self->refused += !!answer.write;
		self->cut_short += !answer.write && answer.stop;
		self->loaded += !answer.stop;
		if (answer.stop)
			ASSERT_EQ(0, open_anew(&self->vf.dev));
		if (!(round % GOOD_EACH)) {
			ASSERT_TRUE(good_one_loads(&self->vf, &rnd,
						   &self->good))
				TH_LOG("stream %lu", round);
		}
	}
	TH_LOG("%lu refused, %lu short, %lu loaded", self->refused,
	       self->cut_short, self->loaded);
	EXPECT_NE(0, self->refused);
	EXPECT_NE(0, self->cut_short);
	EXPECT_NE(0, self->loaded);

	ASSERT_EQ(0, host_set_reset(host_vf_name, true));
	ASSERT_EQ(0, open_anew(&self->vf.dev));
	EXPECT_EQ(0, trip_round(&self->vf));
}

HOST_TEST_MAIN
