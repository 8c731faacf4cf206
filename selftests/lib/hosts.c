// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two hosts brought up and taken down, and a migration between them.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "failure.h"
#include "hosts.h"

#define PF		"eth0"		/* on each host of the lab */
#define CLIENT_LINK	"wire"		/* here */
#define BIND_VF		"/src/selftests/lab/bind-vf %d %s 2>/run/bind-vf.log | tail -n 1"
#define NO_VFS		"echo 0 >/sys/class/net/" PF "/device/sriov_numvfs"
#define MORE_TIME	"echo %d >/sys/bus/pci/devices/%s/migcap/ready_timeout_ms"
#define READY_MS	10000		/* what a guest has by default */
#define ADDRESS		"ip address replace %s/24 dev " PF
#define TOOL		"/out/selftests/tools/migcap"
#define KEPT_DIR	"/run/migcap-follow"
#define OPEN_MS		30000
#define REACH_MS	30000
#define FOLLOW_MS	20000
#define STOP_MS		5000
#define QUIET_MS	1000		/* of pings before and after */
#define SLOW_BANDWIDTH	1000000LL	/* two minutes for the guest's memory */

static const char *const neighbours[2] = { "10.9.0.11", "10.9.0.12" };

/* `tcp:ADDRESS:PORT`: the migration goes to that address, too. */
static int open_host(struct host *host, int number, const char *where)
{
	char name[16], address[16];

	if (sscanf(where, "tcp:%15[0-9.]:", address) != 1)
		return failure(-ENODEV, "MIGCAP_HOSTS: not known: %s", where);
	snprintf(name, sizeof(name), "host %d", number);
	return host_open(host, name, where, address, OPEN_MS);
}

int hosts_open(struct hosts *hosts, const char *name)
{
	const char *given = getenv("MIGCAP_HOSTS");
	struct scenario *s = &hosts->s;
	char where[2][64];
	int end, err = 0;

	memset(hosts, 0, sizeof(*hosts));
	if (!given || sscanf(given, "%63s %63s", where[0], where[1]) != 2)
		return failure(-ENODEV, "no two hosts given: MIGCAP_HOSTS");
	s->name = name;
	s->kind = GUEST_WITH_AGENT;
	s->kernel_log = -1;	/* of no concern, its hosts' are */
	snprintf(s->wire.pf.netdev, sizeof(s->wire.pf.netdev), CLIENT_LINK);
	for (end = 0; end < 2 && !err; end++) {
		s->hosts[end] = &hosts->host[end];
		hosts->neighbour[end] = (struct neighbour){
			.host = &hosts->host[end],
			.link = PF,
			.guest = WIRE_GUEST_ADDRESS,
		};
		err = open_host(&hosts->host[end], end + 1, where[end]);
		if (!err)
			err = host_begin_test(&hosts->host[end]);
	}
	return err;
}

/* The guest's processor is one of two hosts', see lab/hosts: it may be slow to answer. */
static int prepare_host(struct hosts *hosts, int end, const char *mac)
{
	struct guest *shell = &hosts->host[end].shell;
	char *vf = hosts->s.wire.vfs[end];
	int err;

	err = guest_must(shell, 30, BIND_VF, end * 2, mac);
	if (!err && !shell->output[0])
		err = failure(-EIO, "%s: no VF is bound",
			      hosts->host[end].name);
	if (err)
		return err;
	snprintf(vf, PCI_BDF_SIZE, "%.*s", PCI_BDF_SIZE - 1, shell->output);
	err = guest_must(shell, 10, MORE_TIME, stretch_ms(READY_MS), vf);
	return err ? err : guest_must(shell, 10, ADDRESS, neighbours[end]);
}

/* It has looked at the VF, and the rule is held back, when it says so. */
static int begin_to_follow(struct hosts *hosts, int end)
{
	struct host *host = &hosts->host[end];
	char *const args[] = {
		"env", "RUNTIME_DIRECTORY=" KEPT_DIR, TOOL, "follow",
		hosts->s.wire.vfs[end], NULL
	};
	long long deadline = deadline_in(FOLLOW_MS);
	char log[VM_PATH_SIZE];
	int err;

	snprintf(log, sizeof(log), "%s/%s-follow-%d.log", vm_log_dir(),
		 hosts->s.name, end + 1);
	err = guest_must(&host->shell, 5, "rm -rf " KEPT_DIR);
	if (!err)
		err = process_start(&hosts->follow[end], host, args, log);
	while (!err && ms_until(deadline)) {
		err = guest_run(&host->shell, 5, "grep '^%s: ' %s",
				hosts->s.wire.vfs[end], log);
		if (err <= 0)
			return err;
		err = 0;
		sleep_ms(100);
	}
	return err ? err : failure(-ETIMEDOUT, "%s: migcap follow says nothing: %s",
				   host->name, log);
}

