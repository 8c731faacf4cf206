// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a PF rules for one of its VFs, see rules.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"
#include "tool.h"

#define VLAN_MAX	4095
#define QOS_MAX		7

bool rules_have_mac(const struct rules *rules)
{
	static const unsigned char none[ETH_ALEN];

	return memcmp(rules->mac, none, ETH_ALEN);
}

bool rules_same_mac(const struct rules *a, const struct rules *b)
{
	return !memcmp(a->mac, b->mac, ETH_ALEN);
}

bool rules_same(const struct rules *a, const struct rules *b)
{
	return rules_same_mac(a, b) && a->vlan == b->vlan && a->qos == b->qos &&
	       a->proto == b->proto && a->trust == b->trust &&
	       a->spoofchk == b->spoofchk;
}

const char *rules_mac(const struct rules *rules, char *text)
{
	const unsigned char *mac = rules->mac;

	snprintf(text, RULES_MAC_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	return text;
}

const char *rules_switch(int setting)
{
	if (setting == RULES_UNKNOWN)
		return "-";
	return setting ? "on" : "off";
}

const char *rules_proto(const struct rules *rules)
{
	return rules->proto == ETH_P_8021AD ? "802.1ad" : "802.1q";
}

size_t rules_print(const struct rules *rules, char *text, size_t size)
{
	char mac[RULES_MAC_SIZE];

	return snprintf(text, size,
			"mac=%s\nvlan=%u\nqos=%u\nvlan_proto=%s\ntrust=%s\n"
			"spoofchk=%s\n",
			rules_mac(rules, mac), rules->vlan, rules->qos,
			rules_proto(rules), rules_switch(rules->trust),
			rules_switch(rules->spoofchk));
}

static int parse_mac(struct rules *rules, const char *value)
{
	unsigned int mac[ETH_ALEN];
	char end;
	int i;

	if (strlen(value) != RULES_MAC_SIZE - 1 ||
	    sscanf(value, "%2x:%2x:%2x:%2x:%2x:%2x%c", &mac[0], &mac[1],
		   &mac[2], &mac[3], &mac[4], &mac[5], &end) != ETH_ALEN)
		return -EINVAL;
	/* No port may have a group's address. */
	if (mac[0] & 1)
		return -EINVAL;
	for (i = 0; i < ETH_ALEN; i++)
		rules->mac[i] = mac[i];
	return 0;
}

static int parse_number(unsigned int *number, const char *value,
			unsigned long max)
{
	unsigned long parsed;
	char *end;

	parsed = strtoul(value, &end, 10);
	if (end == value || *end || parsed > max)
		return -EINVAL;
	*number = parsed;
	return 0;
}

static int parse_switch(int *setting, const char *value)
{
	if (!strcmp(value, "on"))
		*setting = 1;
	else if (!strcmp(value, "off"))
		*setting = 0;
	else if (!strcmp(value, "-"))
		*setting = RULES_UNKNOWN;
	else
		return -EINVAL;
	return 0;
}

static int parse_vlan(struct rules *rules, const char *value)
{
	return parse_number(&rules->vlan, value, VLAN_MAX);
}

static int parse_qos(struct rules *rules, const char *value)
{
	return parse_number(&rules->qos, value, QOS_MAX);
}

static int parse_proto(struct rules *rules, const char *value)
{
	if (!strcmp(value, "802.1q"))
		rules->proto = ETH_P_8021Q;
	else if (!strcmp(value, "802.1ad"))
		rules->proto = ETH_P_8021AD;
	else
		return -EINVAL;
	return 0;
}

static int parse_trust(struct rules *rules, const char *value)
{
	return parse_switch(&rules->trust, value);
}

static int parse_spoofchk(struct rules *rules, const char *value)
{
	return parse_switch(&rules->spoofchk, value);
}

static const struct {
	const char *name;
	int (*parse)(struct rules *rules, const char *value);
} names[] = {
	{ "mac", parse_mac },
	{ "vlan", parse_vlan },
	{ "qos", parse_qos },
	{ "vlan_proto", parse_proto },
	{ "trust", parse_trust },
	{ "spoofchk", parse_spoofchk },
};

static int parse_line(struct rules *rules, char *line)
{
	char *value = strchr(line, '=');
	unsigned int i;

	if (line[0] == '#' || !value)
		return 0;
	*value++ = 0;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(line, names[i].name))
			return names[i].parse(rules, value);
	return 0;
}

int rules_parse(struct rules *rules, const char *text, char *bad)
{
	struct rules parsed = *rules;
	char line[RULES_TEXT_SIZE];
	size_t len;

	while (*text) {
		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		snprintf(bad, RULES_TEXT_SIZE, "%s", line);
		if (parse_line(&parsed, line))
			return -EINVAL;
		text += len + (text[len] == '\n');
	}
	*rules = parsed;
	return 0;
}
