// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running the tool migcap, see tool.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "tool.h"

#define RUN_MS		30000
#define STOP_MS		10000
#define NOBODY		65534

static struct tool last;

const char *tool_output(void)
{
	return last.text;
}

/* In the directory tools beside that of the test's program. */
static const char *tool_path(char *path, size_t size)
{
	const char *given = getenv("MIGCAP_TOOL");
	ssize_t len;
	char *base;

	if (given)
		return given;
	len = readlink("/proc/self/exe", path, size - 1);
	path[len > 0 ? len : 0] = 0;
	base = strrchr(path, '/');
	if (base)
		snprintf(base, size - (base - path), "/../tools/migcap");
	return path;
}

static void child(int out, int in, uid_t uid, const char * const *args)
{
	const char *argv[TOOL_ARGS_MAX + 2];
	char path[512];
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	argv[0] = tool_path(path, sizeof(path));
	for (i = 0; args[i] && i < TOOL_ARGS_MAX; i++)
		argv[i + 1] = args[i];
	argv[i + 1] = NULL;
	if (uid && (setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
		_exit(126);
	execv(argv[0], (char **)argv);
	_exit(127);
}

static int start(struct tool *tool, int in, uid_t uid,
		 const char * const *args)
{
	int fds[2];

	*tool = (struct tool){ .out = -1 };
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	tool->pid = fork();
	if (!tool->pid)
		child(fds[1], in, uid, args);
	close(fds[1]);
	tool->out = fds[0];
	return tool->pid < 0 ? -errno : 0;
}

/* Take in what it has printed; false when there is no more, or the time over. */
static bool take(struct tool *tool, long long deadline)
{
	struct pollfd pfd = { .fd = tool->out, .events = POLLIN };
	ssize_t got;

	if (tool->len >= sizeof(tool->text) - 1 ||
	    poll(&pfd, 1, ms_until(deadline)) <= 0)
		return false;
	got = read(tool->out, tool->text + tool->len,
		   sizeof(tool->text) - 1 - tool->len);
	if (got <= 0)
		return false;
	tool->len += got;
	tool->text[tool->len] = 0;
	return true;
}

int tool_wait(struct tool *tool, int ms)
{
	long long deadline = deadline_in(ms);
	int status = 0, ret = -ETIMEDOUT;

	while (take(tool, deadline))
		;
	while (!waitpid(tool->pid, &status, WNOHANG)) {
		if (!ms_until(deadline)) {
			kill(tool->pid, SIGKILL);
			waitpid(tool->pid, &status, 0);
			goto out;
		}
		sleep_ms(2);
	}
	ret = WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
out:
	close(tool->out);
	tool->pid = 0;
	return ret;
}

static int run(int in, uid_t uid, const char * const *args)
{
	int ret = start(&last, in, uid, args);

	return ret ? ret : tool_wait(&last, RUN_MS);
}

int tool_run(const char * const *args)
{
	return run(STDIN_FILENO, 0, args);
}

int tool_run_as_nobody(const char * const *args)
{
	return run(STDIN_FILENO, NOBODY, args);
}

int tool_run_with(const char *input, const char * const *args)
{
	FILE *file = tmpfile();
	int ret;

	if (!file)
		return -errno;
	fputs(input, file);
	rewind(file);
	ret = run(fileno(file), 0, args);
	fclose(file);
	return ret;
}

int tool_start(struct tool *tool, const char * const *args)
{
	return start(tool, STDIN_FILENO, 0, args);
}

/* Take the first complete line out of what was printed. */
static bool next_line(struct tool *tool, char *line, size_t size)
{
	char *end = strchr(tool->text, '\n');

	if (!end)
		return false;
	snprintf(line, size, "%.*s", (int)(end - tool->text), tool->text);
	tool->len -= end + 1 - tool->text;
	memmove(tool->text, end + 1, tool->len + 1);
	return true;
}

const char *tool_line(struct tool *tool, const char *text, int ms)
{
	long long deadline = deadline_in(ms);
	static char line[1024];

	do {
		while (next_line(tool, line, sizeof(line)))
			if (strstr(line, text))
				return line;
	} while (take(tool, deadline));
	return NULL;
}

int tool_stop(struct tool *tool)
{
	if (tool->pid <= 0)
		return -ESRCH;
	kill(tool->pid, SIGTERM);
	return tool_wait(tool, STOP_MS);
}
