// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main job between two hosts, shown: a guest moves to another host, and a third
 * machine and a neighbour on each host look on.  See lib/hosts.h for the picture.
 *
 * It runs on the third machine.  What happened on the hosts tells `migcap watch` on
 * each; their clocks are compared, to a few milliseconds.  The last line of the output
 * is the verdict.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../lib/clock.h"
#include "../lib/hosts.h"
#include "progress.h"
#include "story.h"

#define WATCH_MS	20000
#define NETWORK_MS	30000
#define MIB		(1024 * 1024)
#define SLACK_NS	(50 * NSEC_PER_MSEC)	/* of clocks that were compared */

struct act {
	struct hosts hosts;
	struct process watch[2];
	char log[2][VM_PATH_SIZE];		/* of the watches */
	struct hosts_views views;
	struct story story;
};

static int tell_host(struct hosts *hosts, int end)
{
	struct guest *shell = &hosts->host[end].shell;
	int err = guest_must(shell, 10,
			     "echo $(uname -r), $(qemu-system-x86_64 --version | head -n 1)");

	if (!err)
		progress_detail("%s: Linux %s", hosts->host[end].name,
				shell->output);
	return err;
}

static int meet_hosts(struct hosts *hosts)
{
	int err;

	progress_step("reaching both hosts");
	err = hosts_open(hosts, "demo-hosts");
	if (!err)
		err = tell_host(hosts, 0);
	return err ? err : tell_host(hosts, 1);
}

static int begin_to_watch(struct act *act, int end)
{
	struct host *host = &act->hosts.host[end];
	char *const args[] = {
		"/out/selftests/tools/migcap", "watch", "--json",
		act->hosts.s.wire.vfs[end], NULL
	};
	int err;

	snprintf(act->log[end], sizeof(act->log[end]),
		 "%s/demo-hosts-watch-%d.log", vm_log_dir(), end + 1);
	err = process_start(&act->watch[end], host, args, act->log[end]);
	/* It has its instance of tracefs when it is ready. */
	return err ? err : guest_must(&host->shell, WATCH_MS / 1000,
				      "until ls -d /sys/kernel/tracing/instances/migcap-watch-*; do sleep 0.1; done");
}

static int prepare(struct act *act)
{
	struct hosts *hosts = &act->hosts;
	int end, err;

	progress_step("making a virtual function on each");
	err = hosts_prepare(hosts, HOSTS_RULES | HOSTS_FOLLOW);
	for (end = 0; end < 2 && !err; end++)
		err = begin_to_watch(act, end);
	if (err)
		return err;
	for (end = 0; end < 2; end++)
		progress_detail("%s: VF %s, bound to " MIGCAP_DRIVER,
				hosts->host[end].name, hosts->s.wire.vfs[end]);
	progress_detail("both PFs have a rule for MAC " WIRE_MAC
			", which migcap follow keeps in line");
	return 0;
}

static int boot_guest(struct act *act)
{
	struct hosts *hosts = &act->hosts;
	int err;

	progress_step("booting the guest on host 1");
	err = hosts_boot(hosts);
	if (err)
		return err;
	progress_step("a third machine pings it, and has a TCP stream to it");
	err = scenario_traffic(&hosts->s);
	if (!err)
		err = stream_wait(hosts->s.stream, MIB, NETWORK_MS);
	if (err)
		return err;
	act->story.tracked = scenario_tracks_dma(&hosts->s);
	progress_step("a neighbour on each host reaches it, too");
	return hosts_reach(hosts);
}

static int migrate(struct act *act)
{
	struct scenario *s = &act->hosts.s;
	struct story *story = &act->story;
	int err;

	progress_step("migrating to host 2");
	story->source = s->wire.vfs[0];
	story->destination = s->wire.vfs[1];
	story->bytes_before = stream_bytes(s->stream);
	err = hosts_begin(&act->hosts, &act->views);
	if (!err)
		err = hosts_arrive(&act->hosts, &act->views);
	story->migration = act->views.migration;
	story->asked = story->migration.asked;
	if (err)
		return err;
	story->gap = act->views.client.gap;
	story->bytes_after = stream_bytes(s->stream) - story->bytes_before;
	story->back = probe_first_answer(s->probe, story->migration.resumed,
					 NETWORK_MS);
	progress_step("both neighbours reach it there");
	err = hosts_reach(&act->hosts);
	return err ? err : hosts_healthy(&act->hosts);
}

static bool is_event(json_t *line, const char *event, const char *text)
{
	const char *is = json_string_value(json_object_get(line, "event"));
	const char *has = json_string_value(json_object_get(line, "text"));

	return is && has && !strcmp(is, event) && strstr(has, text);
}

/* When a watch first told of an event with @text in it, 0: it did not. */
static long long moment(const struct act *act, int end, const char *event,
			const char *text)
{
	FILE *log = fopen(act->log[end], "re");
	long long when = 0, told;
	char buffer[512];
	json_t *line;

	while (log && !when && fgets(buffer, sizeof(buffer), log)) {
		line = json_loads(buffer, 0, NULL);
		told = host_time(&act->hosts.host[end],
				 json_number_value(json_object_get(line, "time")));
		if (is_event(line, event, text) &&
		    told > act->story.asked - SLACK_NS)
			when = told;
		json_decref(line);
	}
	if (log)
		fclose(log);
	return when;
}

static void tell_neighbours(const struct hosts_views *views)
{
	int end;

	for (end = 0; end < 2; end++)
		printf("    outage to the neighbour on host %d %14.1f ms\n",
		       end + 1, views->neighbour[end].outage_ms);
	printf("\n");
}

static void tell(struct act *act)
{
	act->story.signals = (struct signals){
		.start = moment(act, 0, "asked", "START"),
		.ready = moment(act, 0, "guest", "-> ready"),
		.end = moment(act, 1, "asked", "END"),
		.up = moment(act, 1, "guest", "-> present"),
	};
	story_tell(&act->story);
	tell_neighbours(&act->views);
}

static int run(struct act *act)
{
	int err = meet_hosts(&act->hosts);

	if (!err)
		err = prepare(act);
	if (!err)
		err = boot_guest(act);
	if (!err)
		err = migrate(act);
	progress_end(err);
	return err;
}

int main(void)
{
	static struct act act;
	char reason[512];
	int err;

	note_quietly();
	err = run(&act);
	if (err && err != -ENODEV)
		hosts_explain(&act.hosts);
	snprintf(reason, sizeof(reason), "%s", failure_reason());
	if (act.story.asked)
		tell(&act);
	hosts_teardown(&act.hosts);
	if (err)
		printf("demo: FAIL %s\n", reason[0] ? reason : strerror(-err));
	else
		printf("demo: PASS outage=%.0f total=%.0f downtime=%lld tcp=kept\n",
		       ns_to_ms(gap_length(act.story.gap)),
		       story_total_ms(&act.story),
		       act.story.migration.downtime_ms);
	return err ? 1 : 0;
}
