// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simulated kernel: locks, time, work, files.
 *
 * Owns the clock, and the places where other threads get to run.
 */
#include "../../model/model.h"
#include "sim.h"

struct sim sim;
struct task_struct *current = (struct task_struct *)&sim;
u64 sim_now_ns = 1000 * NSEC_PER_SEC;

void sim_bug(const char *what, const char *file, int line)
{
	model_fail("the driver's own assertion: %s, %s:%d", what, file, line);
}

/* The guest takes these two, and nobody waits for it with one of them. */
static bool sim_guest_can_run(void)
{
	return sim.is_open && !sim.nested && !sim.mvdev->guest.lock.held &&
	       !sim.mvdev->config.write_lock.held;
}

void sim_meanwhile(void)
{
	if (!sim_guest_can_run())
		return;
	sim.nested++;
	model_meanwhile();
	sim.nested--;
}

void sim_lock(struct mutex *lock)
{
	sim_assert(!lock->held);
	lock->held = true;
	sim.locks++;
}

void sim_unlock(struct mutex *lock)
{
	sim_assert(lock->held);
	lock->held = false;
	sim.locks--;
	sim_meanwhile();
}

void sim_advance(u64 ms)
{
	u64 end = sim_now_ns + ms * NSEC_PER_MSEC;
	struct delayed_work *timer;

	while (sim.timer && sim.timer->due_ns <= end) {
		timer = sim.timer;
		sim.timer = NULL;
		if (timer->due_ns > sim_now_ns)
			sim_now_ns = timer->due_ns;
		timer->work.fn(&timer->work);
	}
	sim_now_ns = end;
}

long sim_wait(long left)
{
	long step = left / 4 + 1;

	sim_assert(!sim.mvdev->guest.lock.held);
	sim_run_work();
	sim_advance(step);
	sim_meanwhile();
	return left - step;
}

bool sim_queue_work(struct work_struct *work)
{
	bool queued = !work->pending;

	work->pending = true;
	sim.work = work;
	sim.work_is_late = model_fault(MODEL_FAULT_WORK_IS_LATE);
	sim_run_work();
	return queued;
}

/* What the system's workers do is never late. */
bool sim_run_now(struct work_struct *work)
{
	if (work->fn)
		work->fn(work);
	return true;
}

void sim_run_work(void)
{
	struct work_struct *work = sim.work;

	if (work && !sim.work_is_late)
		sim_flush_work(work);
}

void sim_flush_work(struct work_struct *work)
{
	if (!work->pending)
		return;
	sim.work = NULL;
	work->pending = false;
	work->fn(work);
}

void sim_set_timer(struct delayed_work *work, unsigned long delay)
{
	work->due_ns = sim_now_ns + delay * NSEC_PER_MSEC;
	sim.timer = work;
}

void sim_cancel_timer(struct delayed_work *work)
{
	sim.timer = NULL;
}

int sim_match_string(const char * const *names, size_t nr, const char *text)
{
	size_t len = strcspn(text, "\n"), i;

	for (i = 0; i < nr; i++)
		if (strlen(names[i]) == len && !strncmp(names[i], text, len))
			return i;
	return -EINVAL;
}

int kstrtobool(const char *text, bool *val)
{
	*val = *text == '1';
	return *text == '0' || *text == '1' ? 0 : -EINVAL;
}

int kstrtou32(const char *text, unsigned int base, u32 *val)
{
	*val = strtoul(text, NULL, base);
	return 0;
}

int kstrtou16(const char *text, unsigned int base, u16 *val)
{
	*val = strtoul(text, NULL, base);
	return 0;
}

int pm_runtime_resume_and_get(struct device *dev)
{
	sim_meanwhile();
	return 0;
}

void pm_runtime_put(struct device *dev)
{
	sim_meanwhile();
}

struct file *anon_inode_getfile(const char *name,
				const struct file_operations *ops, void *data,
				int flags)
{
	struct file *filp = calloc(1, sizeof(*filp));

	*filp = (struct file){
		.f_op = ops,
		.private_data = data,
		.f_flags = flags,
		.count = 1,
	};
	return filp;
}

void fput(struct file *filp)
{
	if (--filp->count)
		return;
	filp->f_op->release(NULL, filp);
	free(filp);
}
