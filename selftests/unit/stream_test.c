// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the decoder take every stream that is right and no other?
 *
 * Guarantees:
 *  - what was encoded is what is decoded, however the bytes are cut;
 *  - a stream that ends early is never complete;
 *  - a bit that is wrong is noticed, or is one of the few that may be either;
 *  - another device, another major version, a record out of place or out of
 *    range is refused with the errno that is documented.
 */
#include <kselftest_harness.h>

#include <stddef.h>
#include <linux/errno.h>
#include <linux/migcap_regs.h>

#include "sample.h"

#define UNKNOWN_TAG	0x4242

FIXTURE(stream) {
	struct stream_edit edit;
	struct migcap_vfio_stream_decoder dec;
};

FIXTURE_SETUP(stream)
{
	sample_encode(&self->edit);
}

FIXTURE_TEARDOWN(stream)
{
}

static bool same(const struct migcap_vfio_stream *a,
		 const struct migcap_vfio_stream *b)
{
	return a->ident.vendor == b->ident.vendor &&
	       a->ident.device == b->ident.device &&
	       a->ident.subsystem_vendor == b->ident.subsystem_vendor &&
	       a->ident.subsystem_device == b->ident.subsystem_device &&
	       a->ident.class == b->ident.class &&
	       a->ident.cap_offset == b->ident.cap_offset &&
	       a->ident.msix_size == b->ident.msix_size &&
	       !memcmp(&a->regs, &b->regs, sizeof(a->regs)) &&
	       a->bus_master == b->bus_master;
}

TEST_F(stream, round_trip)
{
	ASSERT_EQ(0, sample_decode(&self->edit, &self->dec));
	EXPECT_TRUE(migcap_vfio_stream_complete(&self->dec));
	EXPECT_TRUE(same(&sample, &self->dec.out));
}

TEST_F(stream, cut_anywhere)
{
	size_t piece, at;

	for (piece = 1; piece < self->edit.size; piece++) {
		migcap_vfio_stream_decoder_init(&self->dec, &sample.ident);
		for (at = 0; at < self->edit.size; at += piece) {
			size_t left = self->edit.size - at;

			ASSERT_EQ(0,
				  migcap_vfio_stream_decode(&self->dec,
							    self->edit.bytes +
								    at,
							    left < piece
								    ? left
								    : piece));
		}
		ASSERT_TRUE(migcap_vfio_stream_complete(&self->dec));
		ASSERT_TRUE(same(&sample, &self->dec.out));
	}
}

TEST_F(stream, short_is_never_complete)
{
	size_t size = self->edit.size;

	while (size--) {
		self->edit.size = size;
		ASSERT_EQ(0, sample_decode(&self->edit, &self->dec));
		ASSERT_FALSE(migcap_vfio_stream_complete(&self->dec));
	}
}

TEST_F(stream, every_flipped_bit_is_noticed)
{
	size_t byte;
	int bit, ret;

	for (byte = 0; byte < self->edit.size; byte++)
		for (bit = 0; bit < 8; bit++) {
			if (stream_edit_may_flip(&self->edit, byte, bit))
				continue;
			self->edit.bytes[byte] ^= 1 << bit;
			ret = sample_decode(&self->edit, &self->dec);
			EXPECT_FALSE(!ret &&
				     migcap_vfio_stream_complete(&self->dec) &&
				     same(&sample, &self->dec.out))
				TH_LOG("bit %d of byte %zu", bit, byte);
			self->edit.bytes[byte] ^= 1 << bit;
		}
}

TEST_F(stream, other_device_is_refused_at_once)
{
	size_t at = stream_edit_find(&self->edit, MIGCAP_STREAM_IDENT);
	size_t length = stream_edit_length(&self->edit, at), byte;

	ASSERT_NE(0, at);
	self->edit.size = at + length;
	for (byte = at + STREAM_HEADER_SIZE; byte < at + length; byte++) {
		self->edit.bytes[byte] ^= 0x10;
		EXPECT_EQ(-EINVAL, sample_decode(&self->edit, &self->dec))
			TH_LOG("byte %zu of the identity", byte - at);
		self->edit.bytes[byte] ^= 0x10;
	}
}

