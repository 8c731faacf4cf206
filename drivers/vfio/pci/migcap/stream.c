// SPDX-License-Identifier: GPL-2.0-only
/*
 * The migration stream.
 *
 * Owns the bytes: one table of records drives both directions.  Does not own
 * when a record is due, nor what becomes of what was decoded: that is migration_file.c
 * and migration.c.
 */
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include <linux/migcap_regs.h>

#include "stream.h"

static_assert(sizeof(struct migcap_vfio_stream_preamble) <=
	      MIGCAP_STREAM_MAX_PAYLOAD);
static_assert(sizeof(struct migcap_vfio_stream_header) == 8);

/*
 * A member of struct migcap_vfio_stream, and its width in the stream in bytes; what
 * it means if it is another one, where it must be the same.
 */
struct migcap_vfio_stream_field {
	u16 offset;
	u16 size;
	const char *differs;
};

#define FIELD(member, width) \
	{ .offset = offsetof(struct migcap_vfio_stream, member), .size = width }

#define IDENT(member, width, what)					\
	{								\
		.offset = offsetof(struct migcap_vfio_stream, ident.member), \
		.size = width,						\
		.differs = "stream is for a device with another " what,	\
	}

static const struct migcap_vfio_stream_field ident_fields[] = {
	IDENT(vendor, 2, "vendor id"),
	IDENT(device, 2, "device id"),
	IDENT(subsystem_vendor, 2, "subsystem vendor id"),
	IDENT(subsystem_device, 2, "subsystem id"),
	IDENT(class, 4, "class"),
	IDENT(cap_offset, 2, "place of the capability"),
	IDENT(msix_size, 2, "number of MSI-X vectors"),
	{}
};

static const struct migcap_vfio_stream_field state_fields[] = {
	FIELD(regs.ctrl, 1),
	FIELD(regs.vmm_status, 1),
	FIELD(regs.vf_status, 1),
	FIELD(regs.irq, 1),
	FIELD(regs.epoch, 1),
	FIELD(regs.event, 1),
	FIELD(bus_master, 1),
	{}
};

static const struct migcap_vfio_stream_field no_fields[] = { {} };

#define WHY_DAMAGED	"stream is damaged"
#define WHY_VERSION	"stream is of another major version"
#define WHY_RECORD	"stream has a record that this version does not know"

static int migcap_vfio_stream_fail(struct migcap_vfio_stream_decoder *dec,
				   int error, const char *why)
{
	dec->why = why;
	return error;
}

static int
migcap_vfio_stream_check_ident(struct migcap_vfio_stream_decoder *dec)
{
	const struct migcap_vfio_stream expect = { .ident = *dec->expect };
	const struct migcap_vfio_stream_field *field;

	for (field = ident_fields; field->size; field++)
		if (memcmp((const u8 *)&dec->out + field->offset,
			   (const u8 *)&expect + field->offset, field->size))
			return migcap_vfio_stream_fail(dec, -EINVAL,
						       field->differs);
	return 0;
}

static int
migcap_vfio_stream_check_state(struct migcap_vfio_stream_decoder *dec)
{
	const struct migcap_vfio_cap_regs *regs = &dec->out.regs;

	if (regs->vmm_status > MIGCAP_VMM_START ||
	    regs->vf_status > MIGCAP_VF_READY || dec->out.bus_master > 1)
		return migcap_vfio_stream_fail(dec, -EINVAL, WHY_DAMAGED);
	return 0;
}

/*
 * One entry a record: @after are the records that must have been seen before,
 * @once that it may not come again.
 */
static const struct migcap_vfio_stream_record {
	const struct migcap_vfio_stream_field *fields;
	int (*check)(struct migcap_vfio_stream_decoder *dec);
	u16 flags;
	u16 after;
	bool once;
} records[] = {
	[MIGCAP_STREAM_IDENT] = {
		.fields = ident_fields,
		.check = migcap_vfio_stream_check_ident,
		.flags = MIGCAP_STREAM_MANDATORY,
		.once = true,
	},
	[MIGCAP_STREAM_FILLER] = {
		.fields = no_fields,
	},
	[MIGCAP_STREAM_STATE] = {
		.fields = state_fields,
		.check = migcap_vfio_stream_check_state,
		.flags = MIGCAP_STREAM_MANDATORY,
		.after = BIT(MIGCAP_STREAM_IDENT),
		.once = true,
	},
	[MIGCAP_STREAM_END] = {
		.fields = no_fields,
		.flags = MIGCAP_STREAM_MANDATORY,
		.after = BIT(MIGCAP_STREAM_STATE),
	},
};

