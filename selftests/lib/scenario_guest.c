// SPDX-License-Identifier: GPL-2.0-only
/*
 * What runs in a scenario's guest, and the traffic to it.
 */
#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "failure.h"
#include "nic.h"
#include "scenario.h"

#define BOOT_MS		120000
#define HEAD_START_MS	3000
#define NETWORK_MS	60000
#define SIGN_OF_LIFE	(128 * 1024)	/* more than may be in buffers */
#define PROBES_WANTED	10

/* What it did is in the guest's trace then, should it have to be explained. */
#define GUEST_UP	"ip link set eth0 up && ip address add " \
			WIRE_GUEST_ADDRESS "/24 dev eth0"
#define OTHER_UP	"ip link set eth%d up && ip address add %s/24 dev eth%d"
#define LOAD_AGENT	"load migcap_guest && " \
			"echo 1 >/sys/kernel/tracing/events/migcap_guest/enable"
#define DMA_TRACKED	"/sys/bus/pci/devices/*/migcap_agent/dma_tracked"
#define TRACKS_DMA	"grep -x yes " DMA_TRACKED
/*
 * A guest that took more than MIGCAP_TRACKED_SECONDS to boot waits as long again
 * before it promises.
 */
#define PROMISE_SETTLED	"for i in $(seq 90); do " \
			"grep -q 'a short while ago' " DMA_TRACKED " || exit 0; " \
			"sleep 1; done; exit 1"

static int in_guest(struct scenario *s, const char *command)
{
	return guest_must(&scenario_vm(s)->guest, 20, "%s", command);
}

static int others_up(struct scenario *s)
{
	int i, err = 0;

	for (i = 0; i < s->vmm.other_vfs && !err; i++)
		err = guest_must(&scenario_vm(s)->guest, 20, OTHER_UP, i + 1,
				 wire_address(i, 2).text, i + 1);
	return err;
}

int scenario_promises(struct scenario *s)
{
	return guest_must(&scenario_vm(s)->guest, 120, PROMISE_SETTLED);
}

static int load_drivers(struct scenario *s)
{
	int err = s->vmm.no_nic ? 0 : in_guest(s, "load " NIC_VF_DRIVER);

	return err || !s->vmm.disk ? err : in_guest(s, DISK_LOAD);
}

static int network_up(struct scenario *s)
{
	int err = in_guest(s, "linear && " GUEST_UP);

	if (!err)
		err = others_up(s);
	return err ? err :
		in_guest(s, "setsid tcpecho </dev/null >/dev/null 2>&1 &");
}

int scenario_network(struct scenario *s)
{
	int err;

	err = guest_wait(&scenario_vm(s)->guest, BOOT_MS);
	if (err)
		return err;
	if (s->kind == GUEST_WITH_AGENT)
		err = in_guest(s, LOAD_AGENT);
	if (!err)
		err = load_drivers(s);
	if (!err && s->kind == GUEST_WITH_LATE_AGENT)
		err = in_guest(s, "load migcap_guest");
	if (!err && !s->vmm.no_nic)
		err = network_up(s);
	if (!err && s->kind == GUEST_WITH_AGENT)
		err = scenario_promises(s);
	return err;
}

int scenario_traffic(struct scenario *s)
{
	if (s->vmm.no_nic)
		return 0;
	stream_stop(s->stream);
	s->stream = NULL;
	if (!s->probe)
		s->probe = probe_start(wire_link(&s->wire), WIRE_GUEST_ADDRESS);
	if (!s->probe)
		return -EIO;
	if (!probe_first_answer(s->probe, now_ns(), NETWORK_MS))
		return failure(-ETIMEDOUT, "the guest does not answer pings");
	s->stream = stream_start(WIRE_GUEST_ADDRESS, NETWORK_MS);
	return s->stream ? 0 : -EIO;
}

void scenario_quiet(struct scenario *s)
{
	stream_stop(s->stream);
	probe_stop(s->probe);
	s->stream = NULL;
	s->probe = NULL;
}

struct flood *scenario_pour(struct scenario *s)
{
	struct flood *flood = hoard_pour(&scenario_vm(s)->guest, &hoard_trickle);

	if (!flood)
		return NULL;
	sleep_ms(HEAD_START_MS);
	scenario_quiet(s);
	return flood;
}

int scenario_tracks_dma(struct scenario *s)
{
	int status = guest_run(&scenario_vm(s)->guest, 20, TRACKS_DMA);

	return status < 0 ? status : !status;
}

int scenario_network_works(struct scenario *s)
{
	int err;

	if (s->vmm.no_nic)
		return 0;
	err = probe_wait(s->probe, now_ns(), PROBES_WANTED, NETWORK_MS);
	return err ? err : stream_wait(s->stream, SIGN_OF_LIFE, NETWORK_MS);
}
