// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data file of a migration.
 *
 * Owns the file: its life, its lock, and the copies from and to user memory,
 * which go through a small buffer so that none is made under a lock.  Does not
 * own what is in it: save.c and stream.c.
 *
 * Lock: migf->lock.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "migration_file.h"
#include "migcap.h"

/*
 * How long a read waits for the guest's answer, in milliseconds.  A VMM that has
 * nothing else to send leaves the processor to the guest meanwhile.  QEMU also
 * measures the bandwidth of its network, and must not find it idle.  A reader
 * that was away has other things to send (QEMU sends RAM for 50 ms at a time) and
 * is not held up.
 */
#define MIGCAP_READ_WAIT_MS		100
#define MIGCAP_READ_WAIT_BUSY_MS	5
#define MIGCAP_READER_BUSY_MS		50

static bool
migcap_vfio_migf_is_void(const struct migcap_vfio_migration_file *migf)
{
	return migf->disabled ||
	       atomic_read(&migf->mvdev->reset_seq) != migf->reset_seq;
}

static int migcap_vfio_migf_release(struct inode *inode, struct file *filp)
{
	struct migcap_vfio_migration_file *migf = filp->private_data;

	put_device(&migf->mvdev->core.vdev.device);
	kfree(migf);
	return 0;
}

/*
 * Look at what is to be read at @seq, which is set.  One record at a time: while
 * the guest has not answered, there is a next.
 */
static ssize_t migcap_vfio_migf_peek(struct migcap_vfio_migration_file *migf,
				     u8 *to, size_t len, u64 *seq)
{
	const u8 *from;
	ssize_t ret;

	mutex_lock(&migf->lock);
	migf->read_at = ktime_get();
	if (migcap_vfio_migf_is_void(migf)) {
		ret = -ENODEV;
	} else {
		ret = migcap_vfio_save_next(&migf->save, &from);
		if (ret > 0) {
			ret = min_t(size_t, ret, len);
			memcpy(to, from, ret);
			*seq = migf->save.taken;
		}
	}
	mutex_unlock(&migf->lock);
	return ret;
}

/* The reader has got it; false if another one got it before. */
static bool migcap_vfio_migf_take(struct migcap_vfio_migration_file *migf,
				  size_t len, u64 seq)
{
	bool first;

	mutex_lock(&migf->lock);
	first = migf->save.taken == seq;
	if (first)
		migcap_vfio_save_consume(&migf->save, len);
	mutex_unlock(&migf->lock);
	return first;
}

/* Short if the reader has come late: it has something else to do. */
static unsigned int
migcap_vfio_migf_answer_wait_ms(const struct migcap_vfio_migration_file
						  *migf)
{
	s64 away = ktime_ms_delta(ktime_get(), migf->read_at);

	return away < MIGCAP_READER_BUSY_MS ? MIGCAP_READ_WAIT_MS :
					      MIGCAP_READ_WAIT_BUSY_MS;
}

static int
migcap_vfio_migf_wait_for_answer(struct migcap_vfio_migration_file
						   *migf)
{
	unsigned int ms;
	bool waits;

	mutex_lock(&migf->lock);
	waits = !migcap_vfio_migf_is_void(migf) &&
		migcap_vfio_save_waits(&migf->save);
	ms = migcap_vfio_migf_answer_wait_ms(migf);
	mutex_unlock(&migf->lock);
	if (!waits)
		return 0;
	return migcap_vfio_guest_wait(&migf->mvdev->guest, ms);
}

static ssize_t migcap_vfio_migf_read(struct file *filp, char __user *buf,
				     size_t len, loff_t *pos)
{
	struct migcap_vfio_migration_file *migf = filp->private_data;
	u8 bytes[MIGCAP_STREAM_MAX_SIZE];
	ssize_t ret;
	u64 seq;

	if (pos)
		return -ESPIPE;
	if (!(filp->f_flags & O_NONBLOCK)) {
		ret = migcap_vfio_migf_wait_for_answer(migf);
		if (ret)
			return ret;
	}
	/* A read that fails must not make a hole in the stream. */
	do {
		ret = migcap_vfio_migf_peek(migf, bytes,
					    min(len, sizeof(bytes)), &seq);
		if (ret <= 0)
			return ret;
		if (copy_to_user(buf, bytes, ret))
			return -EFAULT;
	} while (!migcap_vfio_migf_take(migf, ret, seq));
	return ret;
}

