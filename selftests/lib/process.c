// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as children of the test, or of the shell of another host.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "host.h"
#include "process.h"

#define STARTED		"/run/migcap-started"	/* PIDs, on another host */
#define START		"sh -c 'echo \"$@\"; exec setsid \"$@\"' sh%s >%s 2>&1 " \
			"</dev/null & echo $! | tee -a " STARTED
#define ALIVE		"kill -0 %d || { sed -i /^%d$/d " STARTED "; exit 1; }"
#define END_ALL		"for p in $(cat " STARTED " 2>/dev/null); do " \
			"kill -9 $p 2>/dev/null; done; " \
			"rm -f " STARTED "; :"

static void become(char *const *args, const char *path, pid_t parent)
{
	int log = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	for (i = 0; args[i]; i++)
		dprintf(2, "%s%s", i ? " " : "", args[i]);
	dprintf(2, "\n");
	execvp(args[0], args);
	dprintf(2, "%s: %s\n", args[0], strerror(errno));
	_exit(127);
}

static int start_here(struct process *process, char *const *args,
		      const char *log)
{
	pid_t parent = getpid();

	fflush(NULL);
	process->pid = fork();
	if (process->pid == 0)
		become(args, log, parent);
	if (process->pid > 0)
		return 0;
	process->pid = 0;
	return failure(-errno, "fork: %s", strerror(errno));
}

/* No word has a quote of its own. */
static int start_there(struct process *process, char *const *args,
		       const char *log)
{
	struct guest *shell = &process->host->shell;
	char words[GUEST_COMMAND_MAX] = "";
	size_t used = 0;
	int i, err;

	for (i = 0; args[i] && used < sizeof(words); i++)
		used += snprintf(words + used, sizeof(words) - used, " '%s'",
				 args[i]);
	if (used >= sizeof(words))
		return failure(-E2BIG, "%s: command line of %s",
			       process->host->name, args[0]);
	err = guest_must(shell, 10, START, words, log);
	if (!err)
		process->pid = atoi(shell->output);
	return err;
}

int process_start(struct process *process, struct host *host,
		  char *const *args, const char *log)
{
	*process = (struct process){ .host = host };
	return host ? start_there(process, args, log) :
		      start_here(process, args, log);
}

bool process_is_alive(struct process *process)
{
	int status;

	if (!process->pid)
		return false;
	if (process->host) {
		if (guest_run(&process->host->shell, 5, ALIVE, process->pid,
			      process->pid))
			process->pid = 0;
	} else if (waitpid(process->pid, &status, WNOHANG) == process->pid) {
		process->exit_status = status;
		process->pid = 0;
	}
	return process->pid;
}

void process_signal(struct process *process, int signal)
{
	if (!process->pid)
		return;
	if (process->host)
		guest_run(&process->host->shell, 5, "kill -%d %d", signal,
			  process->pid);
	else
		kill(process->pid, signal);
}

void process_kill(struct process *process)
{
	if (!process_is_alive(process))
		return;
	process_signal(process, SIGKILL);
	if (!process->host)
		waitpid(process->pid, &process->exit_status, 0);
	process->pid = 0;
}

void process_stop(struct process *process, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);

	process_signal(process, SIGTERM);
	while (process_is_alive(process) && ms_until(deadline))
		sleep_ms(20);
	process_kill(process);
}

int process_end_all(struct host *host)
{
	return guest_must(&host->shell, 10, END_ALL);
}
