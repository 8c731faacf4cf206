// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of what both drivers use.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#if defined(MIGCAP_MUST_PASS)
static DEFINE_MUTEX(lock);
static void __maybe_unused probe(void)
{
	mutex_lock(&lock);
	rcu_read_lock();
}
#elif defined(MIGCAP_MUST_FAIL)
static DEFINE_MUTEX(lock);
static void __maybe_unused probe(void)
{
	mutex_lock_that_no_kernel_has(&lock);
}
#elif defined(MIGCAP_PROBE_GUARD)
static DEFINE_MUTEX(lock);
static void __maybe_unused probe(void)
{
	guard(mutex)(&lock);
	guard(rcu)();
}
#elif defined(MIGCAP_PROBE_PERCPU_WQ)
static void __maybe_unused probe(void)
{
	queue_work(system_percpu_wq, NULL);
}
#endif
