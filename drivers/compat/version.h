/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The version of both modules, for modinfo.  CHANGELOG tells what is in it.
 */
#ifndef MIGCAP_VERSION_H
#define MIGCAP_VERSION_H

#define MIGCAP_VERSION	"0.2.0"

#endif /* MIGCAP_VERSION_H */
