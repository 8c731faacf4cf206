/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a check has found: one line of `migcap check`.
 */
#ifndef MIGCAP_TOOL_VERDICT_H
#define MIGCAP_TOOL_VERDICT_H

#define VERDICT_TEXT_SIZE	320

enum verdict {
	VERDICT_OK,
	VERDICT_NOTE,	/* worth knowing, a migration may go well */
	VERDICT_NO,	/* a migration would fail, or do harm */
};

/* To whom each finding is told. */
struct verdict_sink {
	void (*tell)(void *context, enum verdict verdict, const char *name,
		     const char *text);
	void *context;
};

#endif /* MIGCAP_TOOL_VERDICT_H */
