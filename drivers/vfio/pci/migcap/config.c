// SPDX-License-Identifier: GPL-2.0-only
/*
 * The overlay over a device's configuration space.
 *
 * Owns the bytes of the virtual migration capability, and Bus Master Enable of
 * the Command register as the guest sees it (PCI Express Base Specification
 * 6.0, section 7.5.1.1.3).  All other bytes are vfio-pci core's, and an access
 * to nothing but those goes there as it came.  Any other is cut at the
 * capability's edges, so that none of its bytes reaches the device.
 *
 * Lock: config->write_lock around writes to core.  Core resets the device in
 * such a write when the guest asks for a Function Level Reset, and the reset's
 * callback must know that it was the guest: see migcap_config_is_writing().
 */
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/vfio_pci_core.h>

#include <linux/migcap_regs.h>

#include "config.h"
#include "peer.h"

/**
 * migcap_config_init() - begin without a capability
 * @config: the overlay
 * @core: the device below
 * @peer: owns what the capability's bytes mean
 */
void migcap_config_init(struct migcap_config *config,
			struct vfio_pci_core_device *core,
			struct migcap_peer *peer)
{
	config->core = core;
	config->peer = peer;
	mutex_init(&config->write_lock);
}

/**
 * migcap_config_is_writing() - whether the caller runs below a guest's write
 * @config: the overlay
 *
 * Return: true if the current task is writing to the device's config space.
 */
bool migcap_config_is_writing(struct migcap_config *config)
{
	return READ_ONCE(config->writer) == current;
}

static bool overlaps(loff_t pos, size_t count, loff_t start, size_t len)
{
	return pos < start + len && pos + count > start;
}

static bool covers_command(loff_t pos, size_t count)
{
	return overlaps(pos, count, PCI_COMMAND, 1);
}

static bool covers_window(const struct migcap_config *config, loff_t pos,
			  size_t count)
{
	return overlaps(pos, count, config->offset, MIGCAP_LENGTH_VALUE);
}

/* Nothing that is read there differs from what core answers. */
static bool reads_core(const struct migcap_config *config, loff_t pos,
		       size_t count)
{
	return !covers_command(pos, count) && !covers_window(config, pos, count);
}

/* The registers that reset a device are in its capabilities. */
static bool may_reset(loff_t pos, size_t count)
{
	return pos + count > PCI_STD_HEADER_SIZEOF;
}

/* Nothing that is written there concerns anybody but core. */
static bool writes_core(loff_t pos, size_t count)
{
	return !covers_command(pos, count) && !may_reset(pos, count);
}

static ssize_t window_read(struct migcap_config *config, char __user *buf,
			   size_t count, loff_t pos)
{
	u8 bytes[MIGCAP_LENGTH_VALUE];

	migcap_peer_read(config->peer, pos - config->offset, bytes, count);
	return copy_to_user(buf, bytes, count) ? -EFAULT : count;
}

static ssize_t window_write(struct migcap_config *config, char __user *buf,
			    size_t count, loff_t pos)
{
	struct device *dev = &config->core->pdev->dev;
	u8 bytes[MIGCAP_LENGTH_VALUE];

	if (copy_from_user(bytes, buf, count))
		return -EFAULT;
	/* READY and WAIT touch the hardware. */
	if (pm_runtime_resume_and_get(dev))
		return -EIO;
	migcap_peer_write(config->peer, pos - config->offset, bytes, count);
	pm_runtime_put(dev);
	return count;
}

/* The guest sees its own Bus Master Enable, not the gate's. */
static int patch_command(struct migcap_config *config, u8 __user *command)
{
	u8 byte;

	if (get_user(byte, command))
		return -EFAULT;
	byte &= ~PCI_COMMAND_MASTER;
	if (migcap_peer_bus_master(config->peer))
		byte |= PCI_COMMAND_MASTER;
	return put_user(byte, command);
}

static ssize_t device_read(struct migcap_config *config, char __user *buf,
			   size_t count, loff_t pos)
{
	loff_t core_pos = pos +
		VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX);
	bool command = covers_command(pos, count);
	bool hidden = command && migcap_peer_hides_bus_master(config->peer);
	ssize_t ret;

	ret = vfio_pci_core_read(&config->core->vdev, buf, count, &core_pos);
	if (ret < 0)
		return ret;
	/* The gate may have moved while the device was read. */
	if (command && !hidden)
		hidden = migcap_peer_hides_bus_master(config->peer);
	if (hidden && covers_command(pos, ret) &&
	    patch_command(config, (u8 __user *)buf + (PCI_COMMAND - pos)))
		return -EFAULT;
	return ret;
}

