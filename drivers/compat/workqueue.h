/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 6.18: what schedule_work() queues has another name, and the old one draws a
 * warning ("workqueue: Add system_percpu_wq and system_dfl_wq").
 */
#ifndef MIGCAP_COMPAT_WORKQUEUE_H
#define MIGCAP_COMPAT_WORKQUEUE_H

#include <linux/workqueue.h>

#ifndef MIGCAP_HAVE_PERCPU_WQ
#define system_percpu_wq	system_wq
#endif

#endif /* MIGCAP_COMPAT_WORKQUEUE_H */
