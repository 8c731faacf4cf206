// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs inside the guest: takes one command at a time off a virtio-serial port,
 * gives it to the shell and sends back exit status and output.  The protocol
 * is told in selftests/lib/guest.h.  A migration looks to it like a host that
 * goes away and comes back; it does nothing but wait then.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT_NAME	"org.migcap.ctl"
#define PORTS		"/sys/class/virtio-ports"
#define OUTPUT_FILE	"/tmp/guestctl.out"
#define OUTPUT_MAX	4095
#define TIMED_OUT	124

static void nap(int ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000L };

	nanosleep(&ts, NULL);
}

static bool is_our_port(const char *entry)
{
	char path[300], name[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), PORTS "/%s/name", entry);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = '\0';
	fclose(file);
	return !strcmp(name, PORT_NAME);
}

static int open_port(void)
{
	struct dirent *entry;
	char path[300];
	int fd = -1;
	DIR *dir;

	dir = opendir(PORTS);
	if (!dir)
		return -1;
	while (fd < 0 && (entry = readdir(dir))) {
		if (!is_our_port(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	closedir(dir);
	return fd;
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

int main(void)
{
	char line[1024];
	int port, seconds, skip;
	unsigned int id;

	while ((port = open_port()) < 0)
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
