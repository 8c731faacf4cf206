/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A valid stream to start from, and decoding it whole.
 */
#ifndef SELFTESTS_UNIT_SAMPLE_H
#define SELFTESTS_UNIT_SAMPLE_H

#include "../lib/stream_edit.h"

static const struct migcap_vfio_stream sample = {
	.ident = {
		.vendor = 0x8086,
		.device = 0x10ca,
		.subsystem_vendor = 0x8086,
		.subsystem_device = 0xa03c,
		.class = 0x020000,
		.cap_offset = 0xf0,
		.msix_size = 3,
	},
	.regs = {
		.ctrl = 0x03,
		.vmm_status = 0x01,
		.vf_status = 0x01,
		.irq = 0x02,
		.epoch = 0x7f,
		.event = 0x00,
	},
	.bus_master = true,
};

static inline void sample_encode(struct stream_edit *edit)
{
	static const enum migcap_vfio_stream_tag tags[] = {
		MIGCAP_STREAM_IDENT, MIGCAP_STREAM_FILLER, MIGCAP_STREAM_STATE,
		MIGCAP_STREAM_END,
	};
	unsigned int i;

	edit->size = migcap_vfio_stream_put_preamble(edit->bytes);
	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		edit->size += migcap_vfio_stream_put(edit->bytes + edit->size,
						     tags[i], &sample);
}

static inline int sample_decode(const struct stream_edit *edit,
				struct migcap_vfio_stream_decoder *dec)
{
	migcap_vfio_stream_decoder_init(dec, &sample.ident);
	return migcap_vfio_stream_decode(dec, edit->bytes, edit->size);
}

#endif /* SELFTESTS_UNIT_SAMPLE_H */
