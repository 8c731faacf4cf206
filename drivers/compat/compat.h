/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernels that this tree builds on.
 *
 * The drivers are written for the newest of them; this header is included
 * ahead of every file and supplies what an older one lacks.  What a kernel has
 * is found by compiling probes/, since distributions backport: migcap_probed.h
 * defines MIGCAP_HAVE_X where the case MIGCAP_PROBE_X compiles.  A header that
 * an older kernel lacks is in missing/, which is searched last.
 */
#ifndef MIGCAP_COMPAT_H
#define MIGCAP_COMPAT_H

#include "migcap_probed.h"

#include "slab.h"
#include "version.h"
#include "workqueue.h"

#ifdef MIGCAP_COMPAT_GUEST
#include "cleanup.h"
#include "dma.h"
#include "netdev.h"
#include "pci.h"
#include "trace.h"
#endif

#ifdef MIGCAP_COMPAT_VFIO
#include "vfio.h"
#endif

#endif /* MIGCAP_COMPAT_H */
