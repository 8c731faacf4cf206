// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: takes one command at a time off the port that is named,
 * gives it to the shell and sends back exit status and output.  The protocol
 * is told in selftests/lib/guest.h.  A migration looks to it like a host that
 * goes away and comes back; it does nothing but wait then.
 *
 * Hosts are driven by it, too (selftests/lib/host.h): `tcp:ADDRESS:PORT` in place of
 * a port is where it listens.  It serves one connection at a time.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_FILE	"/tmp/guestctl.out"
#define OUTPUT_MAX	4095
#define TIMED_OUT	124
#define FIRST_WORD_MS	3000	/* longer than the host waits with its next one */
#define LINE_MAX_SIZE	4096	/* GUEST_COMMAND_MAX and what is before it */

static int listener = -1;	/* where there is no port, but connections */

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

static int listen_at(const char *where)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port, on = 1;
	char address[16];

	if (sscanf(where, "tcp:%15[0-9.]:%d", address, &port) != 2 ||
	    inet_pton(AF_INET, address, &at.sin_addr) != 1)
		return -1;
	at.sin_port = htons(port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int next_connection(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), on = 1;

	/* An answer goes out in two pieces. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static int open_port(const char *path)
{
	int port;

	if (listener >= 0)
		return next_connection();
	port = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (port < 0 || !isatty(port))
		return port;
	make_raw(port);
	if (hears(port))
		return port;
	close(port);
	return -1;
}

/* Reading gives 0 while no host is connected to a port; a connection is over then. */
static bool read_byte(int port, char *byte)
{
	while (read(port, byte, 1) != 1) {
		if (listener >= 0)
			return false;
		nap(20);
	}
	return true;
}

static bool read_line(int port, char *line, size_t size)
{
	size_t used = 0;
	char byte = 0;

	while (read_byte(port, &byte) && byte != '\n')
		if (used < size - 1)
			line[used++] = byte;
	line[used] = '\0';
	return byte == '\n';
}

static void write_all(int port, const char *data, size_t len)
{
	ssize_t done;

	while (len) {
		done = write(port, data, len);
		if (done < 0 && listener >= 0)
			return;
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

	signal(SIGPIPE, SIG_DFL);
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

static void serve(int port)
{
	char line[LINE_MAX_SIZE];
	int seconds, skip;
	unsigned int id;

	while (read_line(port, line, sizeof(line))) {
		if (sscanf(line, "%u %d %n", &id, &seconds, &skip) != 2)
			continue;
		answer(port, id, run(line + skip, seconds));
		/* Reap what earlier commands left behind. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	close(port);
}

int main(int argc, char **argv)
{
	int port;

	if (argc != 2)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	if (!strncmp(argv[1], "tcp:", 4)) {
		listener = listen_at(argv[1]);
		if (listener < 0) {
			perror(argv[1]);
			return 1;
		}
	}
	for (;;) {
		while ((port = open_port(argv[1])) < 0)
			nap(100);
		serve(port);
	}
}