static int
migcap_vfio_migf_precopy_info_locked(struct migcap_vfio_migration_file *migf,
				     struct vfio_precopy_info *info)
{
	bool reinit = migcap_compat_precopy_v2(&migf->mvdev->core.vdev);

	lockdep_assert_held(&migf->lock);

	/* "Returned -EINVAL if not in PRE_COPY" (uAPI, VFIO_MIG_GET_PRECOPY_INFO). */
	if (migf->disabled || migf->save.stopped)
		return -EINVAL;
	if (migcap_vfio_migf_is_void(migf))
		return -ENODEV;
	info->initial_bytes = migcap_vfio_save_initial_bytes(&migf->save,
							     &reinit);
	info->dirty_bytes = 0;
	if (reinit)
		info->flags |= VFIO_PRECOPY_INFO_REINIT;
	return migf->save.error;
}

static long migcap_vfio_migf_ioctl(struct file *filp, unsigned int cmd,
				   unsigned long arg)
{
	struct migcap_vfio_migration_file *migf = filp->private_data;
	size_t minsz = offsetofend(struct vfio_precopy_info, dirty_bytes);
	struct vfio_precopy_info info;
	int ret;

	ret = vfio_check_precopy_ioctl(&migf->mvdev->core.vdev, cmd, arg,
				       &info);
	if (ret)
		return ret;
	mutex_lock(&migf->lock);
	ret = migcap_vfio_migf_precopy_info_locked(migf, &info);
	mutex_unlock(&migf->lock);
	if (ret)
		return ret;
	return copy_to_user((void __user *)arg, &info, minsz) ? -EFAULT : 0;
}

/* Woken by whatever the guest does, and by the arcs that end PRE_COPY. */
static __poll_t migcap_vfio_migf_poll(struct file *filp, poll_table *table)
{
	struct migcap_vfio_migration_file *migf = filp->private_data;
	__poll_t events = 0;

	poll_wait(filp, &migf->mvdev->guest.wait, table);
	mutex_lock(&migf->lock);
	if (migcap_vfio_migf_is_void(migf))
		events = EPOLLIN | EPOLLRDNORM | EPOLLERR;
	else if (migcap_vfio_save_is_readable(&migf->save))
		events = EPOLLIN | EPOLLRDNORM;
	mutex_unlock(&migf->lock);
	return events;
}

static const struct file_operations migcap_vfio_migf_save_fops = {
	.owner = THIS_MODULE,
	.read = migcap_vfio_migf_read,
	.poll = migcap_vfio_migf_poll,
	.unlocked_ioctl = migcap_vfio_migf_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = migcap_vfio_migf_release,
};

static int migcap_vfio_migf_resume_step(struct migcap_vfio_migration_file *migf,
					const u8 *from, size_t len)
{
	int ret;

	mutex_lock(&migf->lock);
	if (migcap_vfio_migf_is_void(migf)) {
		ret = -ENODEV;
	} else if (migf->decode_error) {
		ret = migf->decode_error;
	} else {
		ret = migcap_vfio_stream_decode(&migf->decoder, from, len);
		if (ret) {
			migf->decode_error = ret;
			migcap_vfio_count(&migf->mvdev->stats,
					  MIGCAP_COUNT_LOAD_ERRORS);
			migcap_vfio_refuse(&migf->mvdev->stats, ret,
					   migf->decoder.why);
		}
	}
	mutex_unlock(&migf->lock);
	return ret;
}

static ssize_t migcap_vfio_migf_write(struct file *filp, const char __user *buf,
				      size_t len, loff_t *pos)
{
	struct migcap_vfio_migration_file *migf = filp->private_data;
	u8 bytes[MIGCAP_STREAM_MAX_SIZE];
	size_t done = 0, step;
	int ret;

	if (pos)
		return -ESPIPE;
	while (done < len) {
		step = min(len - done, sizeof(bytes));
		/* What has been decoded must not be written again. */
		if (copy_from_user(bytes, buf + done, step))
			return done ?: -EFAULT;
		ret = migcap_vfio_migf_resume_step(migf, bytes, step);
		if (ret)
			return ret;
		done += step;
	}
	return done;
}