/* An operator reads what it is that differs. */
TEST_F(stream, reason_is_told)
{
	struct migcap_vfio_ident other = sample.ident;

	other.msix_size++;
	migcap_vfio_stream_decoder_init(&self->dec, &other);
	EXPECT_EQ(-EINVAL,
		  migcap_vfio_stream_decode(&self->dec, self->edit.bytes,
					    self->edit.size));
	EXPECT_STREQ("stream is for a device with another number of MSI-X vectors",
		     self->dec.why);
	self->edit.bytes[0] ^= 1;
	EXPECT_EQ(-EINVAL, sample_decode(&self->edit, &self->dec));
	EXPECT_STREQ("stream is damaged", self->dec.why);
}

TEST_F(stream, version)
{
	size_t major = offsetof(struct migcap_vfio_stream_preamble, major);
	size_t minor = offsetof(struct migcap_vfio_stream_preamble, minor);

	put_unaligned_le16(MIGCAP_STREAM_MINOR + 1, self->edit.bytes + minor);
	EXPECT_EQ(0, sample_decode(&self->edit, &self->dec));
	put_unaligned_le16(MIGCAP_STREAM_MAJOR + 1, self->edit.bytes + major);
	EXPECT_EQ(-EOPNOTSUPP, sample_decode(&self->edit, &self->dec));
	self->edit.size = STREAM_PREAMBLE_SIZE;
	EXPECT_EQ(-EOPNOTSUPP, sample_decode(&self->edit, &self->dec));
}

TEST_F(stream, unknown_optional_record_is_skipped)
{
	static const u32 lengths[] = { 0, 1, 17, MIGCAP_STREAM_MAX_LENGTH };
	unsigned int i, tag;

	for (tag = 0; tag <= MIGCAP_STREAM_END; tag++)
		for (i = 0; i < ARRAY_SIZE(lengths); i++) {
			size_t at;

			sample_encode(&self->edit);
			at = tag ? stream_edit_find(&self->edit, tag) :
				   STREAM_PREAMBLE_SIZE;
			stream_edit_insert(&self->edit, at, UNKNOWN_TAG, 0,
					   lengths[i], lengths[i]);
			ASSERT_EQ(0, sample_decode(&self->edit, &self->dec))
				TH_LOG("%u bytes before record %u", lengths[i],
				       tag);
			ASSERT_TRUE(migcap_vfio_stream_complete(&self->dec));
			ASSERT_TRUE(same(&sample, &self->dec.out));
		}
}

TEST_F(stream, unknown_mandatory_record_is_refused)
{
	stream_edit_insert(&self->edit, STREAM_PREAMBLE_SIZE, UNKNOWN_TAG,
			   MIGCAP_STREAM_MANDATORY, 4, 4);
	EXPECT_EQ(-EOPNOTSUPP, sample_decode(&self->edit, &self->dec));
}

TEST_F(stream, unknown_flag_is_refused)
{
	stream_edit_insert(&self->edit, STREAM_PREAMBLE_SIZE, UNKNOWN_TAG, 2, 4,
			   4);
	EXPECT_EQ(-EINVAL, sample_decode(&self->edit, &self->dec));
}

TEST_F(stream, length_out_of_range_is_refused)
{
	static const u32 lengths[] = {
		MIGCAP_STREAM_MAX_LENGTH + 1, 0x7fffffff, 0xffffffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		sample_encode(&self->edit);
		stream_edit_insert(&self->edit, STREAM_PREAMBLE_SIZE,
				   UNKNOWN_TAG, 0, lengths[i], 0);
		EXPECT_EQ(-EOVERFLOW, sample_decode(&self->edit, &self->dec));
	}
}

TEST_F(stream, known_record_of_another_length_is_refused)
{
	unsigned int tag;

	for (tag = MIGCAP_STREAM_IDENT; tag <= MIGCAP_STREAM_END; tag++) {
		u8 *length;

		sample_encode(&self->edit);
		length = self->edit.bytes + stream_edit_find(&self->edit, tag) +
			 offsetof(struct migcap_vfio_stream_header, length);
		put_unaligned_le32(get_unaligned_le32(length) + 1, length);
		EXPECT_EQ(-EINVAL, sample_decode(&self->edit, &self->dec));
	}
}

