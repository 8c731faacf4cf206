/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reason why something failed, kept as a sentence next to the errno that
 * the functions of this library return, and the diagnostic lines of a test.
 * It decides nothing and never exits.
 */
#ifndef MIGCAP_TEST_FAILURE_H
#define MIGCAP_TEST_FAILURE_H

#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif

/* Print one TAP diagnostic line ("# ..."). */
__printf(1, 2) void note(const char *fmt, ...);

/* Silence note(), for a program that talks to a person. */
void note_quietly(void);

/*
 * Keep the sentence as the latest reason, print it as a diagnostic, return err:
 *	return failure(-ETIMEDOUT, "%s does not answer", name);
 */
__printf(2, 3) int failure(int err, const char *fmt, ...);

/* The latest reason, "" if there is none. */
const char *failure_reason(void);

#endif /* MIGCAP_TEST_FAILURE_H */
