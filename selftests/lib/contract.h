/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver of the tests for the guest's VF (modules/contract.h): has one of
 * the contracts played, and reads what came of it.
 */
#ifndef MIGCAP_TEST_CONTRACT_H
#define MIGCAP_TEST_CONTRACT_H

#include "scenario.h"

/* Replace the driver of the guest's VF, until somebody in the guest answers. */
int contract_play(struct scenario *s, const char *contract);

/* A line of a file of the device in sysfs, within ten seconds. */
int contract_comes(struct scenario *s, const char *file, const char *line);

/* The number in a line "name number" of such a file; -EIO. */
long contract_number(struct scenario *s, const char *file, const char *name);

/* So many more frames than now, within ten seconds. */
int contract_receives(struct scenario *s, long frames);

/*
 * Have this machine send to the guest's MAC address all the time, although nobody
 * there has its IP address.
 */
int contract_send(struct scenario *s);

#endif /* MIGCAP_TEST_CONTRACT_H */