static const struct file_operations migcap_vfio_migf_resume_fops = {
	.owner = THIS_MODULE,
	.write = migcap_vfio_migf_write,
	.release = migcap_vfio_migf_release,
};

static struct migcap_vfio_migration_file *
migcap_vfio_migf_create(struct migcap_vfio_device *mvdev,
			const struct file_operations *fops, int flags)
{
	struct migcap_vfio_migration_file *migf;
	struct file *filp;

	migf = kzalloc_obj(*migf, GFP_KERNEL_ACCOUNT);
	if (!migf)
		return ERR_PTR(-ENOMEM);
	filp = anon_inode_getfile("migcap_mig", fops, migf, flags);
	if (IS_ERR(filp)) {
		kfree(migf);
		return ERR_CAST(filp);
	}
	stream_open(file_inode(filp), filp);
	mutex_init(&migf->lock);
	get_device(&mvdev->core.vdev.device);
	migf->mvdev = mvdev;
	migf->reset_seq = atomic_read(&mvdev->reset_seq);
	migf->filp = filp;
	return migf;
}

/**
 * migcap_vfio_migf_save() - make the file that a source is read from
 * @mvdev: the device
 *
 * Return: the file, or an ERR_PTR.
 */
struct migcap_vfio_migration_file *
migcap_vfio_migf_save(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_migration_file *migf =
		migcap_vfio_migf_create(mvdev, &migcap_vfio_migf_save_fops, O_RDONLY);

	if (!IS_ERR(migf))
		migcap_vfio_save_init(&migf->save, &mvdev->guest, &mvdev->stats,
				      &mvdev->ident);
	return migf;
}

/**
 * migcap_vfio_migf_resume() - make the file that a destination is written to
 * @mvdev: the device
 *
 * Return: the file, or an ERR_PTR.
 */
struct migcap_vfio_migration_file *
migcap_vfio_migf_resume(struct migcap_vfio_device *mvdev)
{
	struct migcap_vfio_migration_file *migf =
		migcap_vfio_migf_create(mvdev, &migcap_vfio_migf_resume_fops,
					O_WRONLY);

	if (!IS_ERR(migf))
		migcap_vfio_stream_decoder_init(&migf->decoder, &mvdev->ident);
	return migf;
}

/**
 * migcap_vfio_migf_abandon() - the device is being taken from the VMM
 * @migf: the file
 *
 * The next read or write fails with -ENODEV, unless all has been read.
 *
 * Context: process, takes the file's lock.
 */
void migcap_vfio_migf_abandon(struct migcap_vfio_migration_file *migf)
{
	mutex_lock(&migf->lock);
	if (migf->filp->f_op == &migcap_vfio_migf_save_fops)
		migcap_vfio_save_abort(&migf->save, -ENODEV,
				       MIGCAP_REASON_LEAVING);
	else if (!migf->decode_error)
		migf->decode_error =
			migcap_vfio_refuse(&migf->mvdev->stats, -ENODEV,
					   MIGCAP_REASON_LEAVING);
	mutex_unlock(&migf->lock);
	wake_up_all(&migf->mvdev->guest.wait);
}

/**
 * migcap_vfio_migf_disable() - the device leaves the states that go with the file
 * @migf: the file
 *
 * Reads and writes fail with -ENODEV from now on.
 *
 * Context: process, takes the file's lock.
 */
void migcap_vfio_migf_disable(struct migcap_vfio_migration_file *migf)
{
	mutex_lock(&migf->lock);
	migf->disabled = true;
	mutex_unlock(&migf->lock);
}

/**
 * migcap_vfio_migf_put() - give up the device's reference
 * @migf: the file
 */
void migcap_vfio_migf_put(struct migcap_vfio_migration_file *migf)
{
	fput(migf->filp);
}
