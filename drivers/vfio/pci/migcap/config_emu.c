// SPDX-License-Identifier: GPL-2.0-only
/*
 * The overlay over a device's configuration space.
 *
 * Owns the bytes of the virtual migration capability, and Bus Master Enable of
 * the Command register as the guest sees it (PCI Express Base Specification
 * 6.0, section 7.5.1.1.3).  What is the host kernel's own, host_regs.c keeps from
 * the guest.  All other bytes are vfio-pci core's, and an access to nothing but
 * those goes there as it came.  Any other is cut at the
 * capability's edges, so that none of its bytes reaches the device.
 *
 * Lock: config->write_lock around writes to core.  Core resets the device in
 * such a write when the guest asks for a Function Level Reset, and the reset's
 * callback must know that it was the guest: see migcap_vfio_config_emu_is_writing().
 */
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/vfio_pci_core.h>

#include <linux/migcap_regs.h>

#include "config_emu.h"
#include "guest.h"

/**
 * migcap_vfio_config_emu_init() - begin without a capability
 * @config: the overlay
 * @core: the device below
 * @guest: owns what the capability's bytes mean
 */
void migcap_vfio_config_emu_init(struct migcap_vfio_config_emu *config,
				 struct vfio_pci_core_device *core,
				 struct migcap_vfio_guest *guest)
{
	config->core = core;
	config->guest = guest;
	mutex_init(&config->write_lock);
}

/**
 * migcap_vfio_config_emu_is_writing() - whether the caller runs below a guest's write
 * @config: the overlay
 *
 * Return: true if the current task is writing to the device's config space.
 */
bool migcap_vfio_config_emu_is_writing(struct migcap_vfio_config_emu *config)
{
	return READ_ONCE(config->writer) == current;
}

static bool migcap_vfio_config_emu_overlaps(loff_t pos, size_t count,
					    loff_t start, size_t len)
{
	return pos < start + len && pos + count > start;
}

static bool migcap_vfio_config_emu_covers_command(loff_t pos, size_t count)
{
	return migcap_vfio_config_emu_overlaps(pos, count, PCI_COMMAND, 1);
}

static bool
migcap_vfio_config_emu_covers_window(const struct migcap_vfio_config_emu *config,
				     loff_t pos, size_t count)
{
	return migcap_vfio_config_emu_overlaps(pos, count, config->offset,
					       MIGCAP_LENGTH_VALUE);
}

/* Nothing that is read there differs from what core answers. */
static bool
migcap_vfio_config_emu_reads_core(const struct migcap_vfio_config_emu *config,
				  loff_t pos, size_t count)
{
	return !migcap_vfio_config_emu_covers_command(pos, count) &&
	       !migcap_vfio_config_emu_covers_window(config, pos, count) &&
	       !migcap_vfio_host_regs_covers(&config->host_regs, pos, count);
}

/* The registers that reset a device are in its capabilities. */
static bool migcap_vfio_config_emu_may_reset(loff_t pos, size_t count)
{
	return pos + count > PCI_STD_HEADER_SIZEOF;
}

/* Nothing that is written there concerns anybody but core. */
static bool migcap_vfio_config_emu_writes_core(loff_t pos, size_t count)
{
	return !migcap_vfio_config_emu_covers_command(pos, count) &&
	       !migcap_vfio_config_emu_may_reset(pos, count);
}

static ssize_t
migcap_vfio_config_emu_window_read(struct migcap_vfio_config_emu *config,
				   char __user *buf, size_t count, loff_t pos)
{
	u8 bytes[MIGCAP_LENGTH_VALUE];

	migcap_vfio_guest_read(config->guest, pos - config->offset, bytes,
			       count);
	return copy_to_user(buf, bytes, count) ? -EFAULT : count;
}

static ssize_t
migcap_vfio_config_emu_window_write(struct migcap_vfio_config_emu *config,
				    char __user *buf, size_t count, loff_t pos)
{
	struct device *dev = &config->core->pdev->dev;
	u8 bytes[MIGCAP_LENGTH_VALUE];

	if (copy_from_user(bytes, buf, count))
		return -EFAULT;
	/* READY and WAIT touch the hardware. */
	if (pm_runtime_resume_and_get(dev))
		return -EIO;
	migcap_vfio_guest_write(config->guest, pos - config->offset, bytes,
				count);
	pm_runtime_put(dev);
	return count;
}

/* The guest sees its own Bus Master Enable, not the gate's. */
static int
migcap_vfio_config_emu_patch_command(struct migcap_vfio_config_emu *config,
				     u8 __user *command)
{
	u8 byte;

	if (get_user(byte, command))
		return -EFAULT;
	byte &= ~PCI_COMMAND_MASTER;
	if (migcap_vfio_guest_bus_master(config->guest))
		byte |= PCI_COMMAND_MASTER;
	return put_user(byte, command);
}

static ssize_t
migcap_vfio_config_emu_device_read(struct migcap_vfio_config_emu *config,
				   char __user *buf, size_t count, loff_t pos)
{
	loff_t core_pos = pos +
		VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX);
	bool command = migcap_vfio_config_emu_covers_command(pos, count);
	bool hidden =
		command && migcap_vfio_guest_hides_bus_master(config->guest);
	ssize_t ret;

	ret = vfio_pci_core_read(&config->core->vdev, buf, count, &core_pos);
	if (ret < 0)
		return ret;
	/* The gate may have moved while the device was read. */
	if (command && !hidden)
		hidden = migcap_vfio_guest_hides_bus_master(config->guest);
	if (hidden && migcap_vfio_config_emu_covers_command(pos, ret) &&
	    migcap_vfio_config_emu_patch_command(config,
						 (u8 __user *)buf +
							 (PCI_COMMAND - pos)))
		return -EFAULT;
	return migcap_vfio_host_regs_clear(&config->host_regs, buf, ret, pos) ? :
	       ret;
}

