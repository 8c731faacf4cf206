/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spoils a valid migration stream at random: its bytes, and its records.
 *
 * A mutation may leave the stream as it was, where there is nothing that it
 * could be done to.  A stream never gets empty, nor longer than half of what
 * fits, so that the next mutation has room.
 */
#ifndef SELFTESTS_LIB_STREAM_MUTATE_H
#define SELFTESTS_LIB_STREAM_MUTATE_H

#include "random.h"
#include "stream_edit.h"

#define STREAM_MUTATE_MAX	(STREAM_EDIT_MAX / 2)
#define STREAM_MUTATE_PIECE	64	/* bytes that a mutation moves */

static inline u32 stream_mutate_word(struct random *rnd)
{
	static const u32 words[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 0x7f, 0x80, 0xff, 0x100,
		0xfff, 0x1000, 0x1001, 0x7fff, 0x8000, 0xffff, 0x10000,
		0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff,
	};
	u32 at = random_below(rnd, sizeof(words) / sizeof(words[0]) + 1);

	return at < sizeof(words) / sizeof(words[0]) ? words[at] :
						       random_next(rnd);
}

static inline size_t stream_mutate_any_byte(struct random *rnd,
					    const struct stream_edit *edit)
{
	return random_below(rnd, edit->size);
}

/* Where some record begins; 0 if no record is whole. */
static inline size_t stream_mutate_any_record(struct random *rnd,
					      const struct stream_edit *edit)
{
	size_t at = STREAM_PREAMBLE_SIZE, chosen = 0, length;
	u32 count = 0;

	for (; (length = stream_edit_length(edit, at)); at += length)
		if (!random_below(rnd, ++count))
			chosen = at;
	return chosen;
}

static inline void stream_mutate_bit(struct random *rnd,
				     struct stream_edit *edit)
{
	edit->bytes[stream_mutate_any_byte(rnd, edit)] ^=
		1 << random_below(rnd, 8);
}

static inline void stream_mutate_byte(struct random *rnd,
				      struct stream_edit *edit)
{
	edit->bytes[stream_mutate_any_byte(rnd, edit)] = random_next(rnd);
}

static inline void stream_mutate_four_bytes(struct random *rnd,
					    struct stream_edit *edit)
{
	size_t at = stream_mutate_any_byte(rnd, edit), left = edit->size - at;
	u32 word = stream_mutate_word(rnd);

	memcpy(edit->bytes + at, &word, left < 4 ? left : 4);
}

static inline size_t stream_mutate_piece(struct random *rnd, size_t left)
{
	return 1 + random_below(rnd, left < STREAM_MUTATE_PIECE ?
				     left : STREAM_MUTATE_PIECE);
}

static inline void stream_mutate_cut(struct random *rnd,
				     struct stream_edit *edit)
{
	size_t at = stream_mutate_any_byte(rnd, edit), left = edit->size - at;
	size_t len = stream_mutate_piece(rnd, left);

	memmove(edit->bytes + at, edit->bytes + at + len, left - len);
	edit->size -= len;
}

static inline void stream_mutate_double(struct random *rnd,
					struct stream_edit *edit)
{
	size_t at = stream_mutate_any_byte(rnd, edit), left = edit->size - at;
	size_t len = stream_mutate_piece(rnd, left);

	memmove(edit->bytes + at + len, edit->bytes + at, left);
	edit->size += len;
}

static inline void stream_mutate_copy(struct random *rnd,
				      struct stream_edit *edit)
{
	size_t at = stream_mutate_any_byte(rnd, edit);
	size_t len = stream_mutate_piece(rnd, edit->size - at);

	memmove(edit->bytes + random_below(rnd, edit->size - len + 1),
		edit->bytes + at, len);
}

static inline void stream_mutate_truncate(struct random *rnd,
					  struct stream_edit *edit)
{
	edit->size = stream_mutate_any_byte(rnd, edit);
}

