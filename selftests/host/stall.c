// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file whose content does not come until it is let, see stall.h.
 *
 * 9P2000.L as far as the kernel needs it to mount one file, read it and map it:
 * the root of the file system is that file.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/clock.h"
#include "../lib/failure.h"
#include "stall.h"

#define MESSAGE_MAX	65536
#define HEADER_SIZE	7	/* size, type, tag */
#define VERSION		"9P2000.L"
#define POLL_MS		5

/* What the kernel asks; the answer has the next number. */
enum {
	RLERROR = 7,
	TLOPEN = 12,
	TGETATTR = 24,
	TVERSION = 100,
	TATTACH = 104,
	TWALK = 110,
	TREAD = 116,
	TCLUNK = 120,
};

struct message {
	uint8_t bytes[MESSAGE_MAX];
	size_t size;
};

static void put(struct message *msg, uint64_t value, size_t size)
{
	value = htole64(value);
	memcpy(msg->bytes + msg->size, &value, size);
	msg->size += size;
}

static uint64_t get(const struct message *msg, size_t at, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, msg->bytes + HEADER_SIZE + at, size);
	return le64toh(value);
}

/* The one file there is. */
static void put_qid(struct message *msg)
{
	put(msg, 0, 1);
	put(msg, 0, 4);
	put(msg, 1, 8);
}

static void put_attributes(struct message *msg)
{
	int i;

	put(msg, 0x7ff, 8);	/* all but the time of birth is valid */
	put_qid(msg);
	put(msg, S_IFREG | 0644, 4);
	put(msg, 0, 4);
	put(msg, 0, 4);
	put(msg, 1, 8);
	put(msg, 0, 8);
	put(msg, STALL_SIZE, 8);
	put(msg, 4096, 8);
	put(msg, STALL_SIZE / 512, 8);
	for (i = 0; i < 10; i++)	/* four times, generation, version */
		put(msg, 0, 8);
}

static void put_content(struct stall *stall, struct message *msg,
			const struct message *request)
{
	uint64_t offset = get(request, 4, 8), count = get(request, 12, 4);

	while (stall->held) {
		stall->caught = true;
		sleep_ms(POLL_MS);
	}
	if (offset >= STALL_SIZE)
		count = 0;
	else if (count > STALL_SIZE - offset)
		count = STALL_SIZE - offset;
	if (count > MESSAGE_MAX - HEADER_SIZE - 4)
		count = MESSAGE_MAX - HEADER_SIZE - 4;
	put(msg, count, 4);
	memset(msg->bytes + msg->size, 0, count);
	msg->size += count;
}

/* False for what is not known, which the kernel can do without. */
static bool put_answer(struct stall *stall, struct message *msg,
		       const struct message *request)
{
	switch (request->bytes[4]) {
	case TVERSION:
		put(msg, get(request, 0, 4), 4);
		put(msg, strlen(VERSION), 2);
		memcpy(msg->bytes + msg->size, VERSION, strlen(VERSION));
		msg->size += strlen(VERSION);
		return true;
	case TATTACH:
		put_qid(msg);
		return true;
	case TGETATTR:
		put_attributes(msg);
		return true;
	case TWALK:
		put(msg, 0, 2);
		return !get(request, 8, 2);	/* there are no names here */
	case TLOPEN:
		put_qid(msg);
		put(msg, 0, 4);
		return true;
	case TREAD:
		put_content(stall, msg, request);
		return true;
	case TCLUNK:
		return true;
	}
	return false;
}

static void answer(struct stall *stall, struct message *msg,
		   const struct message *request)
{
	uint32_t size;

	memcpy(msg->bytes, request->bytes, HEADER_SIZE);
	msg->size = HEADER_SIZE;
	msg->bytes[4]++;
	if (!put_answer(stall, msg, request)) {
		msg->bytes[4] = RLERROR;
		msg->size = HEADER_SIZE;
		put(msg, EOPNOTSUPP, 4);
	}
	size = htole32(msg->size);
	memcpy(msg->bytes, &size, sizeof(size));
}

static bool receive(int fd, struct message *msg)
{
	uint32_t size;

	if (recv(fd, &size, sizeof(size), MSG_WAITALL) != sizeof(size))
		return false;
	msg->size = le32toh(size);
	if (msg->size < HEADER_SIZE || msg->size > MESSAGE_MAX)
		return false;
	memcpy(msg->bytes, &size, sizeof(size));
	size = msg->size - sizeof(size);
	return recv(fd, msg->bytes + sizeof(size), size, MSG_WAITALL) ==
	       (ssize_t)size;
}

static void serve(struct stall *stall, int fd)
{
	static struct message request, reply;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (receive(fd, &request)) {
		answer(stall, &reply, &request);
		if (send(fd, reply.bytes, reply.size, MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

static int mount_at(struct stall *stall, int fd)
{
	char options[128];
	int file;

	snprintf(stall->path, sizeof(stall->path), "/run/migcap-stall.%d",
		 getpid());
	file = open(stall->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (file < 0)
		return -errno;
	close(file);
	snprintf(options, sizeof(options),
		 "trans=fd,rfdno=%d,wfdno=%d,version=9p2000.L,cache=mmap,msize=%d",
		 fd, fd, MESSAGE_MAX);
	if (!mount("stall", stall->path, "9p", 0, options))
		return 0;
	return -errno;
}

int stall_start(struct stall *stall)
{
	int fds[2], ret;

	stall->held = false;
	stall->caught = false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -errno;
	stall->server = fork();
	if (!stall->server) {
		close(fds[0]);
		serve(stall, fds[1]);
	}
	close(fds[1]);
	ret = stall->server < 0 ? -errno : mount_at(stall, fds[0]);
	close(fds[0]);
	if (!ret)
		return 0;
	stall_stop(stall);
	if (ret == -ENODEV || ret == -EPROTONOSUPPORT || ret == -EINVAL)
		return -EOPNOTSUPP;
	return failure(ret, "mount of 9p: %s", strerror(-ret));
}

void stall_stop(struct stall *stall)
{
	stall->held = false;
	umount2(stall->path, MNT_DETACH);
	unlink(stall->path);
	if (stall->server <= 0)
		return;
	kill(stall->server, SIGKILL);
	waitpid(stall->server, NULL, 0);
	stall->server = 0;
}

void *stall_map(const struct stall *stall, void *where, size_t size)
{
	int fd = open(stall->path, O_RDONLY | O_CLOEXEC);
	void *memory;

	if (fd < 0)
		return MAP_FAILED;
	memory = mmap(where, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | (where ? MAP_FIXED : 0), fd, 0);
	close(fd);
	return memory;
}
