// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts the guest's program and reads its report; what is sent is flood.c's.
 */
#include <errno.h>
#include <stdio.h>

#include "failure.h"
#include "hoard.h"
#include "sysfs.h"
#include "wire.h"

#define CONNECT_MS	30000

/* All that arrives must stay as it came: no collapsing for lack of room. */
#define ROOM	"cd /proc/sys/net/ipv4 && " \
		"echo 200000 200000 200000 | tee tcp_mem >udp_mem"
#define REPORT	"queue %llu bad %llu udp %llu bad %llu " \
		"memory %llu bad %llu file %llu bad %llu"
#define THP	"/sys/kernel/mm/transparent_hugepage"

const struct hoard_plan hoard_torrent = {
	.rate = { .tcp = 500000, .udp = 500000 },
};

const struct hoard_plan hoard_trickle = {
	.rate = { .udp = 20000 },
	.take_mb = 80,
};

int hoard_small_pages(char *was)
{
	return sysfs_choose(THP, "enabled", "never", was);
}

void hoard_restore_pages(const char *was)
{
	sysfs_write(THP, "enabled", was);
}

struct flood *hoard_pour(struct guest *guest, const struct hoard_plan *plan)
{
	if (guest_must(guest, 20, ROOM) ||
	    guest_must(guest, 20, "setsid hoard %d >/tmp/hoard.out 2>&1 &",
		       plan->take_mb))
		return NULL;
	return flood_start(WIRE_GUEST_ADDRESS, plan->rate, CONNECT_MS);
}

int hoard_look(struct guest *guest, struct hoard_found *found)
{
	if (guest_must(guest, 20, "killall -USR1 hoard") ||
	    guest_must(guest, 60, "while pidof hoard; do sleep 0.2; done") ||
	    guest_must(guest, 20, "cat /tmp/hoard.out"))
		return -EIO;
	if (sscanf(guest->output, REPORT, &found->queue, &found->bad[0],
		   &found->udp, &found->bad[1], &found->memory, &found->bad[2],
		   &found->file, &found->bad[3]) != 8)
		return failure(-EIO, "hoard: %s", guest->output);
	return 0;
}

unsigned long long hoard_bad(const struct hoard_found *found)
{
	return found->bad[0] + found->bad[1] + found->bad[2] + found->bad[3];
}

int hoard_check(struct guest *guest, unsigned long long least)
{
	struct hoard_found found;
	int err = hoard_look(guest, &found);

	if (err)
		return err;
	note("of %llu bytes received and not read, %llu are wrong", found.udp,
	     found.bad[1]);
	if (hoard_bad(&found))
		return failure(-EIO, "%llu bytes are wrong", hoard_bad(&found));
	if (found.udp < least)
		return failure(-EIO, "%llu bytes received, fewer than %llu",
			       found.udp, least);
	return 0;
}