static inline void stream_mutate_append(struct random *rnd,
					struct stream_edit *edit)
{
	size_t len = 1 + random_below(rnd, STREAM_MUTATE_PIECE);

	while (len--)
		edit->bytes[edit->size++] = random_next(rnd);
}

static inline void stream_mutate_drop_record(struct random *rnd,
					     struct stream_edit *edit)
{
	size_t at = stream_mutate_any_record(rnd, edit);

	if (at)
		stream_edit_remove(edit, at);
}

static inline void stream_mutate_repeat_record(struct random *rnd,
					       struct stream_edit *edit)
{
	size_t at = stream_mutate_any_record(rnd, edit);

	if (at)
		stream_edit_repeat(edit, at);
}

/* A record goes to where another one begins, or to the end. */
static inline void stream_mutate_move_record(struct random *rnd,
					     struct stream_edit *edit)
{
	u8 record[STREAM_MUTATE_PIECE];
	size_t at = stream_mutate_any_record(rnd, edit);
	size_t length = at ? stream_edit_length(edit, at) : 0;

	if (!length || length > sizeof(record))
		return;
	memcpy(record, edit->bytes + at, length);
	stream_edit_remove(edit, at);
	at = stream_mutate_any_record(rnd, edit);
	if (!at || !random_below(rnd, 4))
		at = edit->size;
	memmove(edit->bytes + at + length, edit->bytes + at, edit->size - at);
	memcpy(edit->bytes + at, record, length);
	edit->size += length;
}

static inline void stream_mutate_header(struct random *rnd,
					struct stream_edit *edit)
{
	size_t at = stream_mutate_any_record(rnd, edit);
	u32 word = stream_mutate_word(rnd);
	u8 *header = edit->bytes + at;

	if (!at)
		return;
	switch (random_below(rnd, 3)) {
	case 0:
		put_unaligned_le16(random_below(rnd, 2) ? word & 7 : word,
				   header);
		break;
	case 1:
		put_unaligned_le16(random_below(rnd, 2) ? word & 1 : word,
				   header + 2);
		break;
	case 2:
		put_unaligned_le32(word, header + 4);
		break;
	}
}

/* What it claims to hold is there, or not. */
static inline void stream_mutate_new_record(struct random *rnd,
					    struct stream_edit *edit)
{
	size_t at = stream_mutate_any_record(rnd, edit);
	u32 length = random_below(rnd, STREAM_MUTATE_PIECE);
	u32 claimed = random_below(rnd, 3) ? length : stream_mutate_word(rnd);

	if (!at || !random_below(rnd, 4))
		at = edit->size;
	stream_edit_insert(edit, at, random_below(rnd, 8), random_below(rnd, 3),
			   claimed, length);
}

static inline void stream_mutate_version(struct random *rnd,
					 struct stream_edit *edit)
{
	size_t at = offsetof(struct migcap_vfio_stream_preamble, major);

	if (edit->size < STREAM_PREAMBLE_SIZE)
		return;
	put_unaligned_le16(stream_mutate_word(rnd),
			   edit->bytes + at + 2 * random_below(rnd, 4));
}

static inline void stream_mutate(struct random *rnd, struct stream_edit *edit)
{
	static void (*const ways[])(struct random *rnd,
				    struct stream_edit *edit) = {
		stream_mutate_bit, stream_mutate_byte, stream_mutate_four_bytes,
		stream_mutate_cut, stream_mutate_double, stream_mutate_copy,
		stream_mutate_truncate, stream_mutate_append,
		stream_mutate_drop_record, stream_mutate_repeat_record,
		stream_mutate_move_record, stream_mutate_header,
		stream_mutate_new_record, stream_mutate_version,
	};

	ways[random_below(rnd, sizeof(ways) / sizeof(ways[0]))](rnd, edit);
	if (!edit->size)
		edit->size = 1;
	if (edit->size > STREAM_MUTATE_MAX)
		edit->size = STREAM_MUTATE_MAX;
}

#endif /* SELFTESTS_LIB_STREAM_MUTATE_H */
