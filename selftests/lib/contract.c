// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's side is all done by its shell; the VF is found by its driver.
 */
#include <errno.h>
#include <stdlib.h>

#include "command.h"
#include "contract.h"
#include "nic.h"

#define PATIENCE_MS	30000
#define DIR		"/sys/bus/pci/drivers/vf_contract"
#define VF		DIR "/0*"
#define BIND \
	"cd /sys/bus/pci && " \
	"vf=$(ls -d " NIC_VF_DRIVER_DIR "/0* " VF " 2>/dev/null); " \
	"vf=$(basename $vf) && echo $vf >devices/$vf/driver/unbind && " \
	"{ [ ! -d " DIR " ] || rmmod vf_contract; } && " \
	"load vf_contract contract=%s && " \
	"echo vf_contract >devices/$vf/driver_override && " \
	"echo $vf >drivers_probe && ls -d " VF
#define NUMBER	"sed -n 's/^%s //p' " VF "/%s"
#define UNTIL \
	"for i in $(seq 100); do grep -qx '%s' " VF "/%s && exit; sleep 0.1; " \
	"done; cat " VF "/%s; exit 1"
#define RECEIVES \
	"for i in $(seq 100); do " \
	"n=$(sed -n 's/^received //p' " VF "/contract); " \
	"[ $n -ge %ld ] && exit; sleep 0.1; done; echo only $n; exit 1"

static struct guest *guest_of(struct scenario *s)
{
	return &scenario_vm(s)->guest;
}

int contract_play(struct scenario *s, const char *contract)
{
	if (guest_must(guest_of(s), 20, BIND, contract))
		return -EIO;
	return migcap_wait(scenario_vf(s), "guest", "present", PATIENCE_MS);
}

int contract_comes(struct scenario *s, const char *file, const char *line)
{
	return guest_must(guest_of(s), 20, UNTIL, line, file, file);
}

long contract_number(struct scenario *s, const char *file, const char *name)
{
	if (guest_must(guest_of(s), 10, NUMBER, name, file))
		return -EIO;
	return atol(guest_of(s)->output);
}

int contract_receives(struct scenario *s, long frames)
{
	long now = contract_number(s, "contract", "received");

	return guest_must(guest_of(s), 20, RECEIVES, now + frames);
}

int contract_send(struct scenario *s)
{
	const char *link = wire_link(&s->wire);

	if (command("ip neigh replace %s lladdr %s dev %s nud permanent",
		    WIRE_GUEST_ADDRESS, WIRE_MAC, link))
		return -EIO;
	if (!s->probe)
		s->probe = probe_start(link, WIRE_GUEST_ADDRESS);
	return s->probe ? 0 : -EIO;
}
