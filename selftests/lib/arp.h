/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gratuitous ARP: who tells the network where an address is now.
 */
#ifndef MIGCAP_TEST_ARP_H
#define MIGCAP_TEST_ARP_H

/* A socket that takes in the ARP packets of an interface; -errno. */
int arp_listen(const char *netdev);

/* Forget what it has taken in. */
void arp_forget(int fd);

/*
 * Wait for one that announces the address; -ETIMEDOUT if none comes.  When it came
 * is put into @when, unless that is NULL.
 */
int arp_wait_announcement(int fd, const char *address, int timeout_ms,
			  long long *when);

#endif /* MIGCAP_TEST_ARP_H */
