/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other direction: a program in the guest (guest/uplink.c) sends numbered
 * datagrams every 10 ms.  When each arrived is recorded by this machine's
 * clock, since a guest's own clock stands still while it is migrated; and of
 * each, whether it came by way of the VF.
 */
#ifndef MIGCAP_TEST_UPLINK_H
#define MIGCAP_TEST_UPLINK_H

#include "gaps.h"

#define UPLINK_PORT		7781
#define UPLINK_INTERVAL_US	10000

/* In the byte order of the machine: both ends are on the same. */
struct uplink_datagram {
	unsigned int number;		/* from 0 on */
};

enum uplink_way {
	UPLINK_ANY,		/* arrived at all */
	UPLINK_VF,		/* seen on the PF, so a VF has sent it */
};

struct uplink;

/* Listen, and look at what comes in on the PF's network device @pf. */
struct uplink *uplink_start(const char *pf);
void uplink_stop(struct uplink *uplink);

/* When datagrams arrived between @from and @to; to be freed. */
struct times uplink_arrivals(struct uplink *uplink, enum uplink_way way,
			     long long from, long long to);

/*
 * When the first one arrived at or after @since, waited for until @timeout_ms
 * have passed; 0 if there was none.
 */
long long uplink_first(struct uplink *uplink, enum uplink_way way,
		       long long since, int timeout_ms);

/*
 * How many are missing between the first and the last of those that arrived
 * between @from and @to.
 */
int uplink_lost(struct uplink *uplink, long long from, long long to);

#endif /* MIGCAP_TEST_UPLINK_H */
