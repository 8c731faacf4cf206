/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slab: 7.0 allocates by type ("slab: Introduce kmalloc_obj() and family").
 */
#ifndef MIGCAP_COMPAT_SLAB_H
#define MIGCAP_COMPAT_SLAB_H

#include <linux/slab.h>

#ifndef kzalloc_obj
#define kzalloc_obj(object, gfp)	kzalloc(sizeof(object), gfp)
#endif

#endif /* MIGCAP_COMPAT_SLAB_H */
