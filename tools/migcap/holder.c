// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which process holds a VF, see holder.h.
 *
 * Whoever uses a device by VFIO has its group or its character device open, so
 * the links in /proc/<pid>/fd tell.  Those of other users can be read with
 * CAP_SYS_PTRACE alone.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "holder.h"
#include "qemu.h"

#define ARGS_MAX	(256 << 10)
#define NODE_SIZE	64

struct nodes {
	char group[NODE_SIZE];
	char device[NODE_SIZE];
};

static void find_nodes(const struct vf *vf, struct nodes *nodes)
{
	char path[ATTR_PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	*nodes = (struct nodes){};
	if (vf->group >= 0)
		snprintf(nodes->group, NODE_SIZE, "/dev/vfio/%d", vf->group);
	snprintf(path, sizeof(path), "%s/vfio-dev", vf->dir);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, "vfio", 4))
			snprintf(nodes->device, NODE_SIZE, "/dev/vfio/devices/%.32s",
				 entry->d_name);
	closedir(dir);
}

static bool is_node(const char *target, const struct nodes *nodes)
{
	return *target && (!strcmp(target, nodes->group) ||
			   !strcmp(target, nodes->device));
}

/* 1, 0, or -errno if the process may not be looked into. */
static int holds(const char *pid, const struct nodes *nodes)
{
	char path[ATTR_PATH_MAX], target[NODE_SIZE];
	struct dirent *entry;
	int found = 0;
	ssize_t len;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return errno == EACCES ? -EACCES : 0;
	while (!found && (entry = readdir(dir))) {
		len = readlinkat(dirfd(dir), entry->d_name, target,
				 sizeof(target) - 1);
		target[len > 0 ? len : 0] = 0;
		found = is_node(target, nodes);
	}
	closedir(dir);
	return found;
}

static char *read_args(const char *dir, size_t *len)
{
	char path[ATTR_PATH_MAX], *text = malloc(ARGS_MAX);
	ssize_t got;
	int fd;

	*len = 0;
	snprintf(path, sizeof(path), "%s/cmdline", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (text && fd >= 0 && *len < ARGS_MAX - 1) {
		got = read(fd, text + *len, ARGS_MAX - 1 - *len);
		if (got <= 0)
			break;
		*len += got;
	}
	if (fd >= 0)
		close(fd);
	if (text)
		text[*len] = 0;
	return text;
}

static int fill(struct holder *holder, const char *pid)
{
	size_t len, count = 0, pos;
	char dir[32];

	snprintf(dir, sizeof(dir), "/proc/%.16s", pid);
	holder->pid = atoi(pid);
	if (attr_read(dir, "comm", holder->name, sizeof(holder->name)))
		snprintf(holder->name, sizeof(holder->name), "?");
	holder->args_text = read_args(dir, &len);
	if (!holder->args_text)
		return -ENOMEM;
	for (pos = 0; pos < len; pos += strlen(holder->args_text + pos) + 1)
		count++;
	holder->args = calloc(count + 1, sizeof(char *));
	if (!holder->args)
		return -ENOMEM;
	count = 0;
	for (pos = 0; pos < len; pos += strlen(holder->args_text + pos) + 1)
		holder->args[count++] = holder->args_text + pos;
	return 0;
}

int holder_find(const struct vf *vf, struct holder *holder)
{
	struct dirent *entry;
	struct nodes nodes;
	int ret, err = -ESRCH;
	DIR *dir;

	*holder = (struct holder){};
	find_nodes(vf, &nodes);
	/* No driver of VFIO's has it. */
	if (!nodes.device[0])
		return -ESRCH;
	dir = opendir("/proc");
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		ret = holds(entry->d_name, &nodes);
		if (ret > 0) {
			err = fill(holder, entry->d_name);
			break;
		}
		if (ret)
			err = ret;
	}
	closedir(dir);
	return err;
}

void holder_put(struct holder *holder)
{
	free(holder->args);
	free(holder->args_text);
	*holder = (struct holder){};
}

const char *holder_text(const struct holder *holder, char *text)
{
	char guest[48];

	qemu_guest(holder->args, guest, sizeof(guest));
	snprintf(text, HOLDER_TEXT_SIZE, "%s[%d]%s%s", holder->name, holder->pid,
		 guest[0] ? " " : "", guest);
	return text;
}