static u32
migcap_vfio_stream_record_length(const struct migcap_vfio_stream_record *record)
{
	const struct migcap_vfio_stream_field *field;
	u32 length = 0;

	for (field = record->fields; field->size; field++)
		length += field->size;
	return length;
}

static void migcap_vfio_stream_put_field(u8 *to, const u8 *from, u16 size)
{
	switch (size) {
	case 1:
		*to = *from;
		break;
	case 2:
		put_unaligned_le16(*(const u16 *)from, to);
		break;
	case 4:
		put_unaligned_le32(*(const u32 *)from, to);
		break;
	}
}

static void migcap_vfio_stream_get_field(u8 *to, const u8 *from, u16 size)
{
	switch (size) {
	case 1:
		*to = *from;
		break;
	case 2:
		*(u16 *)to = get_unaligned_le16(from);
		break;
	case 4:
		*(u32 *)to = get_unaligned_le32(from);
		break;
	}
}

/**
 * migcap_vfio_stream_put_preamble() - encode what a stream begins with
 * @buf: room for struct migcap_vfio_stream_preamble
 *
 * Return: bytes written.
 */
size_t migcap_vfio_stream_put_preamble(u8 *buf)
{
	const struct migcap_vfio_stream_preamble preamble = {
		.magic = cpu_to_le64(MIGCAP_STREAM_MAGIC),
		.major = cpu_to_le16(MIGCAP_STREAM_MAJOR),
		.minor = cpu_to_le16(MIGCAP_STREAM_MINOR),
	};

	memcpy(buf, &preamble, sizeof(preamble));
	return sizeof(preamble);
}

/**
 * migcap_vfio_stream_put() - encode one record
 * @buf: room for MIGCAP_STREAM_MAX_RECORD bytes
 * @tag: which one
 * @in: where the fields are taken from
 *
 * Return: bytes written.
 */
size_t migcap_vfio_stream_put(u8 *buf, enum migcap_vfio_stream_tag tag,
			      const struct migcap_vfio_stream *in)
{
	const struct migcap_vfio_stream_record *record = &records[tag];
	const struct migcap_vfio_stream_header header = {
		.tag = cpu_to_le16(tag),
		.flags = cpu_to_le16(record->flags),
		.length = cpu_to_le32(migcap_vfio_stream_record_length(record)),
	};
	const struct migcap_vfio_stream_field *field;
	u8 *to = buf + sizeof(header);

	memcpy(buf, &header, sizeof(header));
	for (field = record->fields; field->size; field++) {
		migcap_vfio_stream_put_field(to, (const u8 *)in + field->offset,
					     field->size);
		to += field->size;
	}
	return to - buf;
}

static void
migcap_vfio_stream_expect_bytes(struct migcap_vfio_stream_decoder *dec,
				enum migcap_vfio_stream_phase phase, u32 want)
{
	dec->phase = phase;
	dec->want = want;
	dec->have = 0;
}

static void
migcap_vfio_stream_expect_header(struct migcap_vfio_stream_decoder *dec)
{
	migcap_vfio_stream_expect_bytes(dec, MIGCAP_DECODE_HEADER,
					sizeof(struct migcap_vfio_stream_header));
}

/**
 * migcap_vfio_stream_decoder_init() - begin to decode a stream
 * @dec: the decoder
 * @expect: the device that the stream must be for, kept
 */
void migcap_vfio_stream_decoder_init(struct migcap_vfio_stream_decoder *dec,
				     const struct migcap_vfio_ident *expect)
{
	memset(dec, 0, sizeof(*dec));
	dec->expect = expect;
	migcap_vfio_stream_expect_bytes(dec, MIGCAP_DECODE_PREAMBLE,
					sizeof(struct migcap_vfio_stream_preamble));
}

static int
migcap_vfio_stream_decode_preamble(struct migcap_vfio_stream_decoder *dec)
{
	struct migcap_vfio_stream_preamble preamble;

	memcpy(&preamble, dec->buf, sizeof(preamble));
	if (le64_to_cpu(preamble.magic) != MIGCAP_STREAM_MAGIC ||
	    preamble.reserved)
		return migcap_vfio_stream_fail(dec, -EINVAL, WHY_DAMAGED);
	if (le16_to_cpu(preamble.major) != MIGCAP_STREAM_MAJOR)
		return migcap_vfio_stream_fail(dec, -EOPNOTSUPP, WHY_VERSION);
	migcap_vfio_stream_expect_header(dec);
	return 0;
}

