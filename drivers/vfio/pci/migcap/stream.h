/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The migration stream.  Pure: encodes and decodes bytes, knows no device,
 * takes no lock, builds in userspace.  All fields are little endian.
 *
 *	preamble	magic, major, minor
 *	record IDENT	which device this is; checked as soon as it is complete
 *	record FILLER	any number of: the guest has not answered yet
 *	record STATE	the capability's registers
 *	record END	nothing follows
 *
 * A reader skips a record that it does not know unless the record says that it
 * is mandatory.  A minor version adds optional records, a major version
 * changes what is there.
 */
#ifndef MIGCAP_VFIO_STREAM_H
#define MIGCAP_VFIO_STREAM_H

#include <linux/types.h>

#include "cap_regs.h"

#define MIGCAP_STREAM_MAGIC	0x465650414347494dULL	/* "MIGCAPVF" */
#define MIGCAP_STREAM_MAJOR	1
#define MIGCAP_STREAM_MINOR	0

enum migcap_vfio_stream_tag {
	MIGCAP_STREAM_IDENT = 1,
	MIGCAP_STREAM_FILLER = 2,
	MIGCAP_STREAM_STATE = 3,
	MIGCAP_STREAM_END = 4,
};

/* The reader must fail if it does not know the record. */
#define MIGCAP_STREAM_MANDATORY	0x0001

struct migcap_vfio_stream_preamble {
	__le64 magic;
	__le16 major;
	__le16 minor;
	__le32 reserved;
};

struct migcap_vfio_stream_header {
	__le16 tag;
	__le16 flags;
	__le32 length;		/* of the payload that follows, in bytes */
};

/* The longest payload that a reader accepts, known record or not. */
#define MIGCAP_STREAM_MAX_LENGTH	4096
/* The longest payload of a record of this version. */
#define MIGCAP_STREAM_MAX_PAYLOAD	16
/* No record of this version is longer, the preamble included. */
#define MIGCAP_STREAM_MAX_RECORD	(sizeof(struct migcap_vfio_stream_header) + \
					 MIGCAP_STREAM_MAX_PAYLOAD)
/* What is read in STOP_COPY at most, and before START at most. */
#define MIGCAP_STREAM_MAX_SIZE		128

/**
 * struct migcap_vfio_ident - what must be equal on both hosts
 * @vendor: vendor id
 * @device: device id
 * @subsystem_vendor: subsystem vendor id
 * @subsystem_device: subsystem id
 * @class: class code, 24 bits
 * @cap_offset: where the virtual migration capability is
 * @msix_size: vectors in the MSI-X table as the guest sees it
 */
struct migcap_vfio_ident {
	u16 vendor;
	u16 device;
	u16 subsystem_vendor;
	u16 subsystem_device;
	u32 class;
	u16 cap_offset;
	u16 msix_size;
};

/**
 * struct migcap_vfio_stream - everything that a stream carries
 * @ident: the device
 * @regs: the capability's registers
 * @bus_master: the guest's Bus Master Enable, 0 or 1
 */
struct migcap_vfio_stream {
	struct migcap_vfio_ident ident;
	struct migcap_vfio_cap_regs regs;
	u8 bus_master;
};

/**
 * enum migcap_vfio_stream_phase - what a decoder waits for
 * @MIGCAP_DECODE_PREAMBLE: the rest of the preamble
 * @MIGCAP_DECODE_HEADER: the rest of a record's header
 * @MIGCAP_DECODE_PAYLOAD: the rest of a known record
 * @MIGCAP_DECODE_SKIP: the rest of an unknown record
 * @MIGCAP_DECODE_DONE: nothing
 */
enum migcap_vfio_stream_phase {
	MIGCAP_DECODE_PREAMBLE,
	MIGCAP_DECODE_HEADER,
	MIGCAP_DECODE_PAYLOAD,
	MIGCAP_DECODE_SKIP,
	MIGCAP_DECODE_DONE,
};

/**
 * struct migcap_vfio_stream_decoder - a cursor over a stream that comes in pieces
 * @expect: the device that the stream must be for; outlives the decoder
 * @out: what has been decoded
 * @phase: what is being read
 * @have: how much of it has been read, in bytes
 * @want: how long it is, in bytes
 * @buf: what has been read of it, unless it is skipped
 * @tag: the record that it belongs to
 * @seen: the records before that one, bit mask of enum migcap_vfio_stream_tag
 * @why: a constant text for operators, after an error
 */
struct migcap_vfio_stream_decoder {
	const struct migcap_vfio_ident *expect;
	struct migcap_vfio_stream out;
	enum migcap_vfio_stream_phase phase;
	u32 have;
	u32 want;
	u8 buf[MIGCAP_STREAM_MAX_PAYLOAD];
	u16 tag;
	u16 seen;
	const char *why;
};

size_t migcap_vfio_stream_put_preamble(u8 *buf);
size_t migcap_vfio_stream_put(u8 *buf, enum migcap_vfio_stream_tag tag,
			      const struct migcap_vfio_stream *in);
void migcap_vfio_stream_decoder_init(struct migcap_vfio_stream_decoder *dec,
				     const struct migcap_vfio_ident *expect);
int migcap_vfio_stream_decode(struct migcap_vfio_stream_decoder *dec,
			      const u8 *data, size_t len);
bool migcap_vfio_stream_complete(const struct migcap_vfio_stream_decoder *dec);

#endif /* MIGCAP_VFIO_STREAM_H */
