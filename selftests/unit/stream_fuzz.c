// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the decoder survive streams that nobody would send?
 *
 * Valid streams are mutated: bits, bytes, words with interesting values,
 * pieces cut out, doubled or put elsewhere.  The run is bounded and the same
 * each time; MIGCAP_FUZZ_ROUNDS makes it longer.
 *
 * Guarantees:
 *  - the sanitizers find nothing;
 *  - the result does not depend on how the stream is cut;
 *  - what is accepted as complete is for this device and within range.
 */
#include <kselftest_harness.h>

#include <linux/errno.h>
#include <linux/migcap_regs.h>

#include "random.h"
#include "sample.h"

#define ROUNDS		200000
#define SIZE_LIMIT	(STREAM_EDIT_MAX / 2)

static u32 interesting(struct random *rnd)
{
	static const u32 values[] = {
		0, 1, 2, 4, 8, 15, 16, 17, 0x7f, 0x80, 0xff, 0x100, 0xfff,
		0x1000, 0x1001, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000,
		0xfffffff8, 0xffffffff,
	};

	return values[random_below(rnd, ARRAY_SIZE(values))];
}

static void mutate(struct random *rnd, struct stream_edit *edit)
{
	size_t at = random_below(rnd, edit->size), left = edit->size - at;
	size_t len = 1 + random_below(rnd, left < 64 ? left : 64);
	u32 word = interesting(rnd);

	switch (random_below(rnd, 7)) {
	case 0:
		edit->bytes[at] ^= 1 << random_below(rnd, 8);
		break;
	case 1:
		edit->bytes[at] = random_next(rnd);
		break;
	case 2:
		memcpy(edit->bytes + at, &word, left < 4 ? left : 4);
		break;
	case 3:
		memmove(edit->bytes + at, edit->bytes + at + len, left - len);
		edit->size -= len;
		break;
	case 4:
		if (edit->size + len > SIZE_LIMIT)
			break;
		memmove(edit->bytes + at + len, edit->bytes + at, left);
		edit->size += len;
		break;
	case 5:
		memmove(edit->bytes + random_below(rnd, edit->size - len + 1),
			edit->bytes + at, len);
		break;
	case 6:
		stream_edit_insert(edit, at, random_below(rnd, 8),
				   random_below(rnd, 3),
				   random_below(rnd, 3) ? len : word, len);
		break;
	}
	if (!edit->size)
		edit->size = 1;
	if (edit->size > SIZE_LIMIT)
		edit->size = SIZE_LIMIT;
}

static int decode_cut(struct random *rnd, const struct stream_edit *edit,
		      struct migcap_vfio_stream_decoder *dec)
{
	size_t at = 0;
	int ret = 0;

	migcap_vfio_stream_decoder_init(dec, &sample.ident);
	while (!ret && at < edit->size) {
		size_t len = random_below(rnd, 20);

		if (len > edit->size - at)
			len = edit->size - at;
		ret = migcap_vfio_stream_decode(dec, edit->bytes + at, len);
		at += len;
	}
	return ret;
}

static bool is_sane(const struct migcap_vfio_stream *out)
{
	u8 bus_master;

	memcpy(&bus_master, &out->bus_master, sizeof(bus_master));
	return out->ident.vendor == sample.ident.vendor &&
	       out->ident.device == sample.ident.device &&
	       out->ident.subsystem_vendor == sample.ident.subsystem_vendor &&
	       out->ident.subsystem_device == sample.ident.subsystem_device &&
	       out->ident.class == sample.ident.class &&
	       out->ident.cap_offset == sample.ident.cap_offset &&
	       out->ident.msix_size == sample.ident.msix_size &&
	       out->regs.vmm_status <= MIGCAP_VMM_START &&
	       out->regs.vf_status <= MIGCAP_VF_READY &&
	       bus_master <= 1;
}

/* Copied to a heap block of the exact size, so that a byte too far is seen. */
static int decode_tight(const struct stream_edit *edit,
			struct migcap_vfio_stream_decoder *dec)
{
	u8 *tight = malloc(edit->size);
	int ret;

	memcpy(tight, edit->bytes, edit->size);
	migcap_vfio_stream_decoder_init(dec, &sample.ident);
	ret = migcap_vfio_stream_decode(dec, tight, edit->size);
	free(tight);
	return ret;
}

TEST(mutated_streams)
{
	static struct stream_edit edit;
	unsigned long round, rounds = random_rounds(ROUNDS), complete = 0;
	struct migcap_vfio_stream_decoder whole, cut;
	struct random rnd = { 3 };

	for (round = 0; round < rounds; round++) {
		int mutations = random_below(&rnd, 6), ret;

		sample_encode(&edit);
		while (mutations--)
			mutate(&rnd, &edit);
		ret = decode_tight(&edit, &whole);
		ASSERT_TRUE(!ret || ret == -EINVAL || ret == -EOPNOTSUPP ||
			    ret == -EOVERFLOW)
			TH_LOG("round %lu: %d", round, ret);
		ASSERT_EQ(ret, decode_cut(&rnd, &edit, &cut))
			TH_LOG("round %lu", round);
		if (ret)
			continue;
		ASSERT_EQ(migcap_vfio_stream_complete(&whole),
			  migcap_vfio_stream_complete(&cut));
		if (!migcap_vfio_stream_complete(&whole))
			continue;
		complete++;
		ASSERT_TRUE(is_sane(&whole.out))
			TH_LOG("round %lu", round);
	}
	TH_LOG("%lu streams, %lu of them complete", rounds, complete);
	EXPECT_NE(0, complete);
}

TEST(noise)
{
	static struct stream_edit edit;
	unsigned long round, rounds = random_rounds(ROUNDS) / 10;
	struct migcap_vfio_stream_decoder dec;
	struct random rnd = { 4 };
	size_t i;

	for (round = 0; round < rounds; round++) {
		edit.size = 1 + random_below(&rnd, 256);
		migcap_vfio_stream_put_preamble(edit.bytes);
		for (i = STREAM_PREAMBLE_SIZE; i < edit.size; i++)
			edit.bytes[i] = random_below(&rnd, 3) ? 0 :
					random_next(&rnd);
		decode_tight(&edit, &dec);
		ASSERT_FALSE(migcap_vfio_stream_complete(&dec));
	}
}

TEST_HARNESS_MAIN
