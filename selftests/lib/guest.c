// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's end of the guest control channel.  Answers to earlier commands,
 * which a reboot or a timeout left behind, are passed over by their id.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"
#include "clock.h"
#include "guest.h"

/* A busy nested guest may be late by that much. */
#define GRACE_MS	15000
#define RETRY_MS	2000

int guest_connect(struct guest *guest, const char *where, const char *who,
		  int timeout_ms)
{
	guest->who = who;
	guest->next_id = 1;
	guest->fd = channel_connect(where, deadline_in(timeout_ms));
	if (guest->fd >= 0)
		return 0;
	return failure(guest->fd, "%s: control channel %s: %s", who, where,
		       strerror(-guest->fd));
}

void guest_close(struct guest *guest)
{
	if (guest->fd >= 0)
		close(guest->fd);
	guest->fd = -1;
}

static int read_byte(struct guest *guest, long long deadline, char *byte)
{
	struct pollfd pfd = { .fd = guest->fd, .events = POLLIN };

	if (poll(&pfd, 1, ms_until(deadline)) < 1)
		return -ETIMEDOUT;
	return read(guest->fd, byte, 1) == 1 ? 0 : -EPIPE;
}

static int read_header(struct guest *guest, long long deadline,
		       char *line, size_t size)
{
	size_t used = 0;
	int err;

	do {
		err = read_byte(guest, deadline, &line[used]);
		if (err)
			return err;
	} while (line[used] != '\n' && ++used < size - 1);
	line[used] = '\0';
	return 0;
}

/* Take all the output off the channel, keep what fits. */
static int read_output(struct guest *guest, long long deadline, size_t len)
{
	size_t used = 0;
	char byte;
	int err;

	for (; len; len--) {
		err = read_byte(guest, deadline, &byte);
		if (err)
			return err;
		if (used < sizeof(guest->output) - 1)
			guest->output[used++] = byte;
	}
	guest->output[used] = '\0';
	if (used && guest->output[used - 1] == '\n')
		guest->output[used - 1] = '\0';
	return 0;
}

static int read_answer(struct guest *guest, unsigned int wanted,
		       long long deadline)
{
	unsigned int id, status;
	char line[64];
	size_t len;
	int err;

	for (;;) {
		err = read_header(guest, deadline, line, sizeof(line));
		if (err)
			return err;
		/* A serial line may echo what came before the agent did. */
		if (sscanf(line, "%u %u %zu", &id, &status, &len) != 3)
			continue;
		err = read_output(guest, deadline, len);
		if (err)
			return err;
		if (id == wanted)
			return status;
	}
}

/* The leading newline ends what an interrupted line may have left there. */
static int run(struct guest *guest, int timeout_s, const char *command,
	       int wait_ms)
{
	unsigned int id = guest->next_id++;
	char line[GUEST_COMMAND_MAX + 32];
	int len;

	guest->output[0] = '\0';
	len = snprintf(line, sizeof(line), "\n%u %d %s\n", id,
		       timeout_s * clock_slowness(), command);
	if (len >= (int)sizeof(line))
		return -E2BIG;
	if (send(guest->fd, line, len, MSG_NOSIGNAL) != len)
		return -EPIPE;
	return read_answer(guest, id, deadline_in(wait_ms));
}

int guest_wait(struct guest *guest, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	int left, err = -ETIMEDOUT;

	while (err == -ETIMEDOUT && (left = ms_until(deadline)))
		err = run(guest, 1, ":", left < RETRY_MS ? left : RETRY_MS);
	if (err < 0)
		return failure(err, "%s: nobody answers after %d ms",
			       guest->who, stretch_ms(timeout_ms));
	return 0;
}

static int run_and_tell(struct guest *guest, int timeout_s,
			const char *command)
{
	int err = run(guest, timeout_s, command, timeout_s * 1000 + GRACE_MS);

	if (err < 0)
		return failure(err, "%s: '%s' did not end: %s",
			       guest->who, command, strerror(-err));
	return err;
}

int guest_run(struct guest *guest, int timeout_s, const char *fmt, ...)
{
	char command[GUEST_COMMAND_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	return run_and_tell(guest, timeout_s, command);
}

int guest_must(struct guest *guest, int timeout_s, const char *fmt, ...)
{
	char command[GUEST_COMMAND_MAX];
	va_list args;
	int status;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	status = run_and_tell(guest, timeout_s, command);
	if (status > 0)
		return failure(-EIO, "%s: '%s': exit status %d: %s",
			       guest->who, command, status, guest->output);
	return status;
}

#define BOOT_ID	"cat /proc/sys/kernel/random/boot_id"

/* The old kernel may answer a few times more: its boot id tells. */
int guest_which_kernel(struct guest *guest, struct guest_kernel *kernel)
{
	int err = guest_must(guest, 5, BOOT_ID);

	if (!err)
		snprintf(kernel->boot_id, sizeof(kernel->boot_id), "%.63s",
			 guest->output);
	return err;
}

int guest_begin_reboot(struct guest *guest, struct guest_kernel *before)
{
	int err = guest_which_kernel(guest, before);

	return err ? err : guest_must(guest, 5, "(sleep 0.2; reboot -f) &");
}

int guest_wait_reboot(struct guest *guest, const struct guest_kernel *before,
		      int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	int err;

	do {
		err = run(guest, 5, BOOT_ID, RETRY_MS);
		if (!err && strcmp(before->boot_id, guest->output))
			return 0;
		sleep_ms(100);
	} while (ms_until(deadline));
	return failure(-ETIMEDOUT, "%s: the guest has not come back after %d ms",
		       guest->who, stretch_ms(timeout_ms));
}

int guest_reboot(struct guest *guest, int timeout_ms)
{
	struct guest_kernel before;
	int err = guest_begin_reboot(guest, &before);

	return err ? err : guest_wait_reboot(guest, &before, timeout_ms);
}
