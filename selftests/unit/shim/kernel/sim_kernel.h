/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Userspace stand-in for what the whole driver needs of the kernel.
 *
 * There is one thread.  What other threads do is done by sim_meanwhile(), which
 * is called where a lock has been released and where a task may sleep.
 * Time passes only where the test says so, see selftests/unit/sim.
 */
#ifndef SHIM_SIM_KERNEL_H
#define SHIM_SIM_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/pci_regs.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* The test's part of it. */
void sim_meanwhile(void);
void sim_bug(const char *what, const char *file, int line);
#define sim_assert(cond)						\
	do {								\
		if (!(cond))						\
			sim_bug(#cond, __FILE__, __LINE__);		\
	} while (0)

/* Compiler, kconfig, errors. */
#define SIM_COMMA_1		0,
#define SIM_SECOND(ignored, val, ...)	val
#define SIM_IS_ON2(comma)	SIM_SECOND(comma 1, 0, 0)
#define SIM_IS_ON1(val)		SIM_IS_ON2(SIM_COMMA_##val)
#define IS_ENABLED(option)	SIM_IS_ON1(option)

#define __user
#define noinline		__attribute__((noinline))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, val)	((x) = (val))
#define container_of(ptr, type, member)					\
	((type *)((char *)(ptr) - offsetof(type, member)))
#define WARN_ON_ONCE(cond)						\
	({								\
		bool _cond = (cond);					\
									\
		sim_assert(!_cond);					\
		_cond;							\
	})
#define ERESTARTSYS		512
#define IS_ERR(ptr)		((unsigned long)(ptr) >= -4095UL)
#define PTR_ERR(ptr)		((long)(ptr))
#define PTR_ERR_OR_ZERO(ptr)	(IS_ERR(ptr) ? PTR_ERR(ptr) : 0)
#define ERR_PTR(error)		((void *)(long)(error))
#define ERR_CAST(ptr)		((void *)(ptr))

#define SZ_4K			0x1000
#define SZ_1M			0x100000
#define U16_MAX			((u16)~0U)
#define PAGE_SHIFT		12
#undef BITS_PER_LONG
#define BITS_PER_LONG		64
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))

struct task_struct;
extern struct task_struct *current;
#define cond_resched()		sim_meanwhile()
#define fatal_signal_pending(task)	0

/* Modules. */
#define THIS_MODULE		NULL
#define module_param(name, type, perm)
#define pr_err(...)
#define MODULE_PARM_DESC(name, text)
#define MODULE_LICENSE(text)
#define MODULE_VERSION(text)
#define MODULE_AUTHOR(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_IMPORT_NS(name)
#define __init
#define __exit
#define module_init(fn)		int sim_module_init(void) { return fn(); }
#define module_exit(fn)		void sim_module_exit(void) { fn(); }

/* Trace events say nothing. */
#define TP_PROTO(...)		__VA_ARGS__
#define TP_ARGS(...)
#define TRACE_EVENT(name, proto, ...)					\
	static inline void trace_##name(proto)				\
	{								\
	}

/* Locks. */
struct mutex {
	bool held;
};

typedef struct mutex spinlock_t;

void sim_lock(struct mutex *lock);
void sim_unlock(struct mutex *lock);
#define mutex_init(m)		((m)->held = false)
#define mutex_lock(m)		sim_lock(m)
#define mutex_unlock(m)		sim_unlock(m)
#define spin_lock_init(m)	mutex_init(m)
#define DEFINE_SPINLOCK(name)	spinlock_t name
#define spin_lock(m)		((m)->held = true)
#define spin_unlock(m)		((m)->held = false)
#define lockdep_assert_held(m)	sim_assert((m)->held)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

#define atomic_read(v)		((v)->counter)
#define atomic_inc(v)		((v)->counter++)
#define atomic64_read(v)	((long long)(v)->counter)
#define atomic64_inc(v)		((v)->counter++)

/* Time: a jiffy is a millisecond. */
#undef NSEC_PER_MSEC
#undef NSEC_PER_SEC
#include <linux/time64.h>

typedef s64 ktime_t;

extern u64 sim_now_ns;
#define ktime_get()		((ktime_t)sim_now_ns)
#define ktime_get_ns()		sim_now_ns
#define ktime_get_real_seconds()	((time64_t)(sim_now_ns / 1000000000))
#define ktime_to_ms(t)		((t) / NSEC_PER_MSEC)
#define ktime_ms_delta(a, b)	ktime_to_ms((a) - (b))
#define msecs_to_jiffies(ms)	((unsigned long)(ms))

/* Waiting.  Where it ends is not up to the waker, but to the condition. */
typedef struct {
	int unused;
} wait_queue_head_t;

long sim_wait(long left);
#define init_waitqueue_head(w)	((w)->unused = 0)
#define wake_up_all(w)		((void)(w))
#define wait_event_timeout(w, cond, jiffies)				\
	({								\
		long _left = (jiffies);					\
									\
		while (!(cond) && _left)				\
			_left = sim_wait(_left);			\
		(cond) && !_left ? 1 : _left;				\
	})
#define wait_event_interruptible_timeout(w, cond, jiffies)		\
	wait_event_timeout(w, cond, jiffies)

struct completion {
	bool done;
};

#define init_completion(c)	((c)->done = false)
#define reinit_completion(c)	((c)->done = false)
#define complete(c)		((c)->done = true)
#define wait_for_completion_killable_timeout(c, jiffies)		\
	wait_event_timeout(c, (c)->done, jiffies)

