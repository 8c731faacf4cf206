/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 6.5: locks can be held to the end of a scope
 * ("locking: Introduce __cleanup() based infrastructure").
 */
#ifndef MIGCAP_COMPAT_CLEANUP_H
#define MIGCAP_COMPAT_CLEANUP_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>

#ifndef MIGCAP_HAVE_GUARD
struct migcap_guard_rcu {
};

struct migcap_guard_mutex {
	struct mutex *lock;	/* held until the end of the scope */
};

static inline struct migcap_guard_rcu migcap_guard_rcu(void)
{
	rcu_read_lock();
	return (struct migcap_guard_rcu){};
}

static inline void migcap_unguard_rcu(struct migcap_guard_rcu *guard)
{
	rcu_read_unlock();
}

static inline struct migcap_guard_mutex migcap_guard_mutex(struct mutex *lock)
{
	mutex_lock(lock);
	return (struct migcap_guard_mutex){ lock };
}

static inline void migcap_unguard_mutex(struct migcap_guard_mutex *guard)
{
	mutex_unlock(guard->lock);
}

/* The name of the kind is the head of the call of its constructor. */
#define guard(kind)							\
	struct migcap_guard_##kind __UNIQUE_ID(guard)			\
		__attribute__((__cleanup__(migcap_unguard_##kind),	\
			       __unused__)) = migcap_guard_##kind
#endif

#endif /* MIGCAP_COMPAT_CLEANUP_H */
