/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scenario on two hosts.  The test runs on a third machine.
 *
 *	                        the test (lab/hosts)
 *	                  pings and a TCP stream to the guest
 *	                              10.9.0.1
 *	  host 1                         |                     host 2
 *	+-----------------------+        |        +-----------------------+
 *	| QEMU    10.9.0.11     |        |        |     10.9.0.12    QEMU |
 *	|  guest      |         |        |        |         |       guest |
 *	|    |        |   +-----+  +-----+-----+  +-----+   |         |   |
 *	|   VF 0      +---+ PF  +--+   wire    +--+ PF  +---+        VF 2 |
 *	|    '------------'     |  +-----------+  |     '-------------'   |
 *	|                       |                 |                       |
 *	|             10.8.0.11 +-----------------+ 10.8.0.12             |
 *	+-----------------------+    migration    +-----------------------+
 *
 * Each host's PF has a neighbour's address (neighbour.h).  The environment says where
 * the hosts are driven from:
 *
 *	MIGCAP_HOSTS	two places for channel_connect(), apart by a blank
 */
#ifndef MIGCAP_TEST_HOSTS_H
#define MIGCAP_TEST_HOSTS_H

#include "neighbour.h"
#include "scenario.h"

/* Or-ed. */
enum hosts_setting {
	/* Both PFs have a rule for the guest's MAC address, else it is its own. */
	HOSTS_RULES = 1 << 0,
	/* `migcap follow` runs on both. */
	HOSTS_FOLLOW = 1 << 1,
};

struct hosts {
	struct scenario s;
	struct host host[2];
	struct neighbour neighbour[2];
	struct process follow[2];
};

/* What was seen of one migration, from all sides. */
struct hosts_views {
	struct migration migration;
	long long since;
	struct probe_loss client;		/* of the third machine */
	struct neighbour_view neighbour[2];
};

/*
 * Bring up the picture, with a guest on host 1.  -ENODEV: there are no such hosts,
 * skip.  On failure nothing is left behind.
 */
int hosts_setup(struct hosts *hosts, const char *name, int setting);
void hosts_teardown(struct hosts *hosts);

/* The steps of it that the demo tells about; the scenario is zero before. */
int hosts_open(struct hosts *hosts, const char *name);
int hosts_prepare(struct hosts *hosts, int setting);
int hosts_boot(struct hosts *hosts);

/* Before hosts_teardown(), if something has failed. */
void hosts_explain(struct hosts *hosts);

/*
 * To the other host, and what all see of it.  hosts_begin() returns when memory is
 * being sent, which goes on, slowly, until hosts_arrive().
 */
int hosts_begin(struct hosts *hosts, struct hosts_views *views);
int hosts_arrive(struct hosts *hosts, struct hosts_views *views);
int hosts_migrate(struct hosts *hosts, struct hosts_views *views);

/* Whether the guest's memory is still sent for the first time. */
bool hosts_is_sending(struct hosts_views *views);

/* Both neighbours come to reach the guest. */
int hosts_reach(struct hosts *hosts);

/* What holds in the end: scenario_healthy(), and no host's kernel complains. */
int hosts_healthy(struct hosts *hosts);

/* Print the views as diagnostics. */
void hosts_note_views(const struct hosts *hosts,
		      const struct hosts_views *views);

#endif /* MIGCAP_TEST_HOSTS_H */
