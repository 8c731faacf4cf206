/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VF whose guest answers, on a kernel that lets its driver log the device's DMA.
 * For one file of a program, after the harness.
 */
#ifndef SELFTESTS_HOST_LOG_FIXTURE_H
#define SELFTESTS_HOST_LOG_FIXTURE_H

#include "host.h"

FIXTURE(log) {
	struct host_vf vf;
};

FIXTURE_SETUP(log)
{
	ASSERT_EQ(0, host_open(&self->vf, host_vf_name));
	ASSERT_EQ(0, guest_start(&self->vf, MIGCAP_CTRL_DRIVER));
	if (!host_logs_dma(&self->vf))
		SKIP(return, "no driver can log DMA on this kernel");
}

FIXTURE_TEARDOWN(log)
{
	host_close(&self->vf);
}

static int start(struct host_vf *vf, uint64_t iova, uint64_t length,
		 uint64_t page_size)
{
	struct vfio_device_feature_dma_logging_range range = {
		.iova = iova,
		.length = length,
	};

	return vfio_log_start(&vf->dev, &range, 1, page_size);
}

static int answer(struct host_vf *vf, uint8_t status)
{
	return guest_write(vf, MIGCAP_VF_STATUS, status);
}

#endif /* SELFTESTS_HOST_LOG_FIXTURE_H */