/* Work. */
struct work_struct {
	void (*fn)(struct work_struct *work);
	bool pending;
};

struct delayed_work {
	struct work_struct work;
	u64 due_ns;
};

struct workqueue_struct;
#define WQ_UNBOUND		0
#define WQ_HIGHPRI		0
#define system_wq		NULL
#define alloc_workqueue(...)	((struct workqueue_struct *)&sim_now_ns)
#define destroy_workqueue(wq)	((void)(wq))
#define INIT_WORK(w, function)	(*(w) = (struct work_struct){ .fn = function })
#define INIT_DELAYED_WORK(w, fn)	INIT_WORK(&(w)->work, fn)
#define to_delayed_work(w)	container_of(w, struct delayed_work, work)

bool sim_queue_work(struct work_struct *work);
bool sim_run_now(struct work_struct *work);

void sim_flush_work(struct work_struct *work);
void sim_set_timer(struct delayed_work *work, unsigned long delay);
void sim_cancel_timer(struct delayed_work *work);
#define queue_work(wq, w)	((void)(wq), sim_queue_work(w))
#define schedule_work(w)	sim_run_now(w)
#define flush_work(w)		sim_flush_work(w)
#define mod_delayed_work(wq, w, delay)	sim_set_timer(w, delay)
#define cancel_work_sync(w)	((void)(w))
#define cancel_delayed_work(w)	sim_cancel_timer(w)
#define cancel_delayed_work_sync(w)	sim_cancel_timer(w)

/* Lists. */
struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD(name)		struct list_head name = { &name, &name }
#define INIT_LIST_HEAD(head)	((head)->next = (head)->prev = (head))
#define list_empty(head)	((head)->next == (head))
#define list_for_each_entry(pos, head, member)				\
	for (pos = container_of((head)->next, typeof(*pos), member);	\
	     &pos->member != (head);					\
	     pos = container_of(pos->member.next, typeof(*pos), member))

static inline void list_add(struct list_head *node, struct list_head *head)
{
	node->next = head->next;
	node->prev = head;
	head->next->prev = node;
	head->next = node;
}

static inline void list_del(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
}

/* Processes. */
struct pid;
#define PIDTYPE_TGID		0
#define get_task_pid(task, type)	((struct pid *)(task))
#define put_pid(pid)		((void)(pid))

/* Memory. */
#define GFP_KERNEL_ACCOUNT	0
#define kzalloc(size, gfp)	calloc(1, size)
#define kfree(ptr)		free((void *)(ptr))
#define kvcalloc(n, size, gfp)	calloc(n, size)
#define kvfree(ptr)		free((void *)(ptr))
#define copy_to_user(to, from, n)	(memcpy(to, from, n), 0)
#define copy_from_user(to, from, n)	(memcpy(to, from, n), 0)
#define get_user(val, ptr)	((val) = *(ptr), 0)
#define put_user(val, ptr)	(*(ptr) = (val), 0)

/* Devices and sysfs. */
struct kernfs_node;

struct attribute {
	const char *name;
};

struct attribute_group {
	const char *name;
	struct attribute **attrs;
};

struct kobject {
	struct kernfs_node *sd;
	const struct attribute_group *group;
};

struct device {
	struct kobject kobj;
	void *data;
};

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr,
			char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr,
			 const char *buf, size_t count);
};

#define DEVICE_ATTR_RO(name_)						\
	struct device_attribute dev_attr_##name_ = {			\
		.attr.name = #name_, .show = name_##_show,		\
	}
#define DEVICE_ATTR_RW(name_)						\
	struct device_attribute dev_attr_##name_ = {			\
		.attr.name = #name_, .show = name_##_show,		\
		.store = name_##_store,					\
	}
#define PAGE_SIZE		4096UL
#define sysfs_emit(buf, ...)	snprintf(buf, PAGE_SIZE, __VA_ARGS__)
#define sysfs_emit_at(buf, at, ...)					\
	snprintf((buf) + (at), PAGE_SIZE - (at), __VA_ARGS__)
#define sysfs_notify_dirent(node)	((void)(node))
#define sysfs_get_dirent(sd, name)	((void)(name), NULL)
#define sysfs_put(node)			((void)(node))
#define sysfs_streq(a, b)		(!strncmp(a, b, strlen(b)))
#define sysfs_create_group(kobj_, group_)	((kobj_)->group = (group_), 0)
#define sysfs_remove_group(kobj_, group_)	((kobj_)->group = NULL)
#define dev_get_drvdata(dev)		((dev)->data)
#define dev_set_drvdata(dev, ptr)	((dev)->data = (ptr))
#define get_device(dev)			((void)(dev))
#define put_device(dev)			((void)(dev))
#define dev_warn_ratelimited(dev, ...)	((void)(dev))
#define sysfs_match_string(names, text)	\
	sim_match_string(names, ARRAY_SIZE(names), text)
int sim_match_string(const char * const *names, size_t nr, const char *text);
int kstrtobool(const char *text, bool *val);
int kstrtou32(const char *text, unsigned int base, u32 *val);
int kstrtou16(const char *text, unsigned int base, u16 *val);

int pm_runtime_resume_and_get(struct device *dev);
void pm_runtime_put(struct device *dev);

#include <linux/vfio.h>
#include <sim_vfio.h>

#endif
