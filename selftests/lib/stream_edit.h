/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A migration stream as bytes that a test takes apart and spoils: where a
 * record is, and putting one in or out.
 *
 * Knows the framing of drivers/vfio/pci/migcap/stream.h and no record's
 * content.  The includer has that header's include path.
 */
#ifndef SELFTESTS_LIB_STREAM_EDIT_H
#define SELFTESTS_LIB_STREAM_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/unaligned.h>

/* The driver's, by include path: there is another one beside this file. */
#include <stream.h>

#define STREAM_EDIT_MAX	65536

struct stream_edit {
	u8 bytes[STREAM_EDIT_MAX];
	size_t size;
};

#define STREAM_PREAMBLE_SIZE	sizeof(struct migcap_vfio_stream_preamble)
#define STREAM_HEADER_SIZE	sizeof(struct migcap_vfio_stream_header)

static inline struct migcap_vfio_stream_header
stream_edit_header(const struct stream_edit *edit, size_t at)
{
	struct migcap_vfio_stream_header header;

	memcpy(&header, edit->bytes + at, sizeof(header));
	return header;
}

/* Length of the record at @at, header included; 0 behind the last one. */
static inline size_t stream_edit_length(const struct stream_edit *edit,
					size_t at)
{
	size_t length;

	if (at + STREAM_HEADER_SIZE > edit->size)
		return 0;
	length = le32_to_cpu(stream_edit_header(edit, at).length);
	length += STREAM_HEADER_SIZE;
	return at + length <= edit->size ? length : 0;
}

/* Where the first record with @tag starts; 0 if there is none. */
static inline size_t stream_edit_find(const struct stream_edit *edit, u16 tag)
{
	size_t at = STREAM_PREAMBLE_SIZE, length;

	while ((length = stream_edit_length(edit, at))) {
		if (le16_to_cpu(stream_edit_header(edit, at).tag) == tag)
			return at;
		at += length;
	}
	return 0;
}

/* Put a record of @length zero bytes in; one that claims more if it is told. */
static inline void stream_edit_insert(struct stream_edit *edit, size_t at,
				      u16 tag, u16 flags, u32 claimed,
				      u32 length)
{
	const struct migcap_vfio_stream_header header = {
		.tag = cpu_to_le16(tag),
		.flags = cpu_to_le16(flags),
		.length = cpu_to_le32(claimed),
	};
	size_t more = sizeof(header) + length;

	memmove(edit->bytes + at + more, edit->bytes + at, edit->size - at);
	memcpy(edit->bytes + at, &header, sizeof(header));
	memset(edit->bytes + at + sizeof(header), 0, length);
	edit->size += more;
}

static inline void stream_edit_remove(struct stream_edit *edit, size_t at)
{
	size_t length = stream_edit_length(edit, at);

	memmove(edit->bytes + at, edit->bytes + at + length,
		edit->size - at - length);
	edit->size -= length;
}

/* The record at @at once more, right behind itself. */
static inline void stream_edit_repeat(struct stream_edit *edit, size_t at)
{
	size_t length = stream_edit_length(edit, at);

	memmove(edit->bytes + at + length, edit->bytes + at, edit->size - at);
	edit->size += length;
}

/*
 * Whether a stream with that bit flipped may be accepted: a minor version is not
 * looked at, a known record may be called optional, and an optional one may
 * become one that nobody knows.
 */
static inline bool stream_edit_may_flip(const struct stream_edit *edit,
					size_t byte, int bit)
{
	size_t at = STREAM_PREAMBLE_SIZE, length;

	if (byte / 2 == offsetof(struct migcap_vfio_stream_preamble, minor) / 2)
		return true;
	for (; (length = stream_edit_length(edit, at)); at += length) {
		bool optional = !stream_edit_header(edit, at).flags;

		if (byte == at + offsetof(struct migcap_vfio_stream_header, flags) &&
		    !bit)
			return true;
		if (byte / 2 == at / 2 && optional)
			return true;
	}
	return false;
}

#endif /* SELFTESTS_LIB_STREAM_EDIT_H */
