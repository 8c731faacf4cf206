// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data file of a migration.
 *
 * Owns the file: its life, its lock, and the copies from and to user memory,
 * which go through a small buffer so that none is made under a lock.  Does not
 * own what is in it: saver.c and stream.c.
 *
 * Lock: data->lock.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "data.h"
#include "migcap.h"

/*
 * How long a read waits for the guest's answer, in milliseconds.  A VMM that has
 * nothing else to send had better leave the processor to the guest; nor does
 * QEMU, while it is here, find that its network carries next to nothing.  One
 * that has, QEMU sends RAM for 50 ms at a time, is not to be held up.
 */
#define MIGCAP_READ_WAIT_MS		100
#define MIGCAP_READ_WAIT_BUSY_MS	5
#define MIGCAP_READER_BUSY_MS		50

static bool is_void(const struct migcap_data *data)
{
	return data->disabled ||
	       atomic_read(&data->mdev->reset_seq) != data->reset_seq;
}

static int data_release(struct inode *inode, struct file *filp)
{
	struct migcap_data *data = filp->private_data;

	put_device(&data->mdev->core.vdev.device);
	kfree(data);
	return 0;
}

/*
 * Look at what is to be read at @seq, which is set.  One record at a time: while
 * the guest has not answered, there is a next.
 */
static ssize_t save_peek(struct migcap_data *data, u8 *to, size_t len, u64 *seq)
{
	const u8 *from;
	ssize_t ret;

	mutex_lock(&data->lock);
	data->read_at = ktime_get();
	if (is_void(data)) {
		ret = -ENODEV;
	} else {
		ret = migcap_saver_next(&data->saver, &from);
		if (ret > 0) {
			ret = min_t(size_t, ret, len);
			memcpy(to, from, ret);
			*seq = data->saver.taken;
		}
	}
	mutex_unlock(&data->lock);
	return ret;
}

/* The reader has got it; false if another one got it before. */
static bool save_take(struct migcap_data *data, size_t len, u64 seq)
{
	bool first;

	mutex_lock(&data->lock);
	first = data->saver.taken == seq;
	if (first)
		migcap_saver_consume(&data->saver, len);
	mutex_unlock(&data->lock);
	return first;
}

/* Short if the reader has come late: it has something else to do. */
static unsigned int answer_wait_ms(const struct migcap_data *data)
{
	s64 away = ktime_ms_delta(ktime_get(), data->read_at);

	return away < MIGCAP_READER_BUSY_MS ? MIGCAP_READ_WAIT_MS :
					      MIGCAP_READ_WAIT_BUSY_MS;
}

static int wait_for_answer(struct migcap_data *data)
{
	unsigned int ms;
	bool waits;
	int ret;

	mutex_lock(&data->lock);
	waits = !is_void(data) && migcap_saver_waits(&data->saver);
	ms = answer_wait_ms(data);
	mutex_unlock(&data->lock);
	if (!waits)
		return 0;
	ret = migcap_peer_wait(&data->mdev->peer, ms);
	return ret == -ERESTARTSYS ? ret : 0;
}

static ssize_t data_read(struct file *filp, char __user *buf, size_t len,
			 loff_t *pos)
{
	struct migcap_data *data = filp->private_data;
	u8 bytes[MIGCAP_STREAM_MAX_SIZE];
	ssize_t ret;
	u64 seq;

	if (pos)
		return -ESPIPE;
	ret = wait_for_answer(data);
	if (ret)
		return ret;
	/* A read that fails must not make a hole in the stream. */
	do {
		ret = save_peek(data, bytes, min(len, sizeof(bytes)), &seq);
		if (ret <= 0)
			return ret;
		if (copy_to_user(buf, bytes, ret))
			return -EFAULT;
	} while (!save_take(data, ret, seq));
	return ret;
}

