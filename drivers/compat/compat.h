/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernels that this tree builds on.
 *
 * The drivers are written for the newest of them; this header is included
 * ahead of every file and supplies what an older one lacks.  It is the only
 * place that asks for a kernel version.
 */
#ifndef MIGCAP_COMPAT_H
#define MIGCAP_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#error "migcap needs Linux 6.12 or newer"
#endif

#include "slab.h"
#include "version.h"

#ifdef MIGCAP_COMPAT_DMA
#include "dma.h"
#endif

#ifdef MIGCAP_COMPAT_VFIO
#include "vfio.h"
#endif

#endif /* MIGCAP_COMPAT_H */
