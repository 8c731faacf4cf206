/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connecting to what listens on this host or another one: `unix:PATH` or
 * `tcp:ADDRESS:PORT`, as QEMU writes them.
 */
#ifndef MIGCAP_TEST_CHANNEL_H
#define MIGCAP_TEST_CHANNEL_H

/*
 * The socket; it is tried again until @deadline, at least once.  -errno of the last
 * attempt.
 */
int channel_connect(const char *where, long long deadline);

#endif /* MIGCAP_TEST_CHANNEL_H */
