/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The identity of a VF: what its counterpart on another host has to match, as
 * lines "name=value" below a head line.  Pure: reading it off a host is done by
 * identity_read.c.
 */
#ifndef MIGCAP_TOOL_IDENTITY_H
#define MIGCAP_TOOL_IDENTITY_H

#include <stddef.h>

#include "verdict.h"

#define IDENTITY_HEAD		"migcap-identity 1"
#define IDENTITY_SIZE		4096
#define IDENTITY_VALUE_SIZE	128

/* What is not known on that host. */
#define IDENTITY_UNKNOWN	"unknown"

struct identity {
	char text[IDENTITY_SIZE];	/* lines, without the head */
	size_t len;
};

/* Append a line. */
__attribute__((format(printf, 3, 4)))
void identity_add(struct identity *identity, const char *name, const char *fmt,
		  ...);

/*
 * Take the identity out of @text, which may have other lines ahead of the head,
 * as the output of `migcap check` has.  -ENOENT if there is no head, -EOPNOTSUPP
 * if it is of a version that is not known, -E2BIG if it is too long.
 */
int identity_parse(struct identity *identity, const char *text);

/* IDENTITY_UNKNOWN if it is not there; @value is of IDENTITY_VALUE_SIZE. */
const char *identity_get(const struct identity *identity, const char *name,
			 char *value);

/* Compare all that matters between two hosts; the worst verdict. */
enum verdict identity_compare(const struct identity *here,
			      const struct identity *there,
			      const struct verdict_sink *sink);

#endif /* MIGCAP_TOOL_IDENTITY_H */
