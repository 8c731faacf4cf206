// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ping of the neighbour's host, and its output.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "neighbour.h"

#define OUTPUT		"/run/migcap-ping.log"
#define INTERVAL	"0.02"
#define END_MS		5000
#define THREE		"ping -n -c 3 -i 0.3 -W 2 -I %s %s | " \
			"sed -n 's/.* \\([0-9]*\\) received.*/\\1/p'"
/*
 * Each line begins with its time in brackets, and has its number as icmp_seq=<n>:
 * answers, and pings that were not answered when the next one was sent.  Runs of what
 * has no answer are looked for by number.  Pings after the last answer are a run if
 * they are more than those that may be on their way.
 */
#define ON_THEIR_WAY	"50"
#define VIEW		"awk '" \
	"/^\\[/ { when = substr($1, 2) + 0; " \
	"match($0, /icmp_seq=[0-9]+/); " \
	"seq = substr($0, RSTART + 9, RLENGTH - 9) + 0; " \
	"if (!begun) begun = when } " \
	"/ bytes from / && !/DUP/ { got[seq] = when; n++ } " \
	"/ transmitted, / { sent = $1 } " \
	"END { last = begun; " \
	"for (i = 1; i <= sent; i++) { " \
	"if (!(i in got)) { run++; continue } " \
	"if (run > most) { most = run; gap = got[i] - last } " \
	"all += run; run = 0; last = got[i] } " \
	"if (run > " ON_THEIR_WAY ") { all += run; " \
	"if (run > most) { most = run; gap = when - last } } " \
	"printf \"%%d %%.1f %%d %%d\\n\", n, gap * 1000, most, all - most }' " \
	OUTPUT

int neighbour_pings(struct neighbour *neighbour)
{
	int err = guest_must(&neighbour->host->shell, 20, THREE,
			     neighbour->link, neighbour->guest);

	return err ? err : atoi(neighbour->host->shell.output);
}

int neighbour_comes_to_reach(struct neighbour *neighbour, int timeout_ms)
{
	long long deadline = deadline_in(timeout_ms);
	int answers;

	do {
		answers = neighbour_pings(neighbour);
		if (answers < 0 || answers == 3)
			return answers < 0 ? answers : 0;
	} while (ms_until(deadline));
	return failure(-ETIMEDOUT, "%s does not reach %s: %d of 3 pings are answered",
		       neighbour->host->name, neighbour->guest, answers);
}

int neighbour_look(struct neighbour *neighbour)
{
	char *const args[] = {
		"ping", "-n", "-D", "-O", "-i", INTERVAL, "-I",
		(char *)neighbour->link, (char *)neighbour->guest, NULL
	};

	return process_start(&neighbour->ping, neighbour->host, args, OUTPUT);
}

int neighbour_take_view(struct neighbour *neighbour,
			struct neighbour_view *view)
{
	struct guest *shell = &neighbour->host->shell;
	int err;

	/* By this it ends as if it was told so at a terminal. */
	process_signal(&neighbour->ping, SIGINT);
	process_stop(&neighbour->ping, END_MS);
	err = guest_must(shell, 20, VIEW);
	if (err)
		return err;
	if (sscanf(shell->output, "%d %lf %d %d", &view->answered,
		   &view->outage_ms, &view->lost, &view->lost_else) != 4)
		return failure(-EPROTO, "%s: ping's output makes no sense: %s",
			       neighbour->host->name, shell->output);
	return 0;
}