TEST_F(stream, order)
{
	unsigned int tag;

	for (tag = MIGCAP_STREAM_IDENT; tag < MIGCAP_STREAM_END; tag++) {
		int want = tag == MIGCAP_STREAM_FILLER ? 0 : -EINVAL;

		sample_encode(&self->edit);
		stream_edit_remove(&self->edit,
				   stream_edit_find(&self->edit, tag));
		EXPECT_EQ(want, sample_decode(&self->edit, &self->dec))
			TH_LOG("without record %u", tag);

		sample_encode(&self->edit);
		stream_edit_repeat(&self->edit,
				   stream_edit_find(&self->edit, tag));
		EXPECT_EQ(want, sample_decode(&self->edit, &self->dec))
			TH_LOG("record %u twice", tag);
	}
}

TEST_F(stream, nothing_follows_the_end)
{
	self->edit.bytes[self->edit.size++] = 0;
	EXPECT_EQ(-EINVAL, sample_decode(&self->edit, &self->dec));
}

TEST_F(stream, empty_write_changes_nothing)
{
	migcap_vfio_stream_decoder_init(&self->dec, &sample.ident);
	EXPECT_EQ(0,
		  migcap_vfio_stream_decode(&self->dec, self->edit.bytes, 0));
	EXPECT_EQ(0, migcap_vfio_stream_decode(&self->dec, self->edit.bytes,
					       self->edit.size));
	EXPECT_EQ(0,
		  migcap_vfio_stream_decode(&self->dec, self->edit.bytes, 0));
	EXPECT_TRUE(migcap_vfio_stream_complete(&self->dec));
}

/* Set one byte of STATE, the record's fields being one byte each. */
static int decode_state(struct stream_edit *edit,
			struct migcap_vfio_stream_decoder *dec,
			unsigned int field, u8 val)
{
	size_t at;

	sample_encode(edit);
	at = stream_edit_find(edit, MIGCAP_STREAM_STATE);
	edit->bytes[at + STREAM_HEADER_SIZE + field] = val;
	return sample_decode(edit, dec);
}

TEST_F(stream, state_out_of_range_is_refused)
{
	enum { CTRL, VMM_STATUS, VF_STATUS, IRQ, EPOCH, EVENT, BUS_MASTER };

	EXPECT_EQ(0, decode_state(&self->edit, &self->dec, IRQ, 0xff));
	EXPECT_EQ(0, decode_state(&self->edit, &self->dec, EPOCH, 0xff));
	EXPECT_EQ(0, decode_state(&self->edit, &self->dec, BUS_MASTER, 0));
	EXPECT_FALSE(self->dec.out.bus_master);
	EXPECT_EQ(-EINVAL,
		  decode_state(&self->edit, &self->dec, VMM_STATUS, 2));
	EXPECT_EQ(-EINVAL, decode_state(&self->edit, &self->dec, VF_STATUS, 2));
	EXPECT_EQ(-EINVAL,
		  decode_state(&self->edit, &self->dec, BUS_MASTER, 2));
	/* A newer guest or host may know more bits: whoever loads drops them. */
	EXPECT_EQ(0, decode_state(&self->edit, &self->dec, CTRL, 0xff));
	EXPECT_EQ(0, decode_state(&self->edit, &self->dec, EVENT, 0xff));
}

TEST_F(stream, no_record_is_longer_than_it_says)
{
	u8 buf[MIGCAP_STREAM_MAX_RECORD];
	unsigned int tag;

	for (tag = MIGCAP_STREAM_IDENT; tag <= MIGCAP_STREAM_END; tag++) {
		EXPECT_LE(migcap_vfio_stream_put(buf, tag, &sample),
			  sizeof(buf));
	}
	EXPECT_LE(migcap_vfio_stream_put_preamble(buf), sizeof(buf));
}

TEST_HARNESS_MAIN
