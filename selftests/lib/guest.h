/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands run inside a guest, through the control agent (guestctl) at the
 * other end of a virtio-serial port, or of a serial line.  The port belongs to a
 * QEMU process: the guest that arrives there after a migration is reached through
 * that QEMU's socket.
 *
 *	host:  <id> <seconds> <shell command>\n
 *	guest: <id> <exit status> <length>\n<length bytes of output>
 */
#ifndef MIGCAP_TEST_GUEST_H
#define MIGCAP_TEST_GUEST_H

#include <stddef.h>

#include "failure.h"

#define GUEST_PORT_NAME		"org.migcap.ctl"
#define GUEST_OUTPUT_MAX	4096
#define GUEST_COMMAND_MAX	4000
#define GUEST_TIMED_OUT		124	/* exit status of a command cut short */

struct guest {
	int fd;
	const char *who;
	unsigned int next_id;
	char output[GUEST_OUTPUT_MAX];	/* of the latest command */
};

/* Connect to the channel at @where, see channel.h. */
int guest_connect(struct guest *guest, const char *where, const char *who,
		  int timeout_ms);
void guest_close(struct guest *guest);

/* Wait until the agent in the guest answers: it has booted, or arrived. */
int guest_wait(struct guest *guest, int timeout_ms);

/*
 * Run a command, bounded there and here.  Returns its exit status, or -errno
 * with a failure reason; the output is in guest->output.
 */
__printf(3, 4)
int guest_run(struct guest *guest, int timeout_s, const char *fmt, ...);

/* The same for a command that has to succeed: any other exit is -EIO. */
__printf(3, 4)
int guest_must(struct guest *guest, int timeout_s, const char *fmt, ...);

/* A kernel that ran in the guest, told from others. */
struct guest_kernel {
	char boot_id[64];
};

int guest_which_kernel(struct guest *guest, struct guest_kernel *kernel);

/* Have it reboot; and wait, wherever it is then, until the new kernel answers. */
int guest_begin_reboot(struct guest *guest, struct guest_kernel *before);
int guest_wait_reboot(struct guest *guest, const struct guest_kernel *before,
		      int timeout_ms);

/* Both. */
int guest_reboot(struct guest *guest, int timeout_ms);

#endif /* MIGCAP_TEST_GUEST_H */