static ssize_t
migcap_vfio_config_emu_core_write(struct migcap_vfio_config_emu *config,
				  const char __user *buf, size_t count,
				  loff_t pos)
{
	bool resets = migcap_vfio_config_emu_may_reset(pos, count);
	ssize_t ret;

	pos += VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX);
	if (!resets)
		return vfio_pci_core_write(&config->core->vdev, buf, count,
					   &pos);

	mutex_lock(&config->write_lock);
	WRITE_ONCE(config->writer, current);
	ret = vfio_pci_core_write(&config->core->vdev, buf, count, &pos);
	WRITE_ONCE(config->writer, NULL);
	mutex_unlock(&config->write_lock);
	return ret;
}

static ssize_t
migcap_vfio_config_emu_device_write(struct migcap_vfio_config_emu *config,
				    char __user *buf, size_t count, loff_t pos)
{
	struct device *dev = &config->core->pdev->dev;
	bool command = migcap_vfio_config_emu_covers_command(pos, count);
	ssize_t ret;

	ret = migcap_vfio_config_emu_core_write(config, buf, count, pos);
	if (!migcap_vfio_guest_must_notify(config->guest, command))
		return ret;

	/* Even a write that failed half-way may have reached the device. */
	if (pm_runtime_resume_and_get(dev))
		return -EIO;
	migcap_vfio_guest_config_written(config->guest, command);
	pm_runtime_put(dev);
	return ret;
}

/* How much of an access is on the same side of the capability's edges. */
static size_t
migcap_vfio_config_emu_piece(const struct migcap_vfio_config_emu *config,
			     loff_t pos, size_t count, bool *window)
{
	loff_t start = config->offset;
	loff_t end = start + MIGCAP_LENGTH_VALUE;

	*window = pos >= start && pos < end;
	if (pos < start)
		return min_t(u64, count, start - pos);
	if (pos < end)
		return min_t(u64, count, end - pos);
	return count;
}

/* The functions that answer on either side of the capability's edges. */
struct sides {
	ssize_t (*window)(struct migcap_vfio_config_emu *config,
			  char __user *buf, size_t count, loff_t pos);
	ssize_t (*device)(struct migcap_vfio_config_emu *config,
			  char __user *buf, size_t count, loff_t pos);
};

/* Inlined, so that both sides are called by name. */
static __always_inline ssize_t
migcap_vfio_config_emu_access_pieces(struct migcap_vfio_config_emu *config,
				     char __user *buf, size_t count,
				     loff_t *ppos, const struct sides *sides)
{
	loff_t pos = *ppos & VFIO_PCI_OFFSET_MASK;
	size_t done = 0, len;
	bool window;
	ssize_t ret;

	while (done < count) {
		len = migcap_vfio_config_emu_piece(config, pos + done,
						   count - done, &window);
		if (window)
			ret = sides->window(config, buf + done, len,
					    pos + done);
		else
			ret = sides->device(config, buf + done, len,
					    pos + done);
		if (ret < 0)
			return ret;
		done += len;
	}
	*ppos += done;
	return done;
}

/* Kept apart, so that an access that only passes through needs no frame. */
static noinline ssize_t
migcap_vfio_config_emu_read_pieces(struct migcap_vfio_config_emu *config,
				   char __user *buf, size_t count, loff_t *ppos)
{
	static const struct sides sides = {
		.window = migcap_vfio_config_emu_window_read,
		.device = migcap_vfio_config_emu_device_read,
	};

	return migcap_vfio_config_emu_access_pieces(config, buf, count, ppos,
						    &sides);
}

static noinline ssize_t
migcap_vfio_config_emu_write_pieces(struct migcap_vfio_config_emu *config,
				    const char __user *buf, size_t count,
				    loff_t *ppos)
{
	static const struct sides sides = {
		.window = migcap_vfio_config_emu_window_write,
		.device = migcap_vfio_config_emu_device_write,
	};

	return migcap_vfio_config_emu_access_pieces(config, (char __user *)buf,
						    count, ppos, &sides);
}

/**
 * migcap_vfio_config_emu_read() - the guest or the VMM reads configuration space
 * @config: the overlay
 * @buf: where to
 * @count: bytes
 * @ppos: position in the device's file, advanced
 *
 * Context: process, takes the guest's lock.
 * Return: @count, or an errno.
 */
ssize_t migcap_vfio_config_emu_read(struct migcap_vfio_config_emu *config,
				    char __user *buf, size_t count,
				    loff_t *ppos)
{
	if (migcap_vfio_config_emu_reads_core(config,
					      *ppos & VFIO_PCI_OFFSET_MASK,
					      count))
		return vfio_pci_core_read(&config->core->vdev, buf, count,
					  ppos);
	return migcap_vfio_config_emu_read_pieces(config, buf, count, ppos);
}

/**
 * migcap_vfio_config_emu_write() - the guest or the VMM writes configuration space
 * @config: the overlay
 * @buf: what
 * @count: bytes
 * @ppos: position in the device's file, advanced
 *
 * Context: process, takes the write lock and the guest's lock.
 * Return: @count, or an errno.
 */
ssize_t migcap_vfio_config_emu_write(struct migcap_vfio_config_emu *config,
				     const char __user *buf, size_t count,
				     loff_t *ppos)
{
	if (migcap_vfio_config_emu_writes_core(*ppos & VFIO_PCI_OFFSET_MASK,
					       count))
		return vfio_pci_core_write(&config->core->vdev, buf, count,
					   ppos);
	return migcap_vfio_config_emu_write_pieces(config, buf, count, ppos);
}
