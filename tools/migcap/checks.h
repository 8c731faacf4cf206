/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must hold on one host before a migration.
 */
#ifndef MIGCAP_TOOL_CHECKS_H
#define MIGCAP_TOOL_CHECKS_H

#include "subject.h"
#include "verdict.h"

/* Tell of each check that makes sense for the VF; the worst verdict. */
enum verdict checks_run(const struct subject *subject,
			const struct verdict_sink *sink);

#endif /* MIGCAP_TOOL_CHECKS_H */