int hosts_prepare(struct hosts *hosts, int setting)
{
	int end, err = 0;

	for (end = 0; end < 2 && !err; end++)
		err = prepare_host(hosts, end,
				   setting & HOSTS_RULES ? WIRE_MAC : "");
	for (end = 0; end < 2 && !err && setting & HOSTS_FOLLOW; end++)
		err = begin_to_follow(hosts, end);
	return err;
}

int hosts_boot(struct hosts *hosts)
{
	return scenario_boot(&hosts->s);
}

int hosts_setup(struct hosts *hosts, const char *name, int setting)
{
	int err = hosts_open(hosts, name);

	if (!err)
		err = hosts_prepare(hosts, setting);
	if (!err)
		err = hosts_boot(hosts);
	if (!err)
		err = scenario_traffic(&hosts->s);
	if (!err)
		err = hosts_healthy(hosts);
	if (!err)
		return 0;
	if (err != -ENODEV)
		hosts_explain(hosts);
	hosts_teardown(hosts);
	return err;
}

void hosts_explain(struct hosts *hosts)
{
	scenario_explain(&hosts->s);
}

void hosts_teardown(struct hosts *hosts)
{
	int end;

	scenario_teardown(&hosts->s);
	for (end = 0; end < 2; end++) {
		if (!hosts->host[end].name[0])
			continue;
		process_stop(&hosts->neighbour[end].ping, STOP_MS);
		process_stop(&hosts->follow[end], STOP_MS);
		guest_run(&hosts->host[end].shell, 20, NO_VFS);
		host_close(&hosts->host[end]);
	}
}

int hosts_reach(struct hosts *hosts)
{
	int end, err = 0;

	for (end = 0; end < 2 && !err; end++)
		err = neighbour_comes_to_reach(&hosts->neighbour[end],
					       REACH_MS);
	return err;
}

int hosts_healthy(struct hosts *hosts)
{
	int end, err = scenario_healthy(&hosts->s);

	for (end = 0; end < 2 && !err; end++)
		err = host_healthy(&hosts->host[end]);
	return err;
}

int hosts_begin(struct hosts *hosts, struct hosts_views *views)
{
	struct scenario *s = &hosts->s;
	int end, err;

	memset(views, 0, sizeof(*views));
	err = scenario_start_destination(s);
	views->migration = scenario_migration(s);
	views->migration.max_bandwidth = SLOW_BANDWIDTH;
	for (end = 0; end < 2 && !err; end++)
		err = neighbour_look(&hosts->neighbour[end]);
	views->since = now_ns();
	sleep_ms(QUIET_MS);
	return err ? err : migration_begin(&views->migration);
}

int hosts_arrive(struct hosts *hosts, struct hosts_views *views)
{
	struct scenario *s = &hosts->s;
	int end, err, view_err = 0;

	views->migration.max_bandwidth = 0;
	err = migration_release(&views->migration);
	if (!err)
		err = scenario_arrive(s, &views->migration);
	if (!err)
		err = scenario_network_works(s);
	sleep_ms(QUIET_MS);
	for (end = 0; end < 2 && !view_err; end++)
		view_err = neighbour_take_view(&hosts->neighbour[end],
					       &views->neighbour[end]);
	views->client = probe_longest_loss(s->probe, views->since, now_ns());
	return err ? err : view_err;
}

int hosts_migrate(struct hosts *hosts, struct hosts_views *views)
{
	int err = hosts_begin(hosts, views);

	return err ? err : hosts_arrive(hosts, views);
}

bool hosts_is_sending(struct hosts_views *views)
{
	return !migration_wait_left(&views->migration, LLONG_MAX, 0) &&
	       views->migration.passes == 1;
}

void hosts_note_views(const struct hosts *hosts,
		      const struct hosts_views *views)
{
	const struct neighbour_view *view;
	int end;

	note("to host %d: %lld ms, downtime %lld ms, %lld KiB sent in %lld passes",
	     hosts->s.here + 1, views->migration.total_ms,
	     views->migration.downtime_ms, views->migration.ram_bytes >> 10,
	     views->migration.passes);
	note("third machine: outage %.0f ms, %d pings lost in it, %d else",
	     ns_to_ms(gap_length(views->client.gap)), views->client.lost,
	     views->client.lost_else);
	for (end = 0; end < 2; end++) {
		view = &views->neighbour[end];
		note("neighbour on host %d: outage %.0f ms, %d pings lost in it, %d else",
		     end + 1, view->outage_ms, view->lost, view->lost_else);
	}
}
