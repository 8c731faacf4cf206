/* SPDX-License-Identifier: GPL-2.0-only */
/* As of Linux 6.12. */
#define MIGCAP_HAVE_NS_TOKEN 1