static long data_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct migcap_data *data = filp->private_data;
	size_t minsz = offsetofend(struct vfio_precopy_info, dirty_bytes);
	struct vfio_precopy_info info;
	bool reinit = false;
	int ret;

	ret = vfio_check_precopy_ioctl(&data->mdev->core.vdev, cmd, arg, &info);
	if (ret)
		return ret;

	mutex_lock(&data->lock);
	if (is_void(data))
		ret = -ENODEV;
	else if (data->saver.stopped)
		ret = -EINVAL;
	else if (data->saver.error)
		ret = data->saver.error;
	else
		reinit = migcap_saver_renew(&data->saver);
	info.initial_bytes = migcap_saver_initial_bytes(&data->saver);
	mutex_unlock(&data->lock);
	if (ret)
		return ret;

	info.dirty_bytes = 0;
	if (reinit && migcap_compat_precopy_v2(&data->mdev->core.vdev))
		info.flags |= VFIO_PRECOPY_INFO_REINIT;
	return copy_to_user((void __user *)arg, &info, minsz) ? -EFAULT : 0;
}

static const struct file_operations save_fops = {
	.owner = THIS_MODULE,
	.read = data_read,
	.unlocked_ioctl = data_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = data_release,
};

static int resume_step(struct migcap_data *data, const u8 *from, size_t len)
{
	int ret;

	mutex_lock(&data->lock);
	if (is_void(data)) {
		ret = -ENODEV;
	} else if (data->decode_error) {
		ret = data->decode_error;
	} else {
		ret = migcap_stream_decode(&data->decoder, from, len);
		if (ret) {
			data->decode_error = ret;
			migcap_count(&data->mdev->report,
				     MIGCAP_COUNT_LOAD_ERRORS);
			migcap_refuse(&data->mdev->report, ret,
				      "stream is damaged, or for another device");
		}
	}
	mutex_unlock(&data->lock);
	return ret;
}

static ssize_t data_write(struct file *filp, const char __user *buf, size_t len,
			  loff_t *pos)
{
	struct migcap_data *data = filp->private_data;
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
		ret = resume_step(data, bytes, step);
		if (ret)
			return ret;
		done += step;
	}
	return done;
}

static const struct file_operations resume_fops = {
	.owner = THIS_MODULE,
	.write = data_write,
	.release = data_release,
};

static struct migcap_data *data_create(struct migcap_device *mdev,
				       const struct file_operations *fops,
				       int flags)
{
	struct migcap_data *data;
	struct file *filp;

	data = kzalloc_obj(*data, GFP_KERNEL_ACCOUNT);
	if (!data)
		return ERR_PTR(-ENOMEM);
	filp = anon_inode_getfile("migcap_mig", fops, data, flags);
	if (IS_ERR(filp)) {
		kfree(data);
		return ERR_CAST(filp);
	}
	stream_open(file_inode(filp), filp);
	mutex_init(&data->lock);
	get_device(&mdev->core.vdev.device);
	data->mdev = mdev;
	data->reset_seq = atomic_read(&mdev->reset_seq);
	data->filp = filp;
	return data;
}

/**
 * migcap_data_save() - make the file that a source is read from
 * @mdev: the device
 *
 * Return: the file, or an ERR_PTR.
 */
struct migcap_data *migcap_data_save(struct migcap_device *mdev)
{
	struct migcap_data *data = data_create(mdev, &save_fops, O_RDONLY);

	if (!IS_ERR(data))
		migcap_saver_init(&data->saver, &mdev->peer, &mdev->report,
				  &mdev->ident);
	return data;
}

/**
 * migcap_data_resume() - make the file that a destination is written to
 * @mdev: the device
 *
 * Return: the file, or an ERR_PTR.
 */
struct migcap_data *migcap_data_resume(struct migcap_device *mdev)
{
	struct migcap_data *data = data_create(mdev, &resume_fops, O_WRONLY);

	if (!IS_ERR(data))
		migcap_stream_decoder_init(&data->decoder, &mdev->ident);
	return data;
}

/**
 * migcap_data_disable() - the device leaves the states that go with the file
 * @data: the file
 *
 * Reads and writes fail with -ENODEV from now on.
 *
 * Context: process, takes the file's lock.
 */
void migcap_data_disable(struct migcap_data *data)
{
	mutex_lock(&data->lock);
	data->disabled = true;
	mutex_unlock(&data->lock);
}

/**
 * migcap_data_put() - give up the device's reference
 * @data: the file
 */
void migcap_data_put(struct migcap_data *data)
{
	fput(data->filp);
}
