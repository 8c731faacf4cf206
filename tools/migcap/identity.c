// SPDX-License-Identifier: GPL-2.0-only
/*
 * The identity of a VF, see identity.h.
 *
 * Owns the form, and which lines must be equal between two hosts and why.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "identity.h"
#include "tool.h"

#define HEAD_ANY	"migcap-identity "
#define NO_MAC		"00:00:00:00:00:00"

void identity_add(struct identity *identity, const char *name, const char *fmt,
		  ...)
{
	char value[IDENTITY_VALUE_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	if (identity->len >= sizeof(identity->text))
		return;
	identity->len += snprintf(identity->text + identity->len,
				  sizeof(identity->text) - identity->len,
				  "%s=%s\n", name, value);
}

/* Where a line begins with @start. */
static const char *find_line(const char *text, const char *start)
{
	while (text) {
		if (!strncmp(text, start, strlen(start)))
			return text;
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return NULL;
}

int identity_parse(struct identity *identity, const char *text)
{
	const char *head = find_line(text, HEAD_ANY), *body;

	if (!head)
		return -ENOENT;
	body = head + strcspn(head, "\n");
	if (strncmp(head, IDENTITY_HEAD, body - head) ||
	    body - head != (ptrdiff_t)strlen(IDENTITY_HEAD))
		return -EOPNOTSUPP;
	if (strlen(body) >= sizeof(identity->text))
		return -E2BIG;
	identity->len = snprintf(identity->text, sizeof(identity->text), "%s",
				 *body ? body + 1 : "");
	return 0;
}

const char *identity_get(const struct identity *identity, const char *name,
			 char *value)
{
	if (attr_line(identity->text, name, value, IDENTITY_VALUE_SIZE))
		snprintf(value, IDENTITY_VALUE_SIZE, IDENTITY_UNKNOWN);
	return value;
}

struct comparison {
	const struct identity *here, *there;
	const char *name;
	const char *what_to_do;
	char ours[IDENTITY_VALUE_SIZE];
	char theirs[IDENTITY_VALUE_SIZE];
	char text[VERDICT_TEXT_SIZE];
};

static bool is_known(const char *value)
{
	return strcmp(value, IDENTITY_UNKNOWN);
}

static enum verdict say_difference(struct comparison *c, enum verdict verdict)
{
	snprintf(c->text, sizeof(c->text), "%s here, %s there: %s", c->ours,
		 c->theirs, c->what_to_do);
	return verdict;
}

static enum verdict must_be_equal(struct comparison *c)
{
	if (!is_known(c->ours) || !is_known(c->theirs))
		return say_difference(c, VERDICT_NOTE);
	if (strcmp(c->ours, c->theirs))
		return say_difference(c, VERDICT_NO);
	snprintf(c->text, sizeof(c->text), "%s on both", c->ours);
	return VERDICT_OK;
}

static enum verdict may_differ(struct comparison *c)
{
	enum verdict verdict = must_be_equal(c);

	return verdict == VERDICT_NO ? VERDICT_NOTE : verdict;
}

static bool is_idle(const struct identity *identity)
{
	char value[IDENTITY_VALUE_SIZE];

	return !strcmp(identity_get(identity, "role", value), "idle");
}

static bool is_in_force(const struct identity *identity)
{
	char value[IDENTITY_VALUE_SIZE];

	return !strcmp(identity_get(identity, "mac_in_force", value), "yes");
}

/* The embedded switch hands the frames for a VF's rule to it, used or not. */
static enum verdict check_capture(struct comparison *c)
{
	const char *where = NULL;

	if (is_idle(c->here) && is_in_force(c->here))
		where = "here";
	else if (is_idle(c->there) && is_in_force(c->there))
		where = "there";
	if (!where)
		return VERDICT_OK;
	snprintf(c->text, sizeof(c->text),
		 "%s is in force %s without the guest, keeps neighbours from it: run migcap follow",
		 c->ours, where);
	return VERDICT_NO;
}

static enum verdict compare_mac(struct comparison *c)
{
	enum verdict verdict = must_be_equal(c);

	if (verdict != VERDICT_OK)
		return verdict;
	if (!strcmp(c->ours, NO_MAC)) {
		snprintf(c->text, sizeof(c->text),
			 "no rule on either host: when its VF is reset the guest gets a random address");
		return VERDICT_NOTE;
	}
	return check_capture(c);
}

#define SAME_KIND	"use VFs of one kind"
#define SAME_RULES	"set what the guest is to have, by ip-link(8) or migcap follow --rules"

static const struct {
	const char *name;
	enum verdict (*compare)(struct comparison *c);
	const char *what_to_do;
} rows[] = {
	{ "vendor", must_be_equal, SAME_KIND },
	{ "device", must_be_equal, SAME_KIND },
	{ "subsystem_vendor", must_be_equal, SAME_KIND },
	{ "subsystem_device", must_be_equal, SAME_KIND },
	{ "class", must_be_equal, SAME_KIND },
	{ "revision", must_be_equal, SAME_KIND },
	{ "capability", must_be_equal,
	  "write one of both to migcap/cap_offset of the other while it is closed" },
	{ "msix", must_be_equal,
	  "the size of the MSI-X table is a setting of the PF, make it equal" },
	{ "mac", compare_mac, SAME_RULES },
	{ "vlan", must_be_equal, SAME_RULES },
	{ "qos", must_be_equal, SAME_RULES },
	{ "vlan_proto", must_be_equal, SAME_RULES },
	{ "trust", must_be_equal, SAME_RULES },
	{ "spoofchk", must_be_equal, SAME_RULES },
	{ "mtu", must_be_equal, "make the MTU of both PFs equal" },
	{ "driver", may_differ,
	  "the stream is checked on arrival; one version on both is sure" },
	{ "kernel", may_differ,
	  "configuration space may differ, try the way there and back" },
};

enum verdict identity_compare(const struct identity *here,
			      const struct identity *there,
			      const struct verdict_sink *sink)
{
	enum verdict worst = VERDICT_OK, verdict;
	struct comparison c = { .here = here, .there = there };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		c.name = rows[i].name;
		c.what_to_do = rows[i].what_to_do;
		identity_get(here, c.name, c.ours);
		identity_get(there, c.name, c.theirs);
		verdict = rows[i].compare(&c);
		sink->tell(sink->context, verdict, c.name, c.text);
		if (verdict > worst)
			worst = verdict;
	}
	return worst;
}
