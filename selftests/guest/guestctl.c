// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: takes one command at a time off the port that is named,
 * gives it to the shell and sends back exit status and output.  The protocol
 * is told in selftests/lib/guest.h.  A migration looks to it like a host that
 * goes away and comes back; it does nothing but wait then.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_FILE	"/tmp/guestctl.out"
#define OUTPUT_MAX	4095
#define TIMED_OUT	124
#define FIRST_WORD_MS	3000	/* longer than the host waits with its next one */

static void nap(int ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000L };

	nanosleep(&ts, NULL);
}

/* A serial line must pass all bytes as they are. */
static void make_raw(int port)
{
	struct termios mode;

	tcgetattr(port, &mode);
	cfmakeraw(&mode);
	cfsetspeed(&mode, B115200);
	tcsetattr(port, TCSANOW, &mode);
}

/*
 * What the host sent before may be there.  When the driver throws away what a UART has
 * received, QEMU does not notice that there is room again; another open tells it.
 */
static bool hears(int port)
{
	struct pollfd pfd = { .fd = port, .events = POLLIN };

	return poll(&pfd, 1, FIRST_WORD_MS) == 1;
}

static int open_port(const char *path)
{
	int port = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (port < 0 || !isatty(port))
		return port;
	make_raw(port);
	if (hears(port))
		return port;
	close(port);
	return -1;
}

/* Reading gives 0 while no host is connected. */
static char read_byte(int port)
{
	char byte;

	while (read(port, &byte, 1) != 1)
		nap(20);
	return byte;
}

static void read_line(int port, char *line, size_t size)
{
	size_t used = 0;
	char byte;

	while ((byte = read_byte(port)) != '\n')
		if (used < size - 1)
			line[used++] = byte;
	line[used] = '\0';
}

static void write_all(int port, const char *data, size_t len)
{
	ssize_t done;

	while (len) {
		done = write(port, data, len);
		if (done < 0) {
			nap(20);
			continue;
		}
		data += done;
		len -= done;
	}
}

static void become_shell(const char *command)
{
	int out = open(OUTPUT_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int in = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What the command leaves running in the background is none of our business. */
static int run(const char *command, int seconds)
{
	int status, waited;
	pid_t pid = fork();

	if (pid == 0)
		become_shell(command);
	for (waited = 0; waited < seconds * 1000; waited += 5) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return exit_status(status);
		nap(5);
	}
	kill(-pid, SIGKILL);
	return TIMED_OUT;
}

static void answer(int port, unsigned int id, int status)
{
	char output[OUTPUT_MAX], header[64];
	int file = open(OUTPUT_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t len = file < 0 ? 0 : read(file, output, sizeof(output));

	if (len < 0)
		len = 0;
	if (file >= 0)
		close(file);
	snprintf(header, sizeof(header), "%u %d %zd\n", id, status, len);
	write_all(port, header, strlen(header));
	write_all(port, output, len);
}

int main(int argc, char **argv)
{
	char line[1024];
	int port, seconds, skip;
	unsigned int id;

	if (argc != 2)
		return 1;
	while ((port = open_port(argv[1])) < 0)
		nap(100);
	for (;;) {
		read_line(port, line, sizeof(line));
		if (sscanf(line, "%u %d %n", &id, &seconds, &skip) != 2)
			continue;
		answer(port, id, run(line + skip, seconds));
		/* Reap what earlier commands left behind. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