static int
migcap_vfio_stream_decode_header(struct migcap_vfio_stream_decoder *dec)
{
	const struct migcap_vfio_stream_record *record;
	struct migcap_vfio_stream_header header;
	u32 length;
	u16 flags;

	memcpy(&header, dec->buf, sizeof(header));
	dec->tag = le16_to_cpu(header.tag);
	flags = le16_to_cpu(header.flags);
	length = le32_to_cpu(header.length);
	if (flags & ~MIGCAP_STREAM_MANDATORY)
		return migcap_vfio_stream_fail(dec, -EINVAL, WHY_DAMAGED);
	if (length > MIGCAP_STREAM_MAX_LENGTH)
		return migcap_vfio_stream_fail(dec, -EOVERFLOW, WHY_DAMAGED);

	if (!dec->tag || dec->tag >= ARRAY_SIZE(records)) {
		if (flags & MIGCAP_STREAM_MANDATORY)
			return migcap_vfio_stream_fail(dec, -EOPNOTSUPP,
						       WHY_RECORD);
		migcap_vfio_stream_expect_bytes(dec, MIGCAP_DECODE_SKIP,
						length);
		return 0;
	}

	record = &records[dec->tag];
	if (length != migcap_vfio_stream_record_length(record) ||
	    (dec->seen & record->after) != record->after ||
	    (record->once && (dec->seen & BIT(dec->tag))))
		return migcap_vfio_stream_fail(dec, -EINVAL, WHY_DAMAGED);
	migcap_vfio_stream_expect_bytes(dec, MIGCAP_DECODE_PAYLOAD, length);
	return 0;
}

static int
migcap_vfio_stream_decode_payload(struct migcap_vfio_stream_decoder *dec)
{
	const struct migcap_vfio_stream_record *record = &records[dec->tag];
	const struct migcap_vfio_stream_field *field;
	const u8 *from = dec->buf;

	for (field = record->fields; field->size; field++) {
		migcap_vfio_stream_get_field((u8 *)&dec->out + field->offset,
					     from, field->size);
		from += field->size;
	}
	dec->seen |= BIT(dec->tag);
	if (dec->tag == MIGCAP_STREAM_END)
		migcap_vfio_stream_expect_bytes(dec, MIGCAP_DECODE_DONE, 0);
	else
		migcap_vfio_stream_expect_header(dec);
	return record->check ? record->check(dec) : 0;
}

static int
migcap_vfio_stream_decode_phase(struct migcap_vfio_stream_decoder *dec)
{
	switch (dec->phase) {
	case MIGCAP_DECODE_PREAMBLE:
		return migcap_vfio_stream_decode_preamble(dec);
	case MIGCAP_DECODE_HEADER:
		return migcap_vfio_stream_decode_header(dec);
	case MIGCAP_DECODE_PAYLOAD:
		return migcap_vfio_stream_decode_payload(dec);
	case MIGCAP_DECODE_SKIP:
		migcap_vfio_stream_expect_header(dec);
		return 0;
	case MIGCAP_DECODE_DONE:
		break;
	}
	return migcap_vfio_stream_fail(dec, -EINVAL, WHY_DAMAGED);
}

/**
 * migcap_vfio_stream_decode() - decode the next piece of a stream
 * @dec: the decoder; of no use any more after an error, but for @dec->why
 * @data: the piece
 * @len: its length in bytes
 *
 * Return: 0, or
 *   -EINVAL	malformed, or made for another device
 *   -EOPNOTSUPP	another major version, or an unknown mandatory record
 *   -EOVERFLOW	a record is longer than any can be
 */
int migcap_vfio_stream_decode(struct migcap_vfio_stream_decoder *dec,
			      const u8 *data, size_t len)
{
	size_t step;
	int ret;

	for (;;) {
		step = min_t(size_t, len, dec->want - dec->have);
		if (dec->phase != MIGCAP_DECODE_SKIP)
			memcpy(dec->buf + dec->have, data, step);
		dec->have += step;
		data += step;
		len -= step;

		if (dec->have < dec->want ||
		    (!len && dec->phase == MIGCAP_DECODE_DONE))
			return 0;
		ret = migcap_vfio_stream_decode_phase(dec);
		if (ret)
			return ret;
	}
}

/**
 * migcap_vfio_stream_complete() - whether the stream came to its end
 * @dec: the decoder
 *
 * Return: true if everything that the device needs has been decoded.
 */
bool migcap_vfio_stream_complete(const struct migcap_vfio_stream_decoder *dec)
{
	return dec->phase == MIGCAP_DECODE_DONE;
}
