// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done to the controllers is done by nvme-cli, as an operator does it
 * (NVM Express Base Specification 2.0, section 5.30, Virtualization Management).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "disk.h"
#include "failure.h"

#define VFS	2
#define PAGE	4096

/* One that goes offline loses what it was assigned. */
#define MANAGE	"nvme virt-mgmt /dev/%s -c %d -r %d -n %d -a %d >/dev/null"
#define QUEUES		0
#define INTERRUPTS	1
#define ASSIGN		8
#define OFFLINE		7
#define ONLINE		9
#define EACH		2	/* an admin queue and one for requests */

#define MAKE_EXT4	"mkfs.ext4 -q -F -b 4096 /dev/" DISK_NAME(DISK_EXT4)
#define CLEAR_SLOW	"blkdiscard -f -z /dev/" DISK_NAME(DISK_SLOW)
#define CHECK_EXT4	"e2fsck -f -n /dev/" DISK_NAME(DISK_EXT4)

static int manage(const struct disk *disk, int end, int what, int number,
		  int action)
{
	/* The secondary controllers are numbered like the VFs, from 1. */
	return command(MANAGE, disk->controller, end + 1, what, number, action);
}

static int find_controller(struct disk *disk)
{
	int err = pci_first_entry(disk->pf.dir, "nvme", disk->controller,
				  sizeof(disk->controller));

	return err ? failure(-ENODEV, "%s has no controller", disk->pf.bdf) : 0;
}

int disk_set_online(const struct disk *disk, int end, bool online)
{
	int err;

	if (!online)
		return manage(disk, end, QUEUES, 0, OFFLINE);
	err = manage(disk, end, QUEUES, EACH, ASSIGN);
	if (!err)
		err = manage(disk, end, INTERRUPTS, EACH, ASSIGN);
	return err ? err : manage(disk, end, QUEUES, 0, ONLINE);
}

/* They may have been assigned something before. */
static int equip(struct disk *disk, int end)
{
	int err = pci_vf_bdf(&disk->pf, end, disk->vfs[end]);

	if (!err)
		err = disk_set_online(disk, end, false);
	return err ? err : disk_set_online(disk, end, true);
}

int disk_make(struct disk *disk)
{
	int end, err = pci_find_disk(&disk->pf);

	if (!err)
		err = find_controller(disk);
	disk->made_vfs = !err;
	if (!err)
		err = pci_make_vfs(&disk->pf, VFS);
	for (end = 0; end < VFS && !err; end++)
		err = equip(disk, end);
	if (!err)
		err = command(DISK_WAIT);
	if (!err)
		err = command(MAKE_EXT4);
	return err ? err : command(CLEAR_SLOW);
}

void disk_remove(struct disk *disk)
{
	int end;

	for (end = 0; end < VFS; end++)
		if (disk->vfs[end][0])
			pci_unbind(disk->vfs[end]);
	if (disk->made_vfs)
		pci_remove_vfs(&disk->pf);
}

int disk_bind(const struct disk *disk, const char *driver)
{
	int end, err = 0;

	for (end = 0; end < VFS && !err; end++)
		err = pci_bind(disk->vfs[end], driver);
	return err;
}

static int open_slow(void)
{
	char path[64] = "";
	FILE *pipe = popen("echo /dev/" DISK_NAME(DISK_SLOW), "r");
	int fd = -1;

	if (pipe && fscanf(pipe, "%63s", path) == 1)
		fd = open(path, O_RDONLY | O_DIRECT);
	if (pipe)
		pclose(pipe);
	return fd < 0 ? failure(-errno, "%s: %s", path, strerror(errno)) : fd;
}

int disk_written(void)
{
	static unsigned char page[PAGE] __attribute__((aligned(PAGE)));
	int fd = open_slow(), written = 0;
	ssize_t len;

	if (fd < 0)
		return fd;
	while ((len = read(fd, page, PAGE)) == PAGE)
		written += !!page[0];
	close(fd);
	return len ? failure(-EIO, "slow namespace cannot be read") : written;
}

int disk_check(void)
{
	return command("blockdev --flushbufs /dev/" DISK_NAME(DISK_EXT4)
		       " && " CHECK_EXT4);
}
