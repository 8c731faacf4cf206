// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the decoder survive streams that nobody would send?
 *
 * Valid streams are mutated, see lib/stream_mutate.h.  The run is bounded;
 * MIGCAP_FUZZ_ROUNDS makes it longer, MIGCAP_SEED repeats one.
 *
 * Guarantees:
 *  - the sanitizers find nothing;
 *  - the result does not depend on how the stream is cut;
 *  - each stream is taken, or refused with the errno, that
 *    Documentation/stream.md says.
 */
#include <kselftest_harness.h>

#include <linux/bits.h>
#include <linux/errno.h>

#include "../lib/hostile.h"
#include "../lib/stream_mutate.h"
#include "random.h"
#include "sample.h"

/* Rounds may be many, and the machine busy: the harness would give it 30 s. */
#define ROUNDS		3000000
#define LIMIT_S		3600
#define MUTATIONS	6
#define IDENT_LENGTH	16

static bool is_known(u16 tag)
{
	return tag >= MIGCAP_STREAM_IDENT && tag <= MIGCAP_STREAM_END;
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

struct verdict {
	int err;
	bool complete;
};

/* Where a record may not be: @seen has a bit for each tag that was. */
static bool is_out_of_order(u16 tag, unsigned int seen)
{
	switch (tag) {
	case MIGCAP_STREAM_IDENT:
		return seen & BIT(MIGCAP_STREAM_IDENT);
	case MIGCAP_STREAM_STATE:
		return !(seen & BIT(MIGCAP_STREAM_IDENT)) ||
		       seen & BIT(MIGCAP_STREAM_STATE);
	case MIGCAP_STREAM_END:
		return !(seen & BIT(MIGCAP_STREAM_STATE));
	}
	return false;
}

static bool is_wrong(u16 tag, const u8 *payload, const struct stream_edit *good)
{
	if (tag == MIGCAP_STREAM_IDENT)
		return memcmp(payload, good->bytes + STREAM_PREAMBLE_SIZE +
			      STREAM_HEADER_SIZE, IDENT_LENGTH);
	if (tag == MIGCAP_STREAM_STATE)
		return payload[1] > 1 || payload[2] > 1 || payload[6] > 1;
	return false;
}

/* The errno of a header that is to be refused. */
static int judge_header(struct migcap_vfio_stream_header header,
			unsigned int seen)
{
	static const u32 lengths[] = {
		[MIGCAP_STREAM_IDENT] = IDENT_LENGTH,
		[MIGCAP_STREAM_FILLER] = 0,
		[MIGCAP_STREAM_STATE] = 7,
		[MIGCAP_STREAM_END] = 0,
	};
	u16 tag = le16_to_cpu(header.tag), flags = le16_to_cpu(header.flags);
	u32 length = le32_to_cpu(header.length);

	if (flags & ~1)
		return -EINVAL;
	if (length > 4096)
		return -EOVERFLOW;
	if (!is_known(tag))
		return flags ? -EOPNOTSUPP : 0;
	return length != lengths[tag] || is_out_of_order(tag, seen) ? -EINVAL :
								      0;
}

static int judge_preamble(const struct stream_edit *edit)
{
	struct migcap_vfio_stream_preamble preamble;

	memcpy(&preamble, edit->bytes, sizeof(preamble));
	if (memcmp(edit->bytes, "MIGCAPVF", 8) || preamble.reserved)
		return -EINVAL;
	return le16_to_cpu(preamble.major) == 1 ? 0 : -EOPNOTSUPP;
}

/* What Documentation/stream.md says, with the whole stream at hand. */
static struct verdict judge(const struct stream_edit *edit,
			    const struct stream_edit *good)
{
	size_t at = STREAM_PREAMBLE_SIZE;
	unsigned int seen = 0;
	int err;

	if (edit->size < at)
		return (struct verdict){ 0 };
	err = judge_preamble(edit);
	while (!err && at + STREAM_HEADER_SIZE <= edit->size) {
		struct migcap_vfio_stream_header header =
			stream_edit_header(edit, at);
		size_t length = le32_to_cpu(header.length);
		u16 tag = le16_to_cpu(header.tag);

		err = judge_header(header, seen);
		at += STREAM_HEADER_SIZE;
		if (err || at + length > edit->size)
			break;
		if (is_wrong(tag, edit->bytes + at, good))
			err = -EINVAL;
		at += length;
		if (tag == MIGCAP_STREAM_END)
			return (struct verdict){
				.err = at < edit->size ? -EINVAL : 0,
				.complete = at == edit->size,
			};
		if (is_known(tag))
			seen |= BIT(tag);
	}
	return (struct verdict){ .err = err };
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

FIXTURE(fuzz) {
	struct random rnd;
};

FIXTURE_SETUP(fuzz)
{
	self->rnd = random_from(hostile_seed());
}

FIXTURE_TEARDOWN(fuzz)
{
}

TEST_F_TIMEOUT(fuzz, mutated_streams, LIMIT_S)
{
	static struct stream_edit good, edit;
	unsigned long round, rounds = random_rounds(ROUNDS), complete = 0;
	struct migcap_vfio_stream_decoder whole, cut;

	sample_encode(&good);
	for (round = 0; round < rounds; round++) {
		int mutations = random_below(&self->rnd, MUTATIONS), ret;
		struct verdict right;

		sample_encode(&edit);
		while (mutations--)
			stream_mutate(&self->rnd, &edit);
		right = judge(&edit, &good);
		ret = decode_tight(&edit, &whole);
		ASSERT_EQ(right.err, ret)
			TH_LOG("round %lu", round);
		ASSERT_EQ(ret, decode_cut(&self->rnd, &edit, &cut))
			TH_LOG("round %lu", round);
		if (ret)
			continue;
		ASSERT_EQ(right.complete, migcap_vfio_stream_complete(&whole))
			TH_LOG("round %lu", round);
		ASSERT_EQ(right.complete, migcap_vfio_stream_complete(&cut));
		complete += right.complete;
	}
	TH_LOG("%lu streams, %lu of them complete", rounds, complete);
	EXPECT_NE(0, complete);
}

TEST_F_TIMEOUT(fuzz, noise, LIMIT_S)
{
	static struct stream_edit edit;
	unsigned long round, rounds = random_rounds(ROUNDS) / 10;
	struct migcap_vfio_stream_decoder dec;
	size_t i;

	for (round = 0; round < rounds; round++) {
		edit.size = 1 + random_below(&self->rnd, 256);
		migcap_vfio_stream_put_preamble(edit.bytes);
		for (i = STREAM_PREAMBLE_SIZE; i < edit.size; i++)
			edit.bytes[i] = random_below(&self->rnd, 3) ? 0 :
					random_next(&self->rnd);
		decode_tight(&edit, &dec);
		ASSERT_FALSE(migcap_vfio_stream_complete(&dec));
	}
}

TEST_HARNESS_MAIN
