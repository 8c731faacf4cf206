/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A PF's network device through route netlink: itself, and what it rules for its
 * VFs.  Functions return 0 or -errno and print nothing; pf_error() has the reason
 * of the last failure as a sentence.
 */
#ifndef MIGCAP_TOOL_PF_H
#define MIGCAP_TOOL_PF_H

#include <stdbool.h>

#include "rules.h"

struct pf_link {
	unsigned int mtu;
	unsigned char mac[ETH_ALEN];
	bool up;		/* and has a link */
};

const char *pf_error(void);

int pf_read_link(const char *pf, struct pf_link *link);
/* -ENOENT if the PF says nothing about that VF. */
int pf_read_rules(const char *pf, int index, struct rules *rules);

/*
 * Each sets one thing of @rules.  A switch that is RULES_UNKNOWN is left as it
 * is; zeros as MAC address take the rule away.
 */
int pf_set_mac(const char *pf, int index, const struct rules *rules);
int pf_set_vlan(const char *pf, int index, const struct rules *rules);
int pf_set_trust(const char *pf, int index, const struct rules *rules);
int pf_set_spoofchk(const char *pf, int index, const struct rules *rules);

#endif /* MIGCAP_TOOL_PF_H */
