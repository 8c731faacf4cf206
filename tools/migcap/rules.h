/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a PF rules for one of its VFs, as a value: spelled, read, compared.
 * Pure: pf.c is where rules come from and go to.
 */
#ifndef MIGCAP_TOOL_RULES_H
#define MIGCAP_TOOL_RULES_H

#include <linux/if_ether.h>
#include <stdbool.h>
#include <stddef.h>

#define RULES_MAC_SIZE		18
#define RULES_TEXT_SIZE		256

/* A switch that the PF's driver does not have. */
#define RULES_UNKNOWN		(-1)

struct rules {
	unsigned char mac[ETH_ALEN];	/* zeros: the VF may choose */
	unsigned int vlan;		/* 0: none */
	unsigned int qos;
	unsigned int proto;		/* ETH_P_8021Q or ETH_P_8021AD */
	int trust;			/* 0, 1 or RULES_UNKNOWN */
	int spoofchk;
};

#define RULES_NONE	{ .proto = ETH_P_8021Q, .trust = RULES_UNKNOWN, \
			  .spoofchk = RULES_UNKNOWN }

bool rules_have_mac(const struct rules *rules);
bool rules_same(const struct rules *a, const struct rules *b);
bool rules_same_mac(const struct rules *a, const struct rules *b);
const char *rules_mac(const struct rules *rules, char *text);
/* "on", "off" or "-". */
const char *rules_switch(int setting);
const char *rules_proto(const struct rules *rules);

/* Lines "name=value"; the length. */
size_t rules_print(const struct rules *rules, char *text, size_t size);
/*
 * Take rules from lines "name=value" and comments that begin with "#".  What
 * is not named keeps its value.  Names of other things are passed over.  -EINVAL
 * if a value makes no sense; @bad, of RULES_TEXT_SIZE, gets that line.
 */
int rules_parse(struct rules *rules, const char *text, char *bad);

#endif /* MIGCAP_TOOL_RULES_H */
