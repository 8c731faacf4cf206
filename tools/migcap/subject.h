/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that is known on this host about one VF, gathered at once.
 */
#ifndef MIGCAP_TOOL_SUBJECT_H
#define MIGCAP_TOOL_SUBJECT_H

#include <stdbool.h>

#include "holder.h"
#include "identity.h"
#include "pf.h"
#include "rules.h"
#include "status.h"
#include "vf.h"

struct subject {
	struct vf vf;
	bool bound;		/* to our driver; then @status is filled in */
	struct status status;
	int holder_err;
	struct holder holder;
	int rules_err;		/* -ENODEV if the PF has no network device */
	struct rules rules;	/* in force */
	struct rules kept;	/* what `migcap follow` will set; or @rules */
	int link_err;
	struct pf_link link;
};

void subject_read(struct subject *subject, const struct vf *vf);
void subject_put(struct subject *subject);

/* Whether a VMM has the device. */
bool subject_is_held(const struct subject *subject);

void subject_identity(const struct subject *subject,
		      struct identity *identity);

#endif /* MIGCAP_TOOL_SUBJECT_H */
