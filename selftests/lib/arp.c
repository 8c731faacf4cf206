// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packets are taken from a socket below the stack, which neither learns from
 * them nor answers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_packet.h>

#include "arp.h"
#include "clock.h"
#include "failure.h"

int arp_listen(const char *netdev)
{
	struct sockaddr_ll where = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = if_nametoindex(netdev),
	};
	int fd, err;

	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP));
	if (fd < 0)
		return failure(-errno, "no packet socket");
	if (!bind(fd, (struct sockaddr *)&where, sizeof(where)))
		return fd;
	err = -errno;
	close(fd);
	return failure(err, "cannot listen on %s", netdev);
}

static int announces(const struct ether_arp *arp, in_addr_t address)
{
	return !memcmp(arp->arp_spa, &address, sizeof(address)) &&
	       !memcmp(arp->arp_tpa, &address, sizeof(address));
}

void arp_forget(int fd)
{
	struct ether_arp arp;

	while (recv(fd, &arp, sizeof(arp), MSG_DONTWAIT) >= 0)
		;
}

int arp_wait_announcement(int fd, const char *address, int timeout_ms,
			  long long *when)
{
	long long deadline = deadline_in(timeout_ms);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	in_addr_t wanted = inet_addr(address);
	struct ether_arp arp;

	while (poll(&poll_fd, 1, ms_until(deadline)) > 0) {
		if (recv(fd, &arp, sizeof(arp), 0) != sizeof(arp) ||
		    !announces(&arp, wanted))
			continue;
		if (when)
			*when = now_ns();
		return 0;
	}
	return failure(-ETIMEDOUT, "nobody announced %s", address);
}