static ssize_t core_write(struct migcap_config *config, const char __user *buf,
			  size_t count, loff_t pos)
{
	bool resets = may_reset(pos, count);
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

static ssize_t device_write(struct migcap_config *config, char __user *buf,
			    size_t count, loff_t pos)
{
	struct device *dev = &config->core->pdev->dev;
	enum migcap_bme bme = MIGCAP_BME_UNTOUCHED;
	ssize_t ret;
	u8 byte;

	ret = core_write(config, buf, count, pos);
	/*
	 * Who changes it after core has read it deceives nobody but himself; who
	 * takes it away does not get past the look at the hardware either.
	 */
	if (covers_command(pos, count) &&
	    !get_user(byte, (u8 __user *)buf + (PCI_COMMAND - pos)))
		bme = byte & PCI_COMMAND_MASTER ? MIGCAP_BME_SET :
						  MIGCAP_BME_CLEARED;
	if (!migcap_peer_heeds(config->peer, bme))
		return ret;

	/* Even a write that failed half-way may have reached the device. */
	if (pm_runtime_resume_and_get(dev))
		return -EIO;
	migcap_peer_config_written(config->peer, bme);
	pm_runtime_put(dev);
	return ret;
}

/* How much of an access is on the same side of the capability's edges. */
static size_t piece(const struct migcap_config *config, loff_t pos,
		    size_t count, bool *window)
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

/* Who answers on either side of the capability's edges. */
struct sides {
	ssize_t (*window)(struct migcap_config *config, char __user *buf,
			  size_t count, loff_t pos);
	ssize_t (*device)(struct migcap_config *config, char __user *buf,
			  size_t count, loff_t pos);
};

/* Inlined, so that both sides are called by name. */
static __always_inline ssize_t access_pieces(struct migcap_config *config,
					     char __user *buf, size_t count,
					     loff_t *ppos,
					     const struct sides *sides)
{
	loff_t pos = *ppos & VFIO_PCI_OFFSET_MASK;
	size_t done = 0, len;
	bool window;
	ssize_t ret;

	while (done < count) {
		len = piece(config, pos + done, count - done, &window);
		if (window)
			ret = sides->window(config, buf + done, len, pos + done);
		else
			ret = sides->device(config, buf + done, len, pos + done);
		if (ret < 0)
			return ret;
		done += len;
	}
	*ppos += done;
	return done;
}

/* Kept apart, so that an access that only passes through needs no frame. */
static noinline ssize_t read_pieces(struct migcap_config *config,
				    char __user *buf, size_t count,
				    loff_t *ppos)
{
	static const struct sides sides = {
		.window = window_read,
		.device = device_read,
	};

	return access_pieces(config, buf, count, ppos, &sides);
}

static noinline ssize_t write_pieces(struct migcap_config *config,
				     const char __user *buf, size_t count,
				     loff_t *ppos)
{
	static const struct sides sides = {
		.window = window_write,
		.device = device_write,
	};

	return access_pieces(config, (char __user *)buf, count, ppos, &sides);
}

/**
 * migcap_config_read() - the guest or the VMM reads configuration space
 * @config: the overlay
 * @buf: where to
 * @count: bytes
 * @ppos: position in the device's file, advanced
 *
 * Context: process, takes the peer's lock.
 * Return: @count, or an errno.
 */
ssize_t migcap_config_read(struct migcap_config *config, char __user *buf,
			   size_t count, loff_t *ppos)
{
	if (reads_core(config, *ppos & VFIO_PCI_OFFSET_MASK, count))
		return vfio_pci_core_read(&config->core->vdev, buf, count,
					  ppos);
	return read_pieces(config, buf, count, ppos);
}

/**
 * migcap_config_write() - the guest or the VMM writes configuration space
 * @config: the overlay
 * @buf: what
 * @count: bytes
 * @ppos: position in the device's file, advanced
 *
 * Context: process, takes the write lock and the peer's lock.
 * Return: @count, or an errno.
 */
ssize_t migcap_config_write(struct migcap_config *config,
			    const char __user *buf, size_t count, loff_t *ppos)
{
	if (writes_core(*ppos & VFIO_PCI_OFFSET_MASK, count))
		return vfio_pci_core_write(&config->core->vdev, buf, count,
					   ppos);
	return write_pieces(config, buf, count, ppos);
}
