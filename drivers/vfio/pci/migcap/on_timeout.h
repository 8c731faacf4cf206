/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names of what becomes of a migration without the guest's consent.
 */
#ifndef MIGCAP_VFIO_ON_TIMEOUT_H
#define MIGCAP_VFIO_ON_TIMEOUT_H

#include "guest.h"

const char *migcap_vfio_on_timeout_name(enum migcap_vfio_on_timeout policy);
int migcap_vfio_on_timeout_parse(const char *text);
enum migcap_vfio_on_timeout migcap_vfio_on_timeout_default(void);
int migcap_vfio_on_timeout_module_init(void);

#endif /* MIGCAP_VFIO_ON_TIMEOUT_H */
