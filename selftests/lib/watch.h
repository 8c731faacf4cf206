/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records every change of some sysfs attributes with its time, in a thread
 * that sleeps in poll() until the kernel notifies.
 */
#ifndef MIGCAP_TEST_WATCH_H
#define MIGCAP_TEST_WATCH_H

struct watch;

struct watch *watch_start(void);
void watch_stop(struct watch *watch);

/* Watch one more attribute; its present value is recorded. */
int watch_add(struct watch *watch, const char *dir, const char *attr);

/*
 * When the attribute first read @value at or after @since, 0: it did not.
 * With a @value of NULL: when it first changed.
 */
long long watch_when(struct watch *watch, const char *dir, const char *attr,
		     const char *value, long long since);

#endif /* MIGCAP_TEST_WATCH_H */
